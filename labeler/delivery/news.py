"""What a reading of the backend brings, and who hears it: the one door by which the backend's word comes in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import field
from typing import Protocol

from labeler.dataclass import dataclass
from labeler.delivery.listing import ListedTrace
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Question
from labeler.domain.queue import QueueItem
from labeler.domain.trace import RawTrace, TraceSummary


@dataclass(slots=True)
class News:
    """How many items are new and gone, and the trace IDs of those that changed."""

    new: int = 0
    gone: int = 0
    changed: set[str] = field(default_factory=set)

    @property
    def sentence(self) -> str:
        """Say it in a few words: ``2 new, 4 gone, 3 changed``."""
        counts = ((self.new, "new"), (self.gone, "gone"), (len(self.changed), "changed"))
        return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing has changed"


@dataclass(frozen=True, slots=True)
class LearntItems:
    """What a reading of queue items came to: the trace IDs that changed by it, and those that could not be told yet.

    The reviewer's own word to those is on its way, or went while they were being read.
    """

    changed: set[str]
    undecided: set[str]


class StatusListener(Protocol):
    """Whoever tells the reviewer how the backend can be reached. No method may block."""

    connection: ConnectionStatus

    def connected(self, status: ConnectionStatus, until_ms: int = 0) -> None:
        """The connection is now this; `until_ms` is when it is tried again, where the backend asked for that."""

    def tell(self, sentence: str) -> None:
        """Show a sentence to the reviewer."""


class NewsListener(Protocol):
    """Whoever keeps the worklist. Nothing that it is told moves a row or the reviewer."""

    @property
    def is_drawn(self) -> bool:
        """Whether the worklist is a sample, or so many of all, and was drawn before."""
        ...

    @property
    def open_items(self) -> int:
        """How many items are still to be done."""
        ...

    @property
    def trace_ids(self) -> Collection[str]:
        """The traces of the worklist, in its order."""
        ...

    def report(self, sentence: str) -> None:
        """Show the reviewer what came of something they asked for."""

    def signed_in_as(self, user: str) -> None:
        """Note that the backend knows the reviewer as this user."""

    def worked_on_by(self, users: Collection[str]) -> None:
        """Note that the queue is for these users; none: for everybody."""

    def show_without_spans(self, raw: RawTrace) -> None:
        """Show what is known of a trace whose spans cannot be read now. It is not kept: they may come later."""

    async def take_in(self, page: Sequence[ListedTrace], *, only_unlabelled: bool) -> int:
        """Append what is new in a page; return how many items that were."""
        ...

    async def learn_of(self, summaries: Sequence[TraceSummary]) -> set[str]:
        """Take over what the backend has about traces of the worklist; return the IDs of those that changed."""
        ...

    async def learn_items(self, items: Sequence[QueueItem], began_ms: int) -> LearntItems:
        """Take over how items of the queue stand. `began_ms`: when they were asked for, by the wall clock."""
        ...

    async def end_listing(self, selected: Collection[str]) -> int:
        """Note that these traces are all that is selected now; return how many of the worklist's are not any more."""
        ...

    async def ask(self, questions: Sequence[Question]) -> None:
        """Ask these questions from now on, and say what is different. None at all: go on with those asked now."""
