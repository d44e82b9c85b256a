"""Logical lines: a block's text cut at its newlines, as plain data, before any wrapping or colour.

Every character of the source stays, in order. What is shown beyond it (the cells a tab spans, the padding
that aligns a table, a fold sign) is recorded in `Line.inserted`, so places in the source and on the
screen can be told from each other.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, TypeAlias

from labeler.dataclass import dataclass

Roles: TypeAlias = tuple[str, ...]
"""Names of looks laid over each other, the last on top; empty for text as it is."""

Span: TypeAlias = tuple[int, int, Roles]
"""A stretch of text (start, end) and its roles. Spans of a line are in order and do not overlap."""

TAB: Final = 4
"""Cells between tab stops."""

_HANG: Final = re.compile(r" *(?:> ?)*(?:(?:[-*+]|\d{1,9}[.)]) +(?:\[[ xX]\] +)?)?")
_FENCE: Final = re.compile(r"[ >]*(?:(?:[-*+]|\d{1,9}[.)]) +)?(`{3,}|~{3,})(.*)")


class Wrapping(Enum):
    """How a line is broken when it is too long."""

    PROSE = auto()
    """At the readable measure, rows hanging under the text of a list item or quotation."""
    WIDE = auto()
    """At the full width: code, JSON, tables; rows hang two cells deeper than the line begins."""
    ONE_ROW = auto()
    """Never: the line was made to fit."""


@dataclass(slots=True)
class Line:
    """One logical line. `text` is what is shown, without newline or tab; `start` is where it begins in its source.

    `inserted` lists (offset in `text`, number of characters) of what is not in the source, in order.
    `spans` are the looks known beforehand; Markdown and code are looked up when a line is painted. `summary_at`
    is where in `text` the block's summary is shown, if it is.
    """

    text: str
    start: int
    wrapping: Wrapping = Wrapping.PROSE
    inserted: tuple[tuple[int, int], ...] = ()
    spans: tuple[Span, ...] = ()
    summary_at: int | None = None

    def shown(self, source: int) -> int:
        """Return the offset in `text` of an offset in the source."""
        at = source - self.start
        for offset, count in self.inserted:
            if offset > at:
                break
            at += count
        return at

    def source(self, shown: int) -> int:
        """Return the offset in the source of an offset in `text`; of something inserted, that of what follows it."""
        at = shown
        for offset, count in self.inserted:
            if offset >= shown:
                break
            at -= min(count, shown - offset)
        return self.start + at

    def hang(self, width: int) -> int:
        """Cells by which rows after the first are indented, at most a third of `width`."""
        if self.wrapping is Wrapping.PROSE:
            match = _HANG.match(self.text)
            cells = match.end() if match else 0
        else:
            cells = len(self.text) - len(self.text.lstrip(" ")) + 2
        return min(cells, width // 3)


def untabbed(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a line with tabs widened to tab stops: each becomes a space and, where needed, more that count as
    inserted.
    """
    if "\t" not in text:
        return text, ()
    inserted: list[tuple[int, int]] = []
    head, *tails = text.split("\t")
    shown = head
    for tail in tails:
        width = TAB - len(shown) % TAB
        if width > 1:
            inserted.append((len(shown) + 1, width - 1))
        shown += " " * width + tail
    return shown, tuple(inserted)


def split(text: str, start: int, wrapping: Wrapping) -> list[Line]:
    """Return the lines of a text that begins at `start` of its source."""
    lines: list[Line] = []
    for piece in text.split("\n"):
        if "\t" in piece:
            shown, inserted = untabbed(piece)
            lines.append(Line(shown, start, wrapping, inserted))
        else:
            lines.append(Line(piece, start, wrapping))
        start += len(piece) + 1
    return lines


def widen_fences(lines: list[Line], fence: str = "") -> str:
    """Mark the lines of fenced code as wide. `fence` is the fence open before the first line, or the empty string.

    Returns the fence open after the last line.
    """
    for line in lines:
        match = _FENCE.match(line.text)
        if fence:
            line.wrapping = Wrapping.WIDE
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            line.wrapping = Wrapping.WIDE
            fence = match[1]
    return fence
