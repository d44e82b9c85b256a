"""Sections: the pieces a document is wrapped in, each by itself and only when it is needed."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

from labeler.tui.document.contents import MEASURE, Content, Text
from labeler.tui.document.lines import Line, Span, Wrapping
from labeler.tui.document.wrap import row_starts


class Row(NamedTuple):
    """A row on the screen: from `start` to `end` of a section's line, indented by `indent` cells."""

    line: int
    start: int
    end: int
    indent: int


class Section:
    """Rows that are wrapped together, with `gap` blank rows above.

    `block` is the number of the block whose text it shows, `fold` that of the block it opens or closes
    (None: none), `tone` the role below all others, `bar` whether it belongs to the response under
    judgement. `rows` is None until it is measured.
    """

    __slots__ = ("_spans", "bar", "block", "content", "fold", "gap", "guessed", "lines", "message", "rows", "tone")

    def __init__(self, block: int, message: int, fold: int | None, tone: str, bar: bool, content: Content) -> None:
        self.block, self.message, self.fold = block, message, fold
        self.tone, self.bar, self.content = tone, bar, content
        self.gap = 0
        self.guessed: int | None = None
        self.lines: list[Line] = []
        self.rows: list[Row] | None = None
        self._spans: dict[int, list[Span]] = {}

    @property
    def is_text(self) -> bool:
        """Whether it shows a block's text, which stays the same however other blocks are folded."""
        return isinstance(self.content, Text)

    def height(self, width: int) -> int:
        """Rows, the gap included; a guess until it is measured."""
        if self.rows is not None:
            return self.gap + len(self.rows)
        if self.guessed is None:
            self.guessed = self.content.guess(width)
        return self.gap + self.guessed

    def measure(self, width: int) -> None:
        """Wrap to `width` cells."""
        self.lines = self.content.lines(width)
        self._spans = {}
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
        """The looks of a line, in offsets of its text; worked out when they are first asked for."""
        spans = self._spans.get(line)
        if spans is None:
            spans = self._spans[line] = self.content.spans(line)
        return spans

    def row_of(self, offset: int) -> int:
        """The row that shows a character of the block's text, given its offset there."""
        assert self.rows is not None
        line = max(0, bisect_right(self.lines, offset, key=lambda each: each.start) - 1)
        shown = self.lines[line].shown(offset)
        return max(0, bisect_right(self.rows, (line, shown), key=lambda row: (row.line, row.start)) - 1)

    def offset_of(self, row: int) -> int:
        """The offset in the block's text of the first character of a row."""
        assert self.rows is not None
        line, start, _, _ = self.rows[min(row, len(self.rows) - 1)]
        return self.lines[line].source(start)
