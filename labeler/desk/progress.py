"""What the reviewer has done, in numbers: in this worklist, and today in all of them. Nothing blocks the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from labeler.desk.drafts import Drafts
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import start_of_day
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord
from labeler.review.shared_queue import no_work
from labeler.review.state import ReviewState

if TYPE_CHECKING:
    from labeler.review.progress import Progress

_AT_ONCE: Final = 2_000
"""Items that are counted before keys and paints have their turn."""


class WorkDone:
    """Counts what was done. `now_ms` is the wall clock, which says when today began."""

    def __init__(
        self,
        record: ReviewRecord,
        state: ReviewState,
        drafts: Drafts,
        journal: AsyncJournal,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self._record = record
        self._state = state
        self._drafts = drafts
        self._journal = journal
        self._now_ms = now_ms

    async def in_worklist(self) -> Progress:
        """Count what was done in this worklist, as it stands now."""
        from labeler.review.progress import Tally

        state = self._state
        tally = Tally(state.questions)
        for index, item in enumerate(list(state.items)):
            if index % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            now = state.items[index]
            tally.add(now, state.answers_of(item.trace_id), no_work(state, now))
        index_of = state.index_of
        drafts = [each for each in self._drafts.slots if each in index_of and self._drafts.has_any(each)]
        return tally.progress(state.worklist.deferred, sorted(drafts, key=index_of.__getitem__))

    async def today(self) -> Progress:
        """Count what this reviewer did today, in every worklist and with every backend. Raises `JournalError`."""
        from labeler.review.progress import progress_of_changes

        changes = await self._journal.run(
            self._journal.changes.since, self._record.spec.reviewer, start_of_day(self._now_ms())
        )
        return await asyncio.to_thread(progress_of_changes, changes, self._state.questions)

    async def delivered(self) -> int:
        """Count the answers given in this worklist that the backend has acknowledged. Raises `JournalError`."""
        return await self._journal.run(self._journal.queries.delivered_of, self._record.id)
