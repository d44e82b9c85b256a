"""Sections: the pieces a document is wrapped in, each by itself and only when it is needed."""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum, auto
from itertools import pairwise
from typing import NamedTuple

from labeler.tui.document.contents import MEASURE, Content
from labeler.tui.document.lines import Line, Span, Wrapping
from labeler.tui.document.wrap import row_starts


class Row(NamedTuple):
    """A row on the screen: from `start` to `end` of a section's line, indented by `indent` cells."""

    line: int
    start: int
    end: int
    indent: int


class SectionForm(Enum):
    """What a section shows of its block."""

    TEXT = auto()
    """The block's text from `start` to `end`."""
    HEADER = auto()
    """A heading by itself."""
    HEADER_OPEN = auto()
    """The heading of an open block."""
    HEADER_FOLDED = auto()
    """A heading, and the folded block after it on the same row."""
    FOLDED = auto()
    """A folded block by itself."""
    LABEL = auto()
    """What an open block is, above its text."""


class Section:
    """Rows that are wrapped together, with `gap` blank rows above.

    `fold` is the number of the block that it opens or closes (None: none). `fence` is the Markdown fence
    that is open at `start`. `is_headed` tells of text whose block has a heading or label. `rows` is None
    until it is measured; so is what goes with them.
    """

    __slots__ = (
        "_content",
        "_spans",
        "block",
        "end",
        "fence",
        "fold",
        "form",
        "gap",
        "is_headed",
        "lines",
        "message",
        "rows",
        "start",
    )

    def __init__(
        self,
        block: int,
        message: int,
        fold: int | None,
        form: SectionForm,
        start: int = 0,
        end: int = 0,
        fence: str = "",
        is_headed: bool = False,
    ) -> None:
        self.block, self.message, self.fold, self.form = block, message, fold, form
        self.start, self.end, self.fence, self.is_headed = start, end, fence, is_headed
        self.gap = 0
        self.lines: list[Line] = []
        self.rows: list[Row] | None = None

    @property
    def height(self) -> int:
        """Rows, the gap included; a guess until it is measured."""
        if self.rows is not None:
            return self.gap + len(self.rows)
        return self.gap + 1 + (self.end - self.start) // 60

    @property
    def opens(self) -> bool:
        """Whether its first row is the first of an open block that folds, and shows the sign of it."""
        if self.form is SectionForm.TEXT:
            return self.fold == self.block and self.start == 0 and not self.is_headed
        return self.form in (SectionForm.HEADER_OPEN, SectionForm.LABEL) and self.fold is not None

    def measure(self, content: Content, width: int) -> None:
        """Wrap what it shows to `width` cells."""
        self._content = content
        self._spans: dict[int, list[Span]] = {}
        self.lines = content.lines(width)
        self.rows = rows = []
        for number, line in enumerate(self.lines):
            limit = width if line.wrapping is not Wrapping.PROSE else min(width, MEASURE)
            length = len(line.text)
            if line.wrapping is Wrapping.ONE_ROW or (length <= limit and line.text.isascii()):
                rows.append(Row(number, 0, length, 0))
                continue
            hang = line.hang(limit)
            starts = row_starts(line.text, limit, limit - hang)
            rows += [Row(number, a, b, hang if a else 0) for a, b in pairwise([*starts, length])]

    def spans(self, line: int) -> list[Span]:
        """Return the looks of a line, in offsets of its text; worked out when they are first asked for."""
        spans = self._spans.get(line)
        if spans is None:
            spans = self._spans[line] = self._content.spans(line)
        return spans

    def row_of(self, offset: int) -> int:
        """Return the row that shows a character of the block's text, given its offset there."""
        line = max(0, bisect_right(self.lines, offset, key=lambda each: each.start) - 1)
        shown = self.lines[line].shown(offset)
        return max(0, bisect_right(self.rows or [], (line, shown), key=lambda row: (row.line, row.start)) - 1)

    def offset_of(self, row: int) -> int:
        """Return the offset in the block's text of the first character of a row."""
        rows = self.rows or []
        line, start, _, _ = rows[min(row, len(rows) - 1)]
        return self.lines[line].source(start)
