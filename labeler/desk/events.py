"""What the desk announces. Events carry no state: whoever hears one reads the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class DocumentReady:
    """The document of this trace can be shown."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class ItemsAdded:
    """New items stand at the end of the worklist."""

    count: int


@dataclass(frozen=True, slots=True)
class ItemChanged:
    """Something about this item changed without the reviewer doing it: answers loaded, delivery settled."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Connection or outbox counts changed."""


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """More of this trace's session is here, or it is known that there is no more."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence the reviewer should see once: somebody was first, an answer was refused."""

    says: str


DeskEvent: TypeAlias = DocumentReady | ItemsAdded | ItemChanged | StatusChanged | SessionChanged | Notice
