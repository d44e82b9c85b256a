"""Whether the other side answers: requests that have waited for a sign of life for longer than a person would think.

A server that hangs takes the connection and says nothing, so that for the patience of a request nothing fails. That is
told after a few seconds, and taken back with the first byte that comes. A server that was slow a moment ago and did
answer is given longer before it is told again, so that nothing flickers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_S: Final = 5.0
"""Seconds without a sign of life after which it is told."""

_REMEMBERED_S: Final = 180.0
"""Seconds for which a slow answer counts for the patience with the next."""


class Pulse:
    """Told by a backend's transport of requests and of what comes back.

    `tell`, which may be set later, is called on the event loop: with True when requests are out and nothing has come
    for `patience_s`, with False when something came after that. Requests that end without an answer change nothing:
    they are told by what they raise.
    """

    def __init__(self, tell: Callable[[bool], None] = lambda waiting: None, patience_s: float = PATIENCE_S) -> None:
        self.waiting = False
        self.tell = tell
        self._patience_s = patience_s
        self._since: dict[object, float] = {}
        self._heard_at = 0.0
        self._slow_s = 0.0
        self._slow_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def request(self) -> Iterator[Callable[[], None]]:
        """A request that is out while this is entered; what is yielded is to be called whenever something came."""
        request = object()
        self._since[request] = time.monotonic()
        self._watch()
        try:
            yield lambda: self._hear(request)
        finally:
            del self._since[request]
            if not self._since and self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _hear(self, request: object) -> None:
        now = time.monotonic()
        silent_s = now - self._since[request]
        self._since[request] = self._heard_at = now
        if silent_s > self._patience_s:
            self._slow_s, self._slow_at = silent_s, now
        if self.waiting:
            self.waiting = False
            self.tell(False)
        self._watch()

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(self._left_s(), 0.01), self._look)

    def _look(self) -> None:
        """The oldest request may have waited for too long by now; while it has not, look again when it will have."""
        self._timer = None
        if self.waiting or not self._since:
            return
        if self._left_s() > 0:
            self._watch()
            return
        self.waiting = True
        self.tell(True)

    def _left_s(self) -> float:
        now = time.monotonic()
        patience_s = self._patience_s
        if now - self._slow_at < _REMEMBERED_S:
            patience_s = max(patience_s, 2 * self._slow_s)
        return max(min(self._since.values()), self._heard_at) + patience_s - now
