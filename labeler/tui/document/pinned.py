"""The pinned request: what is being answered, in two rows at most, for when it has scrolled out of view. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import one_line
from labeler.tui.document.contents import MEASURE
from labeler.tui.document.wrap import row_starts
from labeler.tui.widgets.cells import cells, clipped

_MOST_ROWS: Final = 2
_LONGEST: Final = 600
"""Characters of a request that two rows of the widest text can hold."""

_LONGEST_NAME: Final = 24
_SPACING: Final = "   "
"""Between who asks and what is asked."""


class PinnedRow(NamedTuple):
    """A row of it: who asks, or as many spaces, and a row of what is asked."""

    name: str
    text: str


class PinnedRequest(NamedTuple):
    """The request in rows as wide as the layout that they are made for. It begins with the block of that number."""

    block: int
    rows: tuple[PinnedRow, ...]


def pinned_request(document: Document, width: int, ellipsis: str) -> PinnedRequest | None:
    """Return the request that a document answers in rows of at most `width` cells, names included; None if it
    has none.
    """
    asked = [each for each in enumerate(document.blocks) if each[1].message == document.request]
    spoken = [(number, block) for number, block in asked if block.kind is not BlockKind.HEADER]
    if document.request is None or not spoken:
        return None
    number, text = _main(spoken, document.title)
    header = next((block.text for _, block in asked if block.kind is BlockKind.HEADER), "")
    name = clipped(header, _LONGEST_NAME, ellipsis) + _SPACING if header else ""
    room = max(min(width, MEASURE) - cells(name), 8)
    names = (name, " " * cells(name))
    return PinnedRequest(number, tuple(map(PinnedRow, names, _rows(text, room, ellipsis))))


def _main(spoken: list[tuple[int, Block]], title: str) -> tuple[int, str]:
    """Return the block of a request that the document's title is about, by its number, and what it says.

    Where the title is not taken from a text of the request, that is the first block, and all that they say.
    """
    head = title.rstrip("…")
    for number, block in spoken:
        text = one_line(block.text, _LONGEST)
        if head and head in text:
            return number, text[text.index(head) :]
    return spoken[0][0], one_line(" ".join(f"{block.summary} {block.text}" for _, block in spoken), _LONGEST)


def _rows(text: str, width: int, ellipsis: str) -> tuple[str, ...]:
    """Return a text in as many rows as it needs; one that needs more than are pinned ends in an ellipsis."""
    starts = row_starts(text, width, width)
    cut = starts[:_MOST_ROWS]
    rows = [text[start:stop].rstrip(" ") for start, stop in pairwise(cut)]
    return (*rows, clipped(text[cut[-1] :], width, ellipsis))
