"""The contract of every backend: what it can do, and the only errors that it raises.

A backend knows nothing of the journal or the screen. Every method may take long and can be cancelled. A method that
changes something never retries by itself, because only its caller knows what a retry would mean.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import Query

MOST_ATTACHED: Final = 64 * 1024 * 1024
"""The largest attachment that is fetched, in bytes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do, as detected. `version` is for people; no decision depends on it alone.

    `queues` and `schemas`: whether it has review queues and label schemas. `honours_ids`: whether a create keeps the
    assessment ID that it is given, so that repeating the create adds nothing.
    """

    version: str
    queues: bool
    schemas: bool
    honours_ids: bool


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment: a named collection of traces."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """The label schemas of an experiment as questions. `only_default`: the server has no schema but MLflow's own."""

    questions: tuple[Question, ...]
    only_default: bool


class BackendError(Exception):
    """Base class of every error that a backend raises. The message is a sentence without any credential."""


class Unreachable(BackendError):
    """The request was certainly not carried out: there is no connection, or the server asks to come back later.

    Retry. `retry_after_s` is how many seconds the server asks to wait, or None.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Ambiguous(BackendError):
    """The request may have been carried out: a timeout, a reset, a 5xx, or a response that is not the expected JSON.

    `server_answered` is True when the server itself responded (with a 500, say), False when the connection went silent.
    `retry_after_s` is how many seconds the server asks to wait, or None.
    """

    def __init__(self, message: str, *, server_answered: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.server_answered = server_answered
        self.retry_after_s = retry_after_s


class AlreadyThere(BackendError):
    """An assessment with this ID, or a queue or label schema of this name, exists. Read it to see whose it is."""


class Refused(BackendError):
    """This payload can never succeed. The message is the server's own sentence."""


class Forbidden(BackendError):
    """The credentials are missing, wrong, or not sufficient for this call."""


class NotAllowed(Forbidden):
    """The caller was let in, or was never asked for credentials, but this call is not allowed."""


class LacksPermission(NotAllowed):
    """The server itself, not a proxy or gateway in front of it, says that this login lacks a permission."""


class MissingTrace(BackendError):
    """There is no such trace, as far as this login can see in this workspace."""


class MissingTarget(BackendError):
    """The trace exists, but the assessment, queue or queue item that the call was about does not."""


class NotABackend(BackendError):
    """What responds is not a usable tracking server: the address is wrong, a login page responds, or it is too old."""


class UnknownName(BackendError):
    """No experiment or queue has that name or ID. The message names those that exist."""


class BadFilter(BackendError):
    """The backend does not understand the filter or the order. The message is the backend's own."""


class Malformed(BackendError):
    """A response breaks the protocol. It concerns one trace alone when `trace_id` is set."""

    def __init__(self, message: str, trace_id: str | None = None) -> None:
        super().__init__(message)
        self.trace_id = trace_id


class UnreadableSpans(Malformed):
    """The backend has the trace and previews of it, and gives no spans of it that can be read. That may pass.

    `raw` has the summary, and why there is no more.
    """

    def __init__(self, raw: RawTrace) -> None:
        super().__init__(raw.failure, raw.summary.id)
        self.raw = raw


class Backend(Protocol):
    """A tracking backend. IDs are the backend's own, and text comes unsanitised.

    Any method may raise `Unreachable`, `Ambiguous`, `Forbidden`, `NotABackend` or `Malformed`; the docstrings name
    what else it raises.
    """

    @property
    def uri(self) -> str:
        """The canonical URI of the backend, as destinations have it."""
        ...

    @property
    def workspace(self) -> str:
        """The workspace, or an empty string where none is set."""
        ...

    async def capabilities(self) -> Capabilities:
        """Return what this backend can do. It is detected once. Raises `NotABackend`."""
        ...

    async def whoami(self) -> str | None:
        """Return the name of the signed-in user, or None where the backend has no users."""
        ...

    async def experiments(self) -> list[Experiment]:
        """Return all active experiments, the most recently used first where the backend knows that."""
        ...

    async def experiment(self, name_or_id: str) -> Experiment:
        """Return the experiment with that ID, or else with that name. Raises `UnknownName`."""
        ...

    async def count(self, experiment_id: str) -> int | None:
        """Return how many traces an experiment has, or None where counting them is expensive."""
        ...

    def snapshot(self, query: Query) -> AsyncIterator[list[TraceSummary]]:
        """Yield the pages of a search as of its start: each trace once, even while others log and label.

        Raises `BadFilter` and `UnknownName`.
        """
        ...

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        """Return the summaries of those of `trace_ids` that exist, in their order.

        `experiment_ids` are where they may be, beyond experiments that were asked about before: one call finds them.
        """
        ...

    async def summary(self, trace_id: str) -> TraceSummary:
        """Return the summary of one trace, with its assessments. Raises `MissingTrace`."""
        ...

    async def trace(self, trace_id: str) -> RawTrace:
        """Return a whole trace, its spans undecoded. Raises `MissingTrace`, or `Malformed` about this trace alone."""
        ...

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        """Return the bytes of the attachment that an ``mlflow-attachment://`` address names by its path.

        `size` is the number of bytes that the address promises, or None. Raises `MissingTarget` when the trace has no
        such attachment, and `Malformed` for one that is larger than `MOST_ATTACHED` or not of `size` bytes.
        """
        ...

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        """Return the assessment with that ID, or None if the trace exists without it. Raises `MissingTrace`."""
        ...

    async def create(self, assessment: Assessment) -> Assessment:
        """Store an assessment under its own ID, and return what the backend says that it stored.

        Raises `AlreadyThere`, `MissingTrace`, `MissingTarget` when the assessment that it overrides is gone, `Refused`.
        """
        ...

    async def update(self, assessment: Assessment, fields: Sequence[str]) -> Assessment:
        """Change ``value``, ``rationale`` or ``metadata`` in place, without a history, and return the result.

        Raises `MissingTrace`, `MissingTarget`, `Refused`.
        """
        ...

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment. Deleting one that does not exist succeeds. Raises `MissingTrace`."""
        ...

    async def may_label(self, experiment_id: str) -> bool | None:
        """Return whether this login may write labels in an experiment, or None where asking does not tell."""
        ...

    async def schemas(self, experiment_id: str) -> Schemas:
        """Return the label schemas of an experiment in the order of their creation, without MLflow's own default."""
        ...

    async def queues(self, experiment_id: str) -> list[Queue]:
        """Return the review queues of an experiment, none where the backend has no queues."""
        ...

    async def queue(self, experiment_id: str | None, name_or_id: str) -> Queue:
        """Return the queue with that ID or that name, whatever its case, of one experiment or (None) of all.

        Raises `UnknownName`.
        """
        ...

    async def my_queue(self, experiment_id: str, reviewer: str) -> Queue:
        """Return the reviewer's own queue, and create it if there is none. Raises `UnknownName`."""
        ...

    def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        """Yield every item of a queue in pages, whatever its state, each once, the oldest first."""
        ...

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        """Return one item of a queue. It may cost as much as listing the queue. Raises `MissingTarget`."""
        ...

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        """Set an item's state and read it back: `completed_by` may name somebody else, who was first.

        Raises `MissingTarget`.
        """
        ...

    def cautions(self) -> list[str]:
        """Return sentences that the reader of these results should see, such as that a listing may be incomplete.

        Each sentence is returned once.
        """
        ...

    async def close(self) -> None:
        """Release connections and files."""
        ...


@runtime_checkable
class TeamBackend(Backend, Protocol):
    """A backend on which a lead can set up work for several people: queues, their items and questions, and tags.

    The docstrings name what a method raises beside what any method may raise; each may raise `LacksPermission`.
    """

    async def users(self) -> Sequence[str] | None:
        """Return the names of the users of the backend, None where it has none or does not tell."""
        ...

    async def experiment_tags(self, experiment_id: str) -> Mapping[str, str]:
        """Return the tags of an experiment. Raises `UnknownName`."""
        ...

    async def set_experiment_tag(self, experiment_id: str, name: str, text: str) -> None:
        """Set a tag, whatever it was before: who writes last wins. Raises `Refused` for one that is too long."""
        ...

    async def delete_experiment_tag(self, experiment_id: str, name: str) -> None:
        """Delete a tag. Deleting one that does not exist succeeds."""
        ...

    async def create_schema(self, experiment_id: str, question: Question) -> Question:
        """Make the label schema of a question, and return the question with its `schema_id`.

        Raises `AlreadyThere` where one has its name, and `Refused`.
        """
        ...

    async def create_queue(
        self, experiment_id: str, name: str, users: Sequence[str], schema_ids: Sequence[str] = ()
    ) -> Queue:
        """Make a queue for these users that asks these questions. Of several that make one name, one alone succeeds.

        Raises `AlreadyThere` where a queue has this name in any case, and `Refused`.
        """
        ...

    async def set_queue_users(self, queue_id: str, users: Sequence[str]) -> Queue:
        """Set who may work on a queue, and return it as it is then. Raises `MissingTarget` and `Refused`."""
        ...

    async def set_queue_questions(self, queue_id: str, schema_ids: Sequence[str]) -> Queue:
        """Set what a queue asks, while it has no items. Raises `MissingTarget` and `Refused`."""
        ...

    async def delete_queue(self, queue_id: str) -> None:
        """Delete a queue with its items; labels stay. Deleting one that does not exist succeeds."""
        ...

    async def add_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        """Put traces into a queue. Those that are in it keep their state.

        Raises `MissingTarget` where the queue, or one of the traces in its experiment, does not exist; some of the
        others may have been added then.
        """
        ...

    async def remove_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        """Take traces out of a queue, those that are in it. Raises `MissingTarget` where there is no such queue."""
        ...
