"""What every backend can do, and the only errors it raises.

A backend knows no journal and no screen. All its methods may take long and are cancellable; none that changes
anything retries by itself, because whoever calls knows better what a retry would mean.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import Query

MOST_ATTACHED: Final = 64 * 1024 * 1024
"""Bytes of an attachment that are fetched at most."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this backend was found to do. `version` is for people; nothing is decided by it alone.

    `honours_ids`: a create keeps the assessment ID it was given, so that a repeat adds nothing.
    """

    version: str
    queues: bool
    schemas: bool
    honours_ids: bool


@dataclass(frozen=True, slots=True)
class Experiment:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """The questions of an experiment as the server has them; `only_default` when it holds nothing but MLflow's own."""

    questions: tuple[Question, ...]
    only_default: bool


class BackendError(Exception):
    """Base of everything a backend raises. The message is a sentence; it never holds a credential."""


class Unreachable(BackendError):
    """Certainly not done: no connection, or the server says to come back later. Retry.

    `retry_after_s` is what the server asked for, in seconds, or None.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Ambiguous(BackendError):
    """It may have happened: a timeout, a reset, a 5xx, an answer that is not the expected JSON.

    `server_answered` is True when the server itself answered (a 500), False when the line went silent.
    """

    def __init__(self, message: str, *, server_answered: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.server_answered = server_answered
        self.retry_after_s = retry_after_s


class AlreadyThere(BackendError):
    """An assessment of this ID exists. Read it back to see whether it is ours."""


class Refused(BackendError):
    """This payload can never succeed. The message is the server's own."""


class Forbidden(BackendError):
    """Credentials are missing, wrong, or not allowed to do this."""


class NotAllowed(Forbidden):
    """This call is not allowed, whoever makes it was let in or was not asked who it is."""


class LacksPermission(NotAllowed):
    """The server itself says that this login lacks a permission; no proxy or gateway does in its place."""


class MissingTrace(BackendError):
    """No such trace, as far as this login and workspace can see."""


class MissingTarget(BackendError):
    """The trace is there; what the call was about (an assessment, a queue, a queue item) is not."""


class NotABackend(BackendError):
    """Whatever answers there is not a usable tracking server: wrong address, a login page, too old."""


class UnknownName(BackendError):
    """No experiment or queue of that name or ID. The message says what there is."""


class BadFilter(BackendError):
    """The backend does not understand the filter or the order. The message is its own."""


class Malformed(BackendError):
    """An envelope that breaks the protocol. About one trace when `trace_id` is set."""

    def __init__(self, message: str, trace_id: str | None = None) -> None:
        super().__init__(message)
        self.trace_id = trace_id


class Backend(Protocol):
    """A tracking backend. IDs are the backend's own; text is unsanitised."""

    @property
    def uri(self) -> str:
        """The canonical URI that destinations carry."""
        ...

    @property
    def workspace(self) -> str:
        """The workspace, or the empty string."""
        ...

    async def capabilities(self) -> Capabilities:
        """What this backend can do, detected once. Raises `NotABackend` when it is none."""
        ...

    async def whoami(self) -> str | None:
        """The signed-in user, or None where the backend knows no users."""
        ...

    async def experiments(self) -> list[Experiment]:
        """All active experiments, most recently used first where the backend tells."""
        ...

    async def experiment(self, name_or_id: str) -> Experiment:
        """The experiment of that ID, else of that name. Raises `UnknownName`."""
        ...

    async def count(self, experiment_id: str) -> int | None:
        """How many traces an experiment has, or None where that is not cheap to know."""
        ...

    def snapshot(self, query: Query) -> AsyncIterator[list[TraceSummary]]:
        """Pages of a pinned search: each trace once, even while others label and log. Raises `BadFilter`."""
        ...

    async def summaries(self, trace_ids: Sequence[str]) -> list[TraceSummary]:
        """The summaries of the traces that exist among `trace_ids`, in their order."""
        ...

    async def summary(self, trace_id: str) -> TraceSummary:
        """One summary with its assessments. Raises `MissingTrace`."""
        ...

    async def trace(self, trace_id: str) -> RawTrace:
        """A whole trace, spans undecoded. Raises `MissingTrace`, or `Malformed` for this trace alone."""
        ...

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        """The bytes of an attachment named by an ``mlflow-attachment://`` address, `size` many where that says so.

        Raises `MissingTarget` when the trace has none of that name, `Malformed` for more than `MOST_ATTACHED` bytes,
        or another number than `size`.
        """
        ...

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        """The assessment of that ID; None only when the trace itself is there. Raises `MissingTrace`."""
        ...

    async def create(self, assessment: Assessment) -> Assessment:
        """Store an assessment under its own ID and return what the backend says it stored."""
        ...

    async def update(self, assessment: Assessment, fields: Sequence[str]) -> Assessment:
        """Change ``value``, ``rationale`` or ``metadata`` in place (no history) and return the result."""
        ...

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment. Deleting what is not there succeeds."""
        ...

    async def may_label(self, experiment_id: str) -> bool | None:
        """Whether this login may write labels in an experiment; None where that cannot be told by asking."""
        ...

    async def schemas(self, experiment_id: str) -> Schemas:
        """The label schemas of an experiment, in creation order, MLflow's own default left out."""
        ...

    async def queues(self, experiment_id: str) -> list[Queue]: ...

    async def queue(self, experiment_id: str | None, name_or_id: str) -> Queue:
        """The queue of that ID or (case-insensitive) name. Raises `UnknownName`."""
        ...

    async def my_queue(self, experiment_id: str, reviewer: str) -> Queue:
        """The reviewer's own queue, made when there is none."""
        ...

    def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        """Every item of a queue, of any state, each once, oldest first."""
        ...

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        """How one item of a queue stands; may cost as much as listing the queue. Raises `MissingTarget`."""
        ...

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        """Set an item's state and read it back: `completed_by` may be somebody who was first."""
        ...

    def cautions(self) -> list[str]:
        """What whoever reads from here should know, in sentences, each told once: a listing that may not be whole."""
        ...

    async def close(self) -> None:
        """Release connections and files."""
        ...
