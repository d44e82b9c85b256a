"""The journal on a thread of its own, so that no commit holds up the screen."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from labeler.journal.journal import Journal
from labeler.journal.rows import Recovery

P = ParamSpec("P")
T = TypeVar("T")


class JournalThread:
    """A journal that may be awaited. What is asked is done in order; a cancelled wait does not stop what it asked."""

    def __init__(self, path: Path, opening: Callable[[Path], Journal]) -> None:
        self._path = path
        self._opening = opening
        self._jobs: queue.SimpleQueue[Callable[[Journal], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._opened: asyncio.Future[Recovery | None] = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self.recovery: Recovery | None = None
        self.is_read_only = False

    @classmethod
    async def open(cls, path: Path) -> JournalThread:
        """Open the journal at `path` on a new thread. Raises what `Journal.open` raises."""
        return await cls(path, Journal.open)._start()

    @classmethod
    async def open_read_only(cls, path: Path) -> JournalThread:
        """Open the journal at `path` as it is, on a new thread. Raises what `Journal.open_read_only` raises."""
        self = cls(path, Journal.open_read_only)
        self.is_read_only = True
        return await self._start()

    async def _start(self) -> JournalThread:
        self._thread.start()
        self.recovery = await self._opened
        return self

    @property
    def path(self) -> Path:
        return self._path

    async def run(self, method: Callable[Concatenate[Journal, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of the journal on its thread: ``await thread.run(Journal.record, review_id, change)``."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def job(journal: Journal) -> None:
            try:
                result = method(journal, *args, **kwargs)
            except BaseException as error:
                _tell(loop, outcome, _fail, error)
            else:
                _tell(loop, outcome, _succeed, result)

        if self._closed:
            raise RuntimeError("the journal is closed")
        self._jobs.put(job)
        return await outcome

    async def close(self) -> None:
        """Finish what was asked, then close the file."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        try:
            journal = self._opening(self._path)
        except BaseException as error:
            _tell(self._loop, self._opened, _fail, error)
            return
        _tell(self._loop, self._opened, _succeed, journal.recovery)
        while (job := self._jobs.get()) is not None:
            job(journal)
        journal.close()


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], how: Callable[..., None], what: object) -> None:
    with suppress(RuntimeError):  # the loop may be closed by now; then nobody is waiting
        loop.call_soon_threadsafe(how, future, what)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
