"""Notices when a server does not respond, long before its requests time out.

A server that hangs accepts connections and sends nothing, so no request fails until its timeout. `Pulse` reports the
silence after a few seconds, and withdraws the report with the first byte that arrives. A server that was slow a moment
ago but did respond is given longer before the next report, so that the report does not flicker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_S: Final = 5.0
"""Seconds of silence after which it is reported."""

_REMEMBERED_S: Final = 180.0
"""Seconds for which a slow response extends the patience with the next one."""


class Pulse:
    """Watches the requests of a backend's transport, and the bytes that arrive for them.

    `tell`, which may be set later, is called on the event loop: with True when requests are under way and nothing has
    arrived for `patience_s` seconds, with False when something arrives after that. A request that fails changes
    nothing here: its error says what happened.
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
        """Count a request as under way inside the ``with`` block. Yield what to call whenever bytes arrive for it."""
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
        """Report the silence if the oldest request has waited for too long; else look again when it will have."""
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
