"""What a review queue says of its items: who finished which, and what is no work for the reviewer any more."""

from __future__ import annotations

from dataclasses import field

from labeler.dataclass import dataclass
from labeler.domain.assessment import person
from labeler.domain.queue import QueueItem, QueueItemState


@dataclass(slots=True)
class QueueItems:
    """The items of a queue as they were read last, as far as they are finished or were taken out of it.

    `own_names` are the names under which the queue knows the reviewer: their ID and, where they sign in, that user.
    """

    own_names: set[str] = field(default_factory=set)
    is_mine_alone: bool = False
    """Whether nobody else works on the queue."""
    removed: set[str] = field(default_factory=set)
    """Traces that were taken out of the queue while the review has them."""
    _finished: dict[str, QueueItem] = field(default_factory=dict)

    def know_as(self, name: str) -> None:
        """Take a name as one of the reviewer's own."""
        self.own_names.add(person(name))

    def learn(self, item: QueueItem) -> None:
        """Take over how an item stands now."""
        if item.state is QueueItemState.PENDING:
            self._finished.pop(item.trace_id, None)
        else:
            self._finished[item.trace_id] = item

    def as_known(self, trace_id: str) -> tuple[QueueItemState, str | None]:
        """Return the state of an item and who finished it, as they were learnt last."""
        item = self._finished.get(trace_id)
        return (QueueItemState.PENDING, None) if item is None else (item.state, item.completed_by)

    def finished_by_others(self, trace_id: str) -> QueueItem | None:
        """Return the item if somebody else completed or declined it; else None."""
        item = self._finished.get(trace_id)
        return None if item is None or self._is_own(item) else item

    def finished_by_me(self, trace_id: str, state: QueueItemState) -> bool:
        """Return whether the queue has an item in this state by the reviewer, wherever they finished it."""
        item = self._finished.get(trace_id)
        return item is not None and item.state is state and self._is_own(item)

    def forget_own(self, trace_id: str) -> None:
        """Note that the reviewer opened an item again that they had finished."""
        item = self._finished.get(trace_id)
        if item is not None and self._is_own(item):
            del self._finished[trace_id]

    def is_work(self, trace_id: str) -> bool:
        """Return whether an item is in the queue and nobody has finished it."""
        return trace_id not in self._finished and trace_id not in self.removed

    def _is_own(self, item: QueueItem) -> bool:
        return item.completed_by is None or person(item.completed_by) in self.own_names
