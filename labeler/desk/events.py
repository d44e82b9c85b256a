"""What the desk announces. Events carry no state: a listener reads the desk."""

from __future__ import annotations

from typing import TypeAlias

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DocumentReady:
    """The document of this trace can be shown."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class ItemsAdded:
    """There are new items at the end of the worklist."""

    count: int


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """Something about this item changed that the reviewer did not do: answers were loaded, a delivery was settled."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class ItemsChanged:
    """As `ItemChanged`, for several items at once."""

    trace_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class QuestionsChanged:
    """The review asks other questions than before, or asks them in another way."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The connection or the outbox's counts changed."""


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """More of this trace's session is in the cache, or it is known that there is no more."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that the reviewer should see once: somebody else was first, an answer was refused."""

    says: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """What came of something, or is different now, in a sentence of the rules, which may name actions."""

    says: str


DeskEvent: TypeAlias = (
    DocumentReady
    | ItemsAdded
    | ItemChanged
    | ItemsChanged
    | QuestionsChanged
    | StatusChanged
    | SessionChanged
    | Notice
    | Announcement
)
