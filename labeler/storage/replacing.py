"""Replaces a file by a new one, whole or not at all, one writer at a time."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from labeler.storage.file_lock import FileLock

_TURN_S: Final = 120.0
"""Seconds to wait for another writer, who may be writing a gigabyte."""

_LOOK_AGAIN_S: Final = 0.05
_LONGEST_NAME: Final = 200
"""Characters of a file's name that a name made of it may repeat: file systems allow 255 bytes."""


class StillBeingWritten(OSError):
    """Somebody else is writing the file, and did not come to an end."""


@contextmanager
def own_turn(path: Path, wait_s: float = _TURN_S) -> Iterator[None]:
    """Be the only writer of the file at `path` for a while. Raises `StillBeingWritten` and `OSError`.

    The turn is a lock on a hidden file beside it, which the operating system frees when its holder ends.
    """
    lock = FileLock(_beside(path, "lock"))
    until = time.monotonic() + wait_s
    while not (_is_acquired(lock, path) and lock.is_in_place):
        lock.release()
        if time.monotonic() >= until:
            raise StillBeingWritten(0, "another labeler is writing it", str(path))
        time.sleep(_LOOK_AGAIN_S)
    try:
        yield
    finally:
        with suppress(OSError):
            _beside(path, "lock").unlink()
        lock.release()


@contextmanager
def replacing(path: Path, mode: int) -> Iterator[BinaryIO]:
    """Write a new file in place of the one at `path`, if any, with these permissions.

    The file at `path` is the old one until the new one is complete and on the disk. To be used in one's own turn: what
    a writer that was killed has left is taken over. Raises `OSError`.
    """
    path = path.resolve()
    temporary = _beside(path, "part")
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_acquired(lock: FileLock, path: Path) -> bool:
    try:
        return lock.try_acquire()
    except PermissionError:
        if not _beside(path, "lock").exists():
            raise
        return False  # it is another user's turn


def _beside(path: Path, suffix: str) -> Path:
    """Return the hidden file beside `path` that stands for it."""
    path = path.resolve()
    name = path.name
    if len(name.encode()) > _LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()
    return path.with_name(f".{name}.{suffix}")
