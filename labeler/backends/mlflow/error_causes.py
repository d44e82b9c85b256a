"""The errors behind an error: what the network said, under what the libraries made of it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def cause_of(error: BaseException, kind: type[E]) -> E | None:
    """The most particular error of that kind behind `error`, which may be `error` itself."""
    return next((each for each in _causes(error) if isinstance(each, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors behind `error` and itself, the first to happen first.

    TLS that waits for its turn raises, too: that is no failure.
    """
    if isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError):
        return
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__, error.__context__):
        if inner is not None:
            yield from _causes(inner)
    yield error
