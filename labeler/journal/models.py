"""The types that the journal returns, and the errors that it raises."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ReviewSpec, WorklistRow

__all__ = [
    "AnswerDelivery",
    "Delivery",
    "DeliveryOp",
    "DeliveryState",
    "Former",
    "Journaled",
    "Lost",
    "OutboxCounts",
    "ParkCause",
    "Recovery",
    "ReviewRecord",
    "ReviewSpec",
    "StandingAnswer",
    "Surplus",
    "WorklistRow",
]


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A review. `position` is the ID of the trace that its reviewer was at; `begun_at_ms` is since the epoch.

    `filter` is what `Reviews.save_filter` saved last.
    """

    id: str
    spec: ReviewSpec
    position: str | None
    begun_at_ms: int
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """A damaged journal that was found at the start: where it was moved, and how much of it was saved.

    `changes` counts the saved changes, `deliveries` the saved deliveries that are still to go. `sentence` tells the
    reviewer.
    """

    set_aside: Path
    changes: int
    deliveries: int
    sentence: str


class DeliveryOp(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    STATUS = "status"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    PARKED = "parked"
    REFUSED = "refused"
    DELIVERED = "delivered"
    CLOSED = "closed"
    """Not to be sent (again): retracted, superseded before it was sent, or discarded by a person."""


class ParkCause(StrEnum):
    """Why a delivery is parked. It decides what has to be done next."""

    CREDENTIALS = "credentials"
    """Credentials are missing or wrong, or their owner lacks a permission."""
    TRACE = "trace"
    BACKEND = "backend"
    CONFLICT = "conflict"
    """Another answer of the reviewer's own is there, which they were never shown."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One operation that has to reach the backend, and how far it got. Times are milliseconds since the epoch.

    `assessment` is the payload of a create or an update, else None; `queue_id` and `item_state` are set for a status.
    `name` is the question's name. `attempts` counts the attempts that were begun. `reason` says why it waits, or was
    parked, refused or closed; for a delivered one, what the reviewer should know about it.
    """

    id: int
    destination: Destination
    op: DeliveryOp
    trace_id: str
    name: str
    reviewer: str
    state: DeliveryState
    created_at_ms: int
    attempts: int = 0
    reason: str | None = None
    cause: ParkCause | None = None
    assessment_id: str | None = None
    assessment: Assessment | None = None
    queue_id: str | None = None
    item_state: QueueItemState | None = None
    server_id: str | None = None
    released_at_ms: int | None = None
    not_before_ms: int | None = None
    settled_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many deliveries are not acknowledged.

    `unreleased` counts those of the waiting whose items the reviewer has not left, and what waits for these;
    `needs_credentials` those of the parked that need credentials or a permission, `conflicts` those that are in
    conflict with another answer.
    """

    waiting: int = 0
    parked: int = 0
    refused: int = 0
    unreleased: int = 0
    needs_credentials: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class AnswerDelivery:
    """How far an answer got: the state of the delivery that carries it, and why, when it is parked or refused."""

    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """A standing answer, as the assessment that carries it.

    `delivery_id` is that of its create, `server_id` the ID that a server assigned in place of ours.
    """

    destination: Destination
    assessment: Assessment
    state: DeliveryState
    delivery_id: int
    server_id: str | None = None

    @property
    def stored_id(self) -> str:
        """The ID by which the backend knows it."""
        return self.server_id or self.assessment.id


@dataclass(frozen=True, slots=True)
class Journaled:
    """An answer that the journal has, standing or not: where it is delivered, in which form, and how far it got.

    `stored_id` is the ID by which the backend knows it; `stands` says whether it is the reviewer's answer now.
    """

    destination: Destination
    assessment: Assessment
    state: DeliveryState
    stored_id: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Former:
    """An assessment that was sent from here or retracted here, and is not the answer that stands in its cell.

    `stored_id` is the ID by which the backend knows it, `standing` that of the assessment that stands in its cell, or
    None where nothing does. `retraction` is its acknowledged delete, `creation` its create (None: not made here).
    `is_underway`: a delete of it is queued.
    """

    trace_id: str
    name: str
    stored_id: str
    standing: str | None
    retraction: int | None
    creation: int | None
    is_underway: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """An acknowledged delivery whose result is no longer at the backend.

    `overrides`: the stored ID of what its assessment overrides there, or is to override when it is created again.
    """

    delivery_id: int
    overrides: str | None = None


@dataclass(frozen=True, slots=True)
class Surplus:
    """An assessment that was superseded here and counts at the backend beside the answer that stands.

    `creation` is its create; `overrides`: the stored ID of what it overrides there.
    """

    creation: int
    overrides: str | None


class JournalError(Exception):
    """Base of the journal's errors. The message says what happened, what is safe and what to do."""


class JournalNewer(JournalError):
    """A later version of labeler wrote this journal. Nothing was changed."""


class JournalUnusable(JournalError):
    """The journal cannot be opened, read or written here at all."""


class JournalUnwritable(JournalUnusable):
    """The journal cannot be written here, but perhaps be read as it is. `reason` says why it cannot be written."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class JournalWriteFailed(JournalError):
    """A change could not be committed. Nothing of it was stored, and it can be tried again."""
