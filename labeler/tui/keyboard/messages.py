"""What the driver tells beside Textual's own events."""

from __future__ import annotations

from textual.message import Message

from labeler.dataclass import dataclass


@dataclass
class UnfinishedSequence(Message):
    """`character` was pressed so soon after Esc that it may have been the rest of a cut sequence: it did nothing."""

    character: str
