"""What of the reviewer's work has reached the backend, as the desk knows it."""

from __future__ import annotations

from collections.abc import Callable

from labeler.domain.change import AnswerEffect, Change
from labeler.domain.destination import Destination
from labeler.journal.journal import Journal
from labeler.journal.rows import AnswerDelivery, Delivery, DeliveryState, OutboxCounts
from labeler.journal.thread import JournalThread


class Deliveries:
    """Counts and fates, read from the journal off the event loop and kept for whoever paints.

    `destinations` gives those that the review writes to.
    """

    def __init__(self, journal: JournalThread, destinations: Callable[[], list[Destination]]) -> None:
        self._journal = journal
        self._destinations = destinations
        self.counts = OutboxCounts()
        self.refused: set[str] = set()
        """Traces with an answer that the backend refused."""
        self.fates: dict[str, AnswerDelivery] = {}
        """How far answers got, by assessment ID; of the latest ones."""

    async def counts_now(self) -> OutboxCounts:
        """What is not delivered at this moment."""
        return await self._journal.run(Journal.counts, self._destinations())

    def settled(self, trace_id: str, delivery: Delivery) -> None:
        """A delivery of this trace came to an end, or was parked."""
        if delivery.state is DeliveryState.REFUSED:
            self.refused.add(trace_id)
        else:
            self.refused.discard(trace_id)

    async def refresh(self, last_change: Change | None) -> None:
        """Read the outbox's counts and the fate of the last answers anew."""
        self.counts = await self.counts_now()
        if last_change is not None:
            ids = [e.after.assessment_id for e in last_change.effects if isinstance(e, AnswerEffect) and e.after]
            self.fates.update(await self._journal.run(Journal.delivery_of, ids))
