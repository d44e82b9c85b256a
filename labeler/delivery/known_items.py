"""How the items of a queue were when they were read last, so that the next reading tells which of them changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from labeler.domain.queue import QueueItem, QueueItemState


class KnownItems:
    """Items of one queue. One that has just changed counts as unchanged for `flicker_s` seconds of `clock`."""

    def __init__(self, flicker_s: float, clock: Callable[[], float]) -> None:
        self._flicker_s = flicker_s
        self._clock = clock
        self._known: dict[str, tuple[QueueItemState, str | None]] = {}
        self._changed_at_s: dict[str, float] = {}
        self.trace_ids: set[str] = set()
        """Those that were in the queue when it was read last, whatever is known of them."""

    def changed(self, items: Iterable[QueueItem]) -> list[QueueItem]:
        """Return the items that are not as they were read last, or are back in the queue."""
        return [item for item in items if self._has_changed(item)]

    def note(self, items: Iterable[QueueItem], undecided: Collection[str]) -> None:
        """Take items for known. Those that are `undecided`, by trace ID, are changed again at the next reading."""
        for item in items:
            if item.trace_id in undecided:
                continue
            if item.trace_id in self._known:
                self._changed_at_s[item.trace_id] = self._clock()
            self._known[item.trace_id] = (item.state, item.completed_by)

    def _has_changed(self, item: QueueItem) -> bool:
        is_as_it_was = self._known.get(item.trace_id) == (item.state, item.completed_by)
        if is_as_it_was and item.trace_id in self.trace_ids:
            return False
        return self._clock() - self._changed_at_s.get(item.trace_id, float("-inf")) >= self._flicker_s
