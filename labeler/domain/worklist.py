"""Worklists: which traces a review is about."""

from __future__ import annotations

from enum import StrEnum

from labeler.dataclass import dataclass
from labeler.domain.queue import QueueItemState
from labeler.domain.scope import scope_in_role
from labeler.domain.trace import TraceState


class ItemState(StrEnum):
    """The state of an item. Whether it is partly answered or flagged follows from its answers."""

    OPEN = "open"
    LABELLED = "labelled"
    DEFERRED = "deferred"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Query:
    """A search for traces. `filter` is in the backend's own language and passed through.

    `since_ms` and `until_ms` (both inclusive) bound the request time in milliseconds since the epoch; `until_ms` pins
    the snapshot. An empty `order_by` means newest first. Only traces with valid feedback named `feedback` are wanted,
    where that is not empty: a backend that cannot tell them apart lists others too.
    """

    experiment_ids: tuple[str, ...]
    filter: str = ""
    order_by: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int | None = None
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One item of a worklist as a list shows it, kept in the journal so that a start needs no network.

    `title` is short and unsanitised; `requested_at_ms` is in milliseconds since the epoch; `state` is the trace's,
    `queue_state` that of the item in its review queue, as it was read last (None: it is of none), `queue_by` who
    finished it there.
    """

    trace_id: str
    experiment_id: str
    title: str
    requested_at_ms: int
    state: TraceState
    queue_state: QueueItemState | None = None
    is_selected: bool = True
    """False for an item that its queue or search no longer has, and that stays because its trace was touched."""
    queue_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewSpec:
    """What a review is about, and whose it is. Beginning the same spec again continues the same review.

    Where `trace_ids` is not empty, it is about exactly these traces. `since` is how old they may be, as it was written
    (``3d``, or a time), and means something else each day; `since_ms`, in milliseconds since the epoch, is what reviews
    of earlier versions have instead. `asks` are the names of the only questions that are asked, sorted; empty for all.
    `judge` names the feedback of a judge: then it is about the traces with a verdict of that one.
    `label` is the title that people see. With `notes_local`, flags and reasons for declining stay in the journal.
    `address` opens the backend again (a path where `backend_uri` is a store's ID), without credentials. `sprint` is the
    slug of the sprint that the queue is of, the scope of all that is said here; empty for none. `files` are the files
    that the traces were read of, and how, in the encoding of whoever reads them. `plan` and `guide` are the sprint's,
    as they were when it was opened last. These last seven may differ from one sitting to the next without making it
    another review. `role` is the one in which everything is said, empty for a reviewer's.
    """

    backend_uri: str
    workspace: str
    experiment_ids: tuple[str, ...]
    reviewer: str
    queue_id: str | None = None
    filter: str = ""
    order_by: tuple[str, ...] = ()
    since_ms: int | None = None
    limit: int | None = None
    sample: int | None = None
    seed: int | None = None
    trace_ids: tuple[str, ...] = ()
    label: str = ""
    notes_local: bool = False
    address: str = ""
    since: str = ""
    sprint: str = ""
    asks: tuple[str, ...] = ()
    content: str = ""
    """What tells the content of files from any other, where the worklist is what was read of them."""
    files: str = ""
    plan: str = ""
    guide: str = ""
    judge: str = ""
    role: str = ""

    @property
    def scope(self) -> str:
        """The scope of all that is said here: the sprint's, or that of a role in it."""
        return scope_in_role(self.sprint, self.role)

    @property
    def draws(self) -> bool:
        """Whether only some of what is selected is taken, once: a sample, or at most so many."""
        return self.sample is not None or self.limit is not None
