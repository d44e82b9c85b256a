"""JSON in the bodies of requests and responses. Large ones are worked on off the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from labeler.backends.base import Refused

T = TypeVar("T")

_WORKED_ON_THE_LOOP: Final = 32 * 1024
"""Up to so many bytes of JSON, processing them takes less time than handing them to a thread."""


async def parse(body: bytes) -> object:
    """Return the JSON value in `body`, or None if it is not JSON. Large ones are parsed off the event loop."""
    return await worked_out(len(body), lambda: _parse(body))


async def worked_out(size: int, work: Callable[[], T]) -> T:
    """Return the result of `work` on `size` bytes of JSON, done off the event loop if it would block that."""
    return work() if size <= _WORKED_ON_THE_LOOP else await asyncio.to_thread(work)


def encoded(payload: Mapping[str, object]) -> bytes:
    """Return `payload` as JSON. Raises `Refused` for a value that JSON cannot hold."""
    try:
        return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise Refused("A value holds what JSON cannot carry (NaN, infinity, half a character); not sent") from None


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
