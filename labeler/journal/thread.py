"""The journal on a thread of its own, so that no commit holds up the screen."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from labeler.journal.journal import Journal
from labeler.journal.models import JournalError, Recovery
from labeler.journal.rescue import Moved

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 1.0
"""How often it is looked whether the journal is still at its path, whatever else is done."""


class JournalThread:
    """A journal that may be awaited. What is asked is done in order; a cancelled wait does not stop what it asked.

    `on_trouble` hears, on the event loop, when the journal was removed or replaced, in a sentence for the reviewer:
    where it goes on, or why it cannot be put back.
    """

    def __init__(self, path: Path, opening: Callable[[Path], Journal]) -> None:
        self._path = path
        self._opening = opening
        self._jobs: queue.SimpleQueue[Callable[[Journal], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._opened: asyncio.Future[Recovery | None] = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._trouble = ""
        self._failure: JournalError | None = None
        self.recovery: Recovery | None = None
        self.is_read_only = False
        self.on_trouble: Callable[[str], None] = lambda sentence: None

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
        """Where the journal is: at the path it was opened at, unless something else lies there now."""
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
        """Finish what was asked, then close the file. Raises `JournalWriteFailed` when it can be kept nowhere."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            journal = self._opening(self._path)
        except BaseException as error:
            _tell(self._loop, self._opened, _fail, error)
            return
        journal.tell_moves(lambda moved: self._report(self._moved, moved))
        _tell(self._loop, self._opened, _succeed, journal.recovery)
        self._do_jobs(journal)
        try:
            journal.close()
        except JournalError as error:
            self._failure = error

    def _do_jobs(self, journal: Journal) -> None:
        """What is asked, until nothing more will be; at least every `_LOOK_EVERY_S` seconds a look at the path."""
        looked_at = time.monotonic()
        while True:
            with suppress(queue.Empty):
                job = self._jobs.get(timeout=_LOOK_EVERY_S)
                if job is None:
                    return
                job(journal)
            if time.monotonic() - looked_at >= _LOOK_EVERY_S:
                self._look(journal)
                looked_at = time.monotonic()

    def _look(self, journal: Journal) -> None:
        trouble = ""
        try:
            journal.keep_in_place()
        except JournalError as error:
            trouble = str(error)
        except Exception:
            _log.exception("looking whether the journal is at its path failed")
        if trouble and trouble != self._trouble:
            self._report(lambda sentence: self.on_trouble(sentence), trouble)
        self._trouble = trouble

    def _report(self, how: Callable[[T], None], what: T) -> None:
        with suppress(RuntimeError):  # the loop may be closed by now
            self._loop.call_soon_threadsafe(how, what)

    def _moved(self, moved: Moved) -> None:
        self._path = moved.path
        self.on_trouble(moved.sentence)


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], how: Callable[..., None], what: object) -> None:
    with suppress(RuntimeError):  # the loop may be closed by now; then nobody is waiting
        loop.call_soon_threadsafe(how, future, what)


def _succeed(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
