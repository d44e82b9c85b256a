"""The outbox for a screen: what is in it, and what a reviewer may do with it. Nothing here blocks the event loop."""

from __future__ import annotations

from collections.abc import Callable, Collection

from labeler.desk.remote import Remote
from labeler.domain.clock import wall_clock_ms
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalError
from labeler.journal.outbox_queries import DeliveryStanding, OutboxPlace, OutboxRow

__all__ = ["DeliveryStanding", "DeskOutbox", "JournalError", "OutboxPlace", "OutboxRow"]


class DeskOutbox:
    """Everything in the journal that is not acknowledged, at any destination.

    `remote` tries deliveries again when the reviewer asks for it. `changed` is called when there is more or less to
    deliver.
    """

    def __init__(self, journal: AsyncJournal, remote: Remote, changed: Callable[[], None]) -> None:
        self._journal = journal
        self._remote = remote
        self._changed = changed

    async def places(self) -> list[OutboxPlace]:
        """List destinations and their deliveries, problems first. Raises `JournalError`, as every method does."""
        return await self._journal.run(self._journal.queries.outbox_places)

    async def rows(self, delivery_ids: Collection[int]) -> dict[int, OutboxRow]:
        """Return these deliveries, without those that have been acknowledged meanwhile."""
        return await self._journal.run(self._journal.queries.outbox_rows, delivery_ids)

    def pause_s(self, trace_id: str) -> float:
        """Return the seconds that a trace's deliveries are still left alone after a failed attempt; 0 for none."""
        return self._remote.pause_s(trace_id)

    async def retry(self, delivery_ids: Collection[int]) -> None:
        """Have these tried again: at once if they go to the backend of this review."""
        await self._journal.run(self._journal.outbox.retry, delivery_ids)
        self._remote.try_now()
        self._changed()

    async def retry_all(self, delivery_ids: Collection[int]) -> int:
        """Have these tried again, but for those in conflict: each of them needs a word. Return how many those are."""
        in_conflict = await self._journal.run(self._journal.queries.in_conflict, delivery_ids)
        await self.retry([each for each in delivery_ids if each not in in_conflict])
        return len(in_conflict)

    async def discard(self, delivery_id: int) -> bool:
        """Give a delivery up for good; its answer stays in the journal. Return whether it was still to be delivered."""
        count = await self._journal.run(self._journal.outbox.discard, [delivery_id], wall_clock_ms())
        self._changed()
        return count > 0
