"""How far the reviewer's answers have got on their way to the backend, as the desk knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labeler.desk.events import DeskEvent, ItemChanged, ItemsAdded, StatusChanged
from labeler.desk.journal_tasks import Background
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import AnswerDelivery, Delivery, DeliveryOp, DeliveryState, OutboxCounts

__all__ = ["AnswerDelivery", "Deliveries", "DeliveryState", "OutboxCounts"]

_MANY_ROWS = 20


class Deliveries:
    """Keep the outbox's counts and the fates of answers, read from the journal off the event loop.

    `destinations` returns those that the review writes to, `shown` the IDs of the answers on the screen or next to it.
    """

    def __init__(
        self,
        journal: AsyncJournal,
        background: Background,
        destinations: Callable[[], list[Destination]],
        shown: Callable[[], list[str]],
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._journal = journal
        self._background = background
        self._destinations = destinations
        self._shown = shown
        self._announce = announce
        self._is_stale = False
        self._is_refreshing = False
        self._version = 0
        self.counts = OutboxCounts()
        self.refused: set[str] = set()
        """Traces with something that the backend refused."""
        self.conflicts: set[str] = set()
        """Traces with an answer that waits because another of the reviewer's own was found."""
        self.fates: dict[str, AnswerDelivery] = {}
        """How far answers got, by assessment ID: those that were on the screen or have been delivered meanwhile."""

    async def counts_now(self) -> OutboxCounts:
        """Read what is not delivered at this moment."""
        return await self._journal.run(self._journal.queries.counts, self._destinations())

    def state_of(self, assessment_id: str) -> DeliveryState | None:
        """Return the state of the delivery that carries an answer; None while it is not known."""
        fate = self.fates.get(assessment_id)
        return None if fate is None else fate.state

    def given(self, assessment_id: str) -> None:
        """Note that this answer is in the journal; one that is new there waits."""
        self.fates.setdefault(assessment_id, AnswerDelivery(DeliveryState.WAITING))

    def told(self, assessment_ids: Iterable[str]) -> None:
        """Note that the backend has these answers, although they were not given here."""
        self.fates.update(dict.fromkeys(assessment_ids, AnswerDelivery(DeliveryState.DELIVERED)))

    def settled(self, delivery: Delivery) -> None:
        """Note that a delivery came to an end or was parked."""
        if delivery.assessment_id is not None and delivery.op is not DeliveryOp.DELETE:
            self.fates[delivery.assessment_id] = AnswerDelivery(delivery.state, delivery.reason)
        self.changed()

    def shown_changed(self) -> None:
        """Read how far the answers got that are on the screen now or next to it, unless that is known."""
        if any(each not in self.fates for each in self._shown()):
            self.changed()

    def changed(self) -> None:
        """Read the outbox anew; whatever else changes while it is being read leads to one more reading."""
        self._is_stale = True
        if not self._is_refreshing:
            self._is_refreshing = True
            self._background.do(self._refresh_until_fresh())

    def look_elsewhere(self) -> None:
        """Read the outbox anew if another process has written to the journal meanwhile."""
        self._background.do(self._look_elsewhere())

    async def refresh(self) -> None:
        """Read the outbox's counts, the traces with a refusal, and the fates of the answers shown."""
        destinations = self._destinations()
        self._version = await self._journal.run(self._journal.queries.version)
        counts = await self._journal.run(self._journal.queries.counts, destinations)
        refused = (
            await self._journal.run(self._journal.queries.refused_traces, destinations) if counts.refused else set()
        )
        self.fates.update(await self._journal.run(self._journal.queries.delivery_of, self._shown()))
        conflicts = set[str]()
        if counts.conflicts:
            conflicts = await self._journal.run(self._journal.queries.conflicting_traces, destinations)
        changed = (self.refused ^ refused) | (self.conflicts ^ conflicts)
        self.counts, self.refused, self.conflicts = counts, refused, conflicts
        for trace_id in changed if len(changed) <= _MANY_ROWS else ():
            self._announce(ItemChanged(trace_id))
        self._announce(StatusChanged() if len(changed) <= _MANY_ROWS else ItemsAdded(0))

    async def _look_elsewhere(self) -> None:
        if await self._journal.run(self._journal.queries.version) != self._version:
            self.changed()

    async def _refresh_until_fresh(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                await self.refresh()
        finally:
            self._is_refreshing = False
