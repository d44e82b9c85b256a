"""Compares items of review queues on the server with what a reviewer did with them."""

from __future__ import annotations

from labeler.domain.assessment import same_reviewer
from labeler.domain.queue import QueueItem, QueueItemState


def somebody_else(item: QueueItem, reviewer: str, signed_in: str | None) -> str | None:
    """Return who finished the item, if it was neither this reviewer nor the signed-in user; else None."""
    by = item.completed_by
    is_own = by is None or same_reviewer(by, reviewer) or (signed_in is not None and same_reviewer(by, signed_in))
    return None if is_own else by


def note_on(item: QueueItem, wanted: QueueItemState, first: str | None) -> str | None:
    """Return what a reviewer who set the state `wanted` should know, or None. `first`: who else finished the item."""
    if first is not None:
        return f"{first} was first: the queue has this item as {item.state.value} by them"
    return None if item.state is wanted else f"The queue has this item as {item.state.value} now"
