"""What delivery tells whoever listens. It never waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from labeler.delivery.connection import ConnectionState
from labeler.journal.models import Delivery, OutboxCounts


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The way to the backend is open, closed, or in need of the reviewer."""

    state: ConnectionState


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery came to an end, or was parked; `delivery.state` and `delivery.reason` say how it stands now.

    `assessment_id` is the one that was sent. Where what it overrides was gone, `delivery` is the replacement.
    A delivered status with a reason is a conflict to show: somebody else completed the item first.
    """

    assessment_id: str | None
    trace_id: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class CountsChanged:
    """There is more or less to deliver than before."""

    counts: OutboxCounts


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """A drain goes on for `seconds`, for a reason that `sentence` tells."""

    seconds: float
    sentence: str


DeliveryEvent: TypeAlias = ConnectionChanged | Settled | CountsChanged | StillWaiting
