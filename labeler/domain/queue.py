"""Review queues and their items, as MLflow has them."""

from __future__ import annotations

from enum import StrEnum

from labeler.dataclass import dataclass


class QueueItemState(StrEnum):
    PENDING = "PENDING"
    COMPLETE = "COMPLETE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Queue:
    """A review queue. `users` may work on it; empty means everybody. `schema_ids` are its questions."""

    id: str
    experiment_id: str
    name: str
    users: tuple[str, ...] = ()
    schema_ids: tuple[str, ...] = ()
    personal: bool = False
    """A reviewer's own queue (MLflow's queue type USER)."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A trace in a queue. `completed_by` is the first to set a final state; the server writes it in lower case."""

    queue_id: str
    trace_id: str
    state: QueueItemState
    completed_by: str | None = None
    completed_at_ms: int | None = None
