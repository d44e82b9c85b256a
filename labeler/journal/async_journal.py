"""The journal for callers on an event loop: no commit holds up the screen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from labeler.journal.journal import Journal
from labeler.journal.models import JournalError
from labeler.journal.removed_journal import Moved
from labeler.storage.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 1.0
"""How often the journal's path is checked, whatever else is done."""


class AsyncJournal:
    """A journal on a worker. Its parts are those of `Journal`, and their methods are called by `run`:

    ``claims = await journal.run(journal.outbox.claim, destinations, now_ms, grace_ms, limit)``

    Calls are made in order; a cancelled wait does not stop what it asked for. `on_trouble` hears, on the event loop,
    when the journal was removed or replaced, in a sentence for the reviewer: where it goes on, or why it cannot be put
    back. `recovery` is set when the file was found damaged.
    """

    def __init__(self, worker: Worker, journal: Journal, *, is_read_only: bool) -> None:
        self.reviews = journal.reviews
        self.changes = journal.changes
        self.outbox = journal.outbox
        self.queries = journal.queries
        self.labels = journal.labels
        self.requests = journal.requests
        self.imported = journal.imported
        self.conflicts = journal.conflicts
        self.resending = journal.resending
        self.remembered = journal.remembered
        self.recovery = journal.recovery
        self.is_read_only = is_read_only
        self.on_trouble: Callable[[str], None] = lambda sentence: None
        self._journal = journal
        self._path = journal.path
        self._trouble = ""
        self._loop = asyncio.get_running_loop()
        self._worker = worker
        journal.tell_moves(lambda moved: self._report(self._take_in_move, moved))
        worker.look_every(_LOOK_EVERY_S, self._look)

    @classmethod
    async def open(cls, path: Path) -> AsyncJournal:
        """Open the journal at `path` on a new worker. Raises what `Journal.open` raises."""
        return cls(*await _opened(path, Journal.open), is_read_only=False)

    @classmethod
    async def open_read_only(cls, path: Path) -> AsyncJournal:
        """Open the journal at `path` as it is, on a new worker. Raises what `Journal.open_read_only` raises."""
        return cls(*await _opened(path, Journal.open_read_only), is_read_only=True)

    @property
    def path(self) -> Path:
        """Where the journal is: at the path it was opened at, unless something else lies there now."""
        return self._path

    async def run(self, method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of one of the journal's parts on its worker. Raises what the method raises."""
        return await self._worker.run(method, *args, **kwargs)

    async def keep_in_place(self) -> None:
        """As `Journal.keep_in_place`."""
        await self._worker.run(self._journal.keep_in_place)

    async def keep_at_the_end(self) -> None:
        """As `Journal.keep_at_the_end`."""
        await self._worker.run(self._journal.keep_at_the_end)

    async def close(self) -> None:
        """Finish what was asked for, then close the file. Raises `JournalWriteFailed` when it can be kept nowhere."""
        await self._worker.close(self._journal.close)

    def _look(self) -> None:
        trouble = ""
        try:
            self._journal.keep_in_place()
        except JournalError as error:
            trouble = str(error)
        except Exception:
            _log.exception("checking whether the journal is at its path failed")
        if trouble and trouble != self._trouble:
            self._report(lambda sentence: self.on_trouble(sentence), trouble)
        self._trouble = trouble

    def _report(self, how: Callable[[T], None], what: T) -> None:
        with suppress(RuntimeError):  # the loop may be closed by now
            self._loop.call_soon_threadsafe(how, what)

    def _take_in_move(self, moved: Moved) -> None:
        self._path = moved.path
        self.on_trouble(moved.sentence)


async def _opened(path: Path, opening: Callable[[Path], Journal]) -> tuple[Worker, Journal]:
    worker = Worker("journal")
    try:
        return worker, await worker.run(opening, path)
    except BaseException:
        worker.end()
        raise
