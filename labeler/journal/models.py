"""What the journal hands out: frozen rows, free of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ReviewSpec, WorklistRow

__all__ = [
    "AnswerDelivery",
    "Delivery",
    "DeliveryOp",
    "DeliveryState",
    "Journaled",
    "Lost",
    "OutboxCounts",
    "ParkCause",
    "Recovery",
    "ReviewRecord",
    "ReviewSpec",
    "StandingAnswer",
    "TakenBack",
    "WorklistRow",
]


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A review and where its reviewer stood: `position` is a trace ID. `begun_at_ms`: since the epoch."""

    id: str
    spec: ReviewSpec
    position: str | None
    begun_at_ms: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """A damaged journal was found at the start: where it lies now, and how much of it was saved.

    `sentence` tells the reviewer. `changes` counts the reviewer's changes that were saved, `deliveries`
    the ones not yet delivered among the saved.
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
    """Never to be sent (again): taken back, superseded before it was sent, or discarded by a person."""


class ParkCause(StrEnum):
    """Why a delivery is parked, as far as it decides what to do next."""

    CREDENTIALS = "credentials"
    """Credentials, or a right that whoever they belong to does not have."""
    TRACE = "trace"
    BACKEND = "backend"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One operation that has to reach the backend, and how far it got.

    `assessment` is the payload of a create or an update and None otherwise; `queue_id` and `item_state` are
    set for a status. `name` is the question's name. `attempts` counts requests that were begun. `reason` tells
    why it waits, is parked, refused or closed; of a delivered one, what the reviewer should know about it.
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

    `unreleased` of the waiting belong to items the reviewer has not left; `needs_credentials` of the parked are
    parked for want of them.
    """

    waiting: int = 0
    parked: int = 0
    refused: int = 0
    unreleased: int = 0
    needs_credentials: int = 0


@dataclass(frozen=True, slots=True)
class AnswerDelivery:
    """How far an answer got: `state` of the delivery that carries it, and why, when it is parked or refused."""

    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """An answer that stands, as the assessment that carries it. `server_id`: the ID a server gave it instead.

    `delivery_id` is that of its create.
    """

    destination: Destination
    assessment: Assessment
    state: DeliveryState
    delivery_id: int
    server_id: str | None = None

    @property
    def stored_id(self) -> str:
        """The ID the backend knows it by."""
        return self.server_id or self.assessment.id


@dataclass(frozen=True, slots=True)
class Journaled:
    """An answer that a journal has, standing or not: where it is delivered, in which form, and how far that got.

    `stored_id` is the ID the backend knows it by; `stands`: it is the reviewer's answer now.
    """

    destination: Destination
    assessment: Assessment
    state: DeliveryState
    stored_id: str
    stands: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An assessment whose deletion the backend has acknowledged. `stored_id` is the ID the backend knew it by."""

    delivery_id: int
    trace_id: str
    span_id: str | None
    name: str
    stored_id: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An acknowledged delivery that has left no trace at the backend.

    `there`: the IDs of the assessments that its trace does have, which decide what an answer can override.
    """

    delivery_id: int
    there: frozenset[str] = frozenset()


class JournalError(Exception):
    """Base of the journal's errors. The message is a sentence: what happened, what is safe, what to do."""


class JournalNewer(JournalError):
    """A later version of labeler wrote this journal. Nothing was changed."""


class JournalUnusable(JournalError):
    """The journal cannot be opened, read or written here at all."""


class JournalUnwritable(JournalUnusable):
    """The journal cannot be written here. It may still be read as it is: `reason` says why no more than that."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class JournalWriteFailed(JournalError):
    """A change could not be committed. Nothing of it was stored; it can be tried again."""
