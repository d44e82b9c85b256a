"""The events that delivery passes to its listener, without ever waiting for it."""

from __future__ import annotations

from typing import TypeAlias

from labeler.dataclass import dataclass
from labeler.delivery.connection import ConnectionState
from labeler.journal.models import Delivery, OutboxCounts


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The state of the connection to the backend changed."""

    state: ConnectionState


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery came to its end, or was parked; `delivery` has its new state and reason.

    `assessment_id` is the one that was sent. If what it overrides was gone, `delivery` is the replacement. A delivered
    status with a reason is a conflict to show: somebody else completed the item first.
    """

    assessment_id: str | None
    trace_id: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class CountsChanged:
    """The number of deliveries that are not acknowledged changed."""

    counts: OutboxCounts


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """A drain will take `seconds` more; `sentence` says why."""

    seconds: float
    sentence: str


DeliveryEvent: TypeAlias = ConnectionChanged | Settled | CountsChanged | StillWaiting
