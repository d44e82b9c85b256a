"""Telling a machine that has run out of something from a defect of ours, without taking more of it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Final

_DESCRIPTORS: Final = {errno.EMFILE, errno.ENFILE}
_DESCRIPTORS_SENTENCE: Final = (
    "labeler may not open as many files as it needs. What you answered is safe in the journal. Raise the limit "
    "(ulimit -n says how many; 256 are plenty), or close other programs, and run it again"
)
_MEMORY_SENTENCE: Final = (
    "There is not enough memory, or there are too many threads, for labeler to go on. What you answered is safe in the "
    "journal. Close other programs or raise the limit (ulimit -v and ulimit -u say what it is), and run it again"
)
_NO_LIBRARY: Final = ("failed to map segment", "cannot allocate memory")
"""The dynamic linker's message where a library does not fit into memory; Python raises it as an ImportError."""


def shortage(error: BaseException) -> str | None:
    """Return a sentence where descriptors, memory or threads ran out, at the root of the error too; else None."""
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _DESCRIPTORS:
            return _DESCRIPTORS_SENTENCE
        if _is_for_memory(each):
            return _MEMORY_SENTENCE
    return None


def _is_for_memory(error: BaseException) -> bool:
    match error:
        case MemoryError():
            return True
        case OSError(errno=number) if number == errno.ENOMEM:
            return True
        case OSError():
            return "malloc failure" in str(error)  # OpenSSL's word for it
        case RuntimeError():
            return "can't start new thread" in str(error)
        case ImportError():
            return any(words in str(error).lower() for words in _NO_LIBRARY)
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, the errors in it if it is a group, and their causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _chain(inner)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
