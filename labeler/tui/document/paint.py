"""Rows painted as strips: text and roles become segments of the palette's styles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from labeler.tui.appearance import Signs
from labeler.tui.document.lines import Line, Roles, Span
from labeler.tui.document.pinned import PinnedRow
from labeler.tui.document.sections import Row, Section
from labeler.tui.theme import Palette
from labeler.tui.widgets.cells import cells

GUTTER: Final = 3
"""Cells left of the text: the answer's bar or the cursor, the sign of a fold, and a space."""

_EDGE: Final = 2
"""Cells right of the text: a space and the scroll thumb."""


class Margins(NamedTuple):
    """What stands left and right of a row: the answer's bar, the cursor (instead of it), a fold sign, the thumb."""

    bar: bool = False
    cursor: bool = False
    fold: str = ""
    thumb: bool = False


class Painter:
    """Paints rows of `width` cells, of which the text gets `text_width`."""

    def __init__(self, palette: Palette, signs: Signs, width: int) -> None:
        self._palette, self._signs, self.width = palette, signs, width
        self._plain = palette.style("text")
        self._bar = Segment(signs.answer, palette.style("gutter"))
        self._cursor = Segment(signs.cursor, palette.style("cursor"))
        self._thumb = Segment(signs.thumb, palette.style("rule"))
        self._blanks: dict[Margins, Strip] = {}

    @staticmethod
    def text_width(width: int) -> int:
        """Return the cells that text gets of a view's width."""
        return width - GUTTER - _EDGE

    def blank(self, margins: Margins) -> Strip:
        """Return a row without text."""
        strip = self._blanks.get(margins)
        if strip is None:
            strip = self._blanks[margins] = self._finished(self._left(margins, 0), GUTTER, margins)
        return strip

    def row(self, section: Section, number: int, tone: str, margins: Margins, highlights: Sequence[Span] = ()) -> Strip:
        """Return a row of a measured section. `highlights` are spans of its line, laid over what it looks like."""
        assert section.rows is not None
        row = section.rows[number]
        line = section.lines[row.line]
        spans = section.spans(row.line)
        if highlights:
            spans = overlaid(spans, highlights, len(line.text))
        segments = self._left(margins, row.indent)
        filled = GUTTER + row.indent
        for segment in self._text(tone, line, row, spans):
            segments.append(segment)
            filled += cells(segment.text)
        return self._finished(segments, filled, margins)

    def pinned(self, row: PinnedRow, is_above: bool, thumb: bool) -> Strip:
        """Return a row of the pinned request; its sign tells where the request is."""
        style = self._palette.style
        sign = (self._signs.above if is_above else self._signs.below) if row.name.strip() else " "
        name = row.name.rstrip()
        segments = [
            Segment(f" {sign} ", style("request.pinned")),
            Segment(name, style("request.pinned", "strong")),
            Segment(row.name[len(name) :] + row.text, style("request.pinned")),
        ]
        filled = GUTTER + cells(row.name) + cells(row.text)
        band = max(self.width - _EDGE - filled, 0)
        segments.append(Segment(" " * band, style("request.pinned")))
        return self._finished(segments, filled + band, Margins(thumb=thumb))

    def _left(self, margins: Margins, indent: int) -> list[Segment]:
        segments: list[Segment] = []
        if margins.cursor or margins.bar:
            segments.append(self._cursor if margins.cursor else self._bar)
        elif margins.fold:
            segments.append(Segment(" ", self._plain))
        if margins.fold:
            segments.append(Segment(margins.fold, self._palette.style("fold")))
        segments.append(Segment(" " * (GUTTER + indent - len(segments)), self._plain))
        return segments

    def _finished(self, segments: list[Segment], filled: int, margins: Margins) -> Strip:
        if filled >= self.width:
            return Strip(segments, filled).crop(0, self.width)
        if margins.thumb:
            segments += (Segment(" " * (self.width - filled - 1), self._plain), self._thumb)
        else:
            segments.append(Segment(" " * (self.width - filled), self._plain))
        return Strip(segments, self.width)

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
