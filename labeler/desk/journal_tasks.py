"""Journal work that nobody waits for: begun in order, with failures told to the reviewer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial

from labeler.journal.models import JournalError

_log = logging.getLogger(__name__)


class Background:
    """Run journal work beside the screen. `tell` is called with a sentence when the journal could not do it."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def do(self, work: Coroutine[object, object, None], then: Callable[[], None] | None = None) -> None:
        """Begin work, and call `then` once it is done. After `close`, nothing is begun."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._finished, then))

    async def finish(self) -> None:
        """Wait until everything that was begun is done."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Begin no more work from now on."""
        self._closed = True

    def _finished(self, then: Callable[[], None] | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None and then is not None:
            then()
        elif isinstance(error, JournalError):
            self._tell(str(error))
        elif error is not None:
            _log.error("journal work failed", exc_info=error)
