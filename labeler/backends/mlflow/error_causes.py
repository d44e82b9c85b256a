"""Finds the network's error behind the exceptions that libraries raise in its place."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def cause_of(error: BaseException, kind: type[E]) -> E | None:
    """Return the earliest error of that kind in the chain that led to `error`, which may be `error` itself."""
    return next((each for each in _causes(error) if isinstance(each, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that led to `error`, the earliest first, and `error` itself.

    What TLS raises while it waits to read or write is left out: it is no failure.
    """
    if isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError):
        return
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__, error.__context__):
        if inner is not None:
            yield from _causes(inner)
    yield error
