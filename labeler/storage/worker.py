"""A thread on which one function is called after another, so that no event loop waits for SQLite or a disk."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Worker:
    """Calls functions on a thread of its own, in the order in which they were handed over.

    What a function returns or raises comes back to whoever awaits it. A cancelled wait does not stop the function;
    where it fails then, that is logged. Used from event loops alone, but for `end`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_closed = False
        self._look: Callable[[], None] = lambda: None
        self._look_every_s: float | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` on the thread and return what it returns. Raises what it raises.

        Raises RuntimeError once the worker is closed.
        """
        if self._is_closed:
            raise RuntimeError(f"the {self._name} is closed")
        return await self._handed_over(lambda: function(*args, **kwargs))

    def look_every(self, seconds: float, look: Callable[[], None]) -> None:
        """Call `look` on the thread about every so many seconds, between other calls. It may raise nothing."""

        def begin() -> None:
            self._look, self._look_every_s = look, seconds

        self._calls.put(begin)

    async def close(self, last: Callable[[], None] = lambda: None) -> None:
        """Make every call that was asked for, then `last`, and end the thread. Raises what `last` raises.

        Closed already, it only waits for the end.
        """
        was_closed, self._is_closed = self._is_closed, True
        try:
            if not was_closed:
                ending = self._handed_over(last)
                self._calls.put(None)
                await ending
        finally:
            await asyncio.to_thread(self._thread.join)

    def end(self) -> None:
        """Close without waiting: the thread ends when it has made the calls that were asked for."""
        self._is_closed = True
        self._calls.put(None)

    def _handed_over(self, function: Callable[[], T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def call() -> None:
            try:
                result = function()
            except BaseException as error:
                _tell(loop, outcome, _fail, error)
            else:
                _tell(loop, outcome, _succeed, result)

        self._calls.put(call)
        return outcome

    def _work(self) -> None:
        looked_at = time.monotonic()
        while True:
            with suppress(queue.Empty):
                call = self._calls.get(timeout=self._look_every_s)
                if call is None:
                    return
                call()
            if self._look_every_s is not None and time.monotonic() - looked_at >= self._look_every_s:
                self._look()
                looked_at = time.monotonic()


def _tell(
    loop: asyncio.AbstractEventLoop, outcome: asyncio.Future[Any], how: Callable[..., None], what: object
) -> None:
    with suppress(RuntimeError):  # the loop may be closed by now; then nobody is waiting
        loop.call_soon_threadsafe(how, outcome, what)


def _succeed(outcome: asyncio.Future[T], result: T) -> None:
    if not outcome.done():
        outcome.set_result(result)


def _fail(outcome: asyncio.Future[Any], error: BaseException) -> None:
    if outcome.done():
        _log.warning("a call that nobody waits for any more failed", exc_info=error)
    else:
        outcome.set_exception(error)
