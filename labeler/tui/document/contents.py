"""What a section of the document view shows: lines for a width, and the looks of each."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from labeler.tui.document.code import CODE, json_spans
from labeler.tui.document.lines import Line, Roles, Span, Wrapping, split, widen_fences
from labeler.tui.document.markdown import Markdown, covering, rough_spans
from labeler.tui.document.tables import align_tables
from labeler.tui.widgets.cells import cells, clipped

if TYPE_CHECKING:
    from labeler.tui.document.highlighter import Highlighter

Part: TypeAlias = tuple[str, Roles]
"""A piece of a line the view writes itself, and its roles."""

MEASURE: Final = 100
"""Cells to which prose wraps in a wider view."""


class Content(Protocol):
    """Lines and looks. `spans` may be asked for lines of the last `lines` call only."""

    def lines(self, width: int) -> list[Line]: ...

    def spans(self, number: int) -> list[Span]: ...


class TextStyle(Enum):
    MARKDOWN = auto()
    ROUGH = auto()
    """Markdown that is too long to be parsed."""
    CODE = auto()
    JSON = auto()
    PLAIN = auto()


class DocumentText:
    """A stretch (`start` to `end`) of a block's text.

    `opening` is put before its first line. `fence` is the Markdown fence open at `start`. `roles` lie
    under whatever the style finds.
    """

    def __init__(
        self,
        source: str,
        start: int,
        end: int,
        style: TextStyle,
        *,
        language: str = "",
        fence: str = "",
        roles: Roles = (),
        opening: Sequence[Part] = (),
    ) -> None:
        self._source, self._start, self._end = source, start, end
        self._style, self._language, self._fence = style, language, fence
        self._roles, self._opening = roles, opening
        self._lines: list[Line] = []
        self._markdown: Markdown | None = None
        self._code: Highlighter | None = None

    @property
    def _text(self) -> str:
        return self._source[self._start : self._end]

    def lines(self, width: int) -> list[Line]:
        wide = self._style in (TextStyle.CODE, TextStyle.JSON)
        lines = split(self._text, self._start, Wrapping.WIDE if wide else Wrapping.PROSE)
        if self._style in (TextStyle.MARKDOWN, TextStyle.ROUGH):
            if self._fence or "```" in self._text or "~~~" in self._text:
                widen_fences(lines, self._fence)
            if self._style is TextStyle.MARKDOWN and "|" in self._text:
                align_tables(lines, width)
        if self._opening:
            _open(lines[0], self._opening)
        self._lines = lines
        return lines

    def spans(self, number: int) -> list[Span]:
        line = self._lines[number]
        found = self._source_spans(number)
        if self._roles:
            found = covering(found, line.source(len(line.text)) - line.start, self._roles)
        if not line.inserted:
            return found
        shift = line.start
        return [*line.spans, *((line.shown(a + shift), line.shown(b - 1 + shift) + 1, roles) for a, b, roles in found)]

    def _source_spans(self, number: int) -> list[Span]:
        line = self._lines[number]
        if self._style is TextStyle.MARKDOWN:
            if self._markdown is None:
                self._markdown = Markdown(self._text)
            return self._markdown.spans(number)
        if self._style is TextStyle.PLAIN:
            return []
        source = self._source[line.start : line.source(len(line.text))]
        if self._style is TextStyle.JSON:
            return covering(json_spans(source), len(source), CODE)
        if self._style is TextStyle.ROUGH:
            return covering([], len(source), CODE) if line.wrapping is Wrapping.WIDE else rough_spans(source)
        if self._code is None:
            from labeler.tui.document.highlighter import Highlighter

            self._code = Highlighter(self._text, self._language)
        return covering(self._code.spans(number), len(source), CODE)


class Caption:
    """One row the view writes itself: `parts`, a text cut to what room there is, `closing` parts.

    `source` is how many characters at the beginning are the block's own text, and `summary` the number of
    the part that is its summary (None: none; the text counts as the last part).
    """

    def __init__(
        self,
        parts: Sequence[Part],
        text: Part | None = None,
        closing: Sequence[Part] = (),
        *,
        source: int = 0,
        summary: int | None = None,
        ellipsis: str = "…",
    ) -> None:
        self._parts, self._text, self._closing = parts, text, closing
        self._source, self._summary, self._ellipsis = source, summary, ellipsis
        self._spans: list[Span] = []

    def lines(self, width: int) -> list[Line]:
        parts = list(self._parts)
        if self._text is not None:
            taken = sum(cells(text) for text, _ in (*self._parts, *self._closing))
            text, roles = self._text
            parts.append((clipped(text, max(min(width, MEASURE) - taken, 8), self._ellipsis), roles))
        text, self._spans = joined([*parts, *self._closing])
        shown = clipped(text, width, self._ellipsis)
        beyond = len(shown) - self._source
        at = None if self._summary is None else sum(len(text) for text, _ in parts[: self._summary])
        inserted = ((self._source, beyond),) if beyond > 0 else ()
        return [Line(shown, 0, Wrapping.ONE_ROW, inserted, summary_at=at)]

    def spans(self, number: int) -> list[Span]:
        return self._spans


def joined(parts: Sequence[Part]) -> tuple[str, list[Span]]:
    """Parts as one text and its spans."""
    spans: list[Span] = []
    at = 0
    for text, roles in parts:
        if roles and text:
            spans.append((at, at + len(text), roles))
        at += len(text)
    return "".join(text for text, _ in parts), spans


def _open(line: Line, opening: Sequence[Part]) -> None:
    """Put parts before a line. A block whose summary is more than a digest is a field, and opens with it."""
    text, spans = joined(opening)
    line.inserted = ((0, len(text)), *((at + len(text), count) for at, count in line.inserted))
    line.text = text + line.text
    line.spans = tuple(spans)
    line.summary_at = 0
