"""Rows painted as strips: text and roles become segments of the palette's styles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rich.segment import Segment
from textual.strip import Strip

from labeler.tui.cells import cells
from labeler.tui.document.lines import Line, Roles, Span
from labeler.tui.document.sections import Row, Section
from labeler.tui.signs import Signs
from labeler.tui.theme import Palette

GUTTER: Final = 2
"""Cells left of the text: the answer's bar or the cursor, and a space."""


class Painter:
    """Paints rows of `width` cells, the gutter included."""

    def __init__(self, palette: Palette, signs: Signs, width: int) -> None:
        self._palette, self._signs, self.width = palette, signs, width
        self._plain = palette.style("text")
        self.blank = Strip([Segment(" " * width, self._plain)], width)
        bar = [Segment(signs.answer, palette.style("gutter")), Segment(" " * (width - 1), self._plain)]
        self._barred = Strip(bar, width)

    def gap(self, section: Section, above: Section | None) -> Strip:
        """A blank row above a section; the answer's bar runs through it between two of the answer's sections."""
        return self._barred if section.bar and above is not None and above.bar else self.blank

    def row(self, section: Section, number: int, *, cursor: bool = False, highlights: Sequence[Span] = ()) -> Strip:
        """A row of a measured section. `highlights` are spans of its line, laid over what it looks like."""
        assert section.rows is not None
        row = section.rows[number]
        line = section.lines[row.line]
        spans = section.spans(row.line)
        if highlights:
            spans = overlaid(spans, highlights, len(line.text))
        segments = self._gutter(section.bar, cursor, row.indent)
        filled = GUTTER + row.indent
        for segment in self._text(section.tone, line, row, spans):
            segments.append(segment)
            filled += cells(segment.text)
        if filled < self.width:
            segments.append(Segment(" " * (self.width - filled), self._plain))
            return Strip(segments, self.width)
        strip = Strip(segments, filled)
        return strip if filled == self.width else strip.crop(0, self.width)

    def _gutter(self, bar: bool, cursor: bool, indent: int) -> list[Segment]:
        if cursor:
            sign = Segment(self._signs.cursor, self._palette.style("cursor"))
        elif bar:
            sign = Segment(self._signs.answer, self._palette.style("gutter"))
        else:
            return [Segment(" " * (GUTTER + indent), self._plain)]
        return [sign, Segment(" " * (GUTTER - 1 + indent), self._plain)]

    def _text(self, tone: str, line: Line, row: Row, spans: Sequence[Span]) -> Iterator[Segment]:
        style, text = self._palette.style, line.text
        at, end = row.start, row.end
        if end > at and text[end - 1] == " ":
            end = at + len(text[at:end].rstrip(" "))
        for number in range(bisect_right(spans, at, key=lambda span: span[1]), len(spans)):
            start, stop, roles = spans[number]
            if start >= end:
                break
            if start > at:
                yield Segment(text[at:start], style(tone))
                at = start
            yield Segment(text[at : min(stop, end)], style(tone, *roles))
            at = min(stop, end)
        if at < end:
            yield Segment(text[at:end], style(tone))


def overlaid(spans: Sequence[Span], above: Sequence[Span], length: int) -> list[Span]:
    """Spans with others laid over them; both are in order and without overlaps."""
    edges = sorted(
        {0, length, *(edge for start, end, _ in (*spans, *above) for edge in (start, end) if edge <= length)}
    )
    result: list[Span] = []
    for start, end in pairwise(edges):
        roles = _roles_at(spans, start) + _roles_at(above, start)
        if roles:
            result.append((start, end, roles))
    return result


def _roles_at(spans: Sequence[Span], at: int) -> Roles:
    number = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return spans[number][2] if number >= 0 and at < spans[number][1] else ()
