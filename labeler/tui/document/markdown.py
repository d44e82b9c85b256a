"""Markdown, styled and not rewritten: every character of the source stays where it is.

markdown-it finds the blocks at once and the inline constructs of a paragraph when one of its lines is
painted. Texts too long for that (`is_parsable`) are styled line by line instead (`rough_spans`).
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from labeler.tui.document.code import CODE
from labeler.tui.document.inline import MARKER, inline_spans
from labeler.tui.document.lines import Roles, Span

if TYPE_CHECKING:
    from labeler.tui.document.highlighter import Highlighter

_log = logging.getLogger(__name__)

_LIMIT: Final = 20_000
"""Characters up to which a text is parsed; parsing the blocks of this many takes about 3 ms."""

_LINE_LIMIT: Final = 800
"""Lines up to which a text is parsed; this many list items take about 15 ms."""

_PARAGRAPH_LIMIT: Final = 4_000
"""Characters up to which a paragraph's inline constructs are parsed: hostile brackets take quadratic time."""

_PREFIX: Final = re.compile(r" *(?:> ?)*(?:(?:[-*+]|\d{1,9}[.)])(?= |$))?")
_PIPE: Final = re.compile(r"(?<!\\)\|")
_ROUGH_LINE: Final = re.compile(r"(?P<heading> {0,3}#{1,6} )|(?P<quote> *>)|(?P<item> *(?:[-*+]|\d{1,9}[.)]) )")
_ROUGH_INLINE: Final = re.compile(
    r"(?<!`)(?P<ticks>`++)(?P<code>[^`]++)(?P=ticks)(?!`)|(?P<stars>\*\*|__)(?=\S)(?P<strong>[^*_]++)(?P=stars)"
)


def is_parsable(text: str) -> bool:
    """Return whether a text is small enough to be parsed within a frame."""
    return len(text) <= _LIMIT and text.count("\n") <= _LINE_LIMIT


class Markdown:
    """The looks of a Markdown text, line by line."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._env: dict[str, Any] = {}
        self._spans: defaultdict[int, list[Span]] = defaultdict(list)
        self._roles: dict[int, Roles] = {}
        self._later: defaultdict[int, list[Callable[[int], None]]] = defaultdict(list)
        self._cursor: dict[int, int] = {}
        for token in _blocks(text, self._env):
            note = _NOTES.get(token.type)
            if note is not None and token.map is not None:
                note(self, token, *token.map)

    def spans(self, number: int) -> list[Span]:
        """Return the spans of a line, by its number from 0, in offsets of its source."""
        for parse in self._later.pop(number, ()):
            parse(number)
        return covering(self._spans[number], len(self._lines[number]), self._roles.get(number, ()))

    def _add_roles(self, first: int, last: int, roles: Roles) -> None:
        for number in range(first, min(last, len(self._lines))):
            self._roles[number] = (*self._roles.get(number, ()), *roles)

    def _mark_prefix(self, number: int) -> None:
        end = _PREFIX.match(self._lines[number]).end()  # type: ignore[union-attr]
        if end and not self._spans[number]:
            self._spans[number].append((0, end, MARKER))

    def _quote(self, _: Token, first: int, last: int) -> None:
        self._add_roles(first, last, ("quote",))
        for number in range(first, last):
            self._mark_prefix(number)

    def _item(self, _: Token, first: int, last: int) -> None:
        self._mark_prefix(first)

    def _heading(self, token: Token, first: int, last: int) -> None:
        self._add_roles(first, last, ("heading",))
        if token.markup.startswith("#"):
            start = self._lines[first].index("#")
            self._spans[first].append((start, start + len(token.markup), MARKER))
        else:
            self._whole(last - 1, MARKER)

    def _rule(self, _: Token, first: int, last: int) -> None:
        self._whole(first, MARKER)

    def _html(self, _: Token, first: int, last: int) -> None:
        for number in range(first, last):
            self._whole(number, MARKER)

    def _whole(self, number: int, roles: Roles) -> None:
        self._spans[number] = [(0, len(self._lines[number]), roles)]

    def _fence(self, token: Token, first: int, last: int) -> None:
        self._whole(first, MARKER)
        content = token.content.split("\n")[:-1]
        if first + 1 + len(content) < last:
            self._whole(last - 1, MARKER)
        self._code(token, first + 1, content)

    def _indented(self, token: Token, first: int, last: int) -> None:
        self._code(token, first, token.content.split("\n")[: last - first])

    def _code(self, token: Token, first: int, content: list[str]) -> None:
        self._add_roles(first, first + len(content), CODE)
        words = token.info.split()
        if not words:
            return

        highlighter: Highlighter | None = None

        def parse(number: int) -> None:
            nonlocal highlighter
            if highlighter is None:
                from labeler.tui.document.highlighter import Highlighter

                highlighter = Highlighter(token.content, words[0])
            source, line = self._lines[number], content[number - first]
            if source.endswith(line):
                shift = len(source) - len(line)
                self._spans[number] += [
                    (a + shift, b + shift, roles) for a, b, roles in highlighter.spans(number - first)
                ]

        for number in range(first, first + len(content)):
            self._later[number].append(parse)

    def _table(self, _: Token, first: int, last: int) -> None:
        self._add_roles(first, first + 1, ("strong",))
        self._whole(first + 1, MARKER)
        for number in (first, *range(first + 2, last)):
            self._spans[number] += [(m.start(), m.end(), MARKER) for m in _PIPE.finditer(self._lines[number])]

    def _paragraph(self, token: Token, first: int, last: int) -> None:
        if len(token.content) > _PARAGRAPH_LIMIT:
            return
        lines = token.content.split("\n")
        columns = [self._column(first + offset, line) for offset, line in enumerate(lines)]

        def parse(_: int) -> None:
            for number in range(first, last):
                self._later[number] = [other for other in self._later[number] if other is not parse]
            spans = inline_spans(_parser(), token.content, self._env)
            for offset, (column, found) in enumerate(zip(columns, by_line(spans, lines), strict=True)):
                if column is not None:
                    self._spans[first + offset] += [(a + column, b + column, roles) for a, b, roles in found]

        for number in range(first, last):
            self._later[number].append(parse)

    def _column(self, number: int, content: str) -> int | None:
        """Return where a line of a paragraph's content begins in its source line; cells of a table come one
        after another.
        """
        source = self._lines[number]
        at = len(source.rstrip()) - len(content.rstrip())
        if at < 0 or not source.startswith(content.rstrip(), at):
            at = source.find(content, self._cursor.get(number, 0))
        if at < 0:
            return None
        self._cursor[number] = at + len(content)
        return at


_NOTES: Final = {
    "blockquote_open": Markdown._quote,
    "list_item_open": Markdown._item,
    "heading_open": Markdown._heading,
    "hr": Markdown._rule,
    "html_block": Markdown._html,
    "fence": Markdown._fence,
    "code_block": Markdown._indented,
    "table_open": Markdown._table,
    "inline": Markdown._paragraph,
}


def rough_spans(text: str) -> list[Span]:
    """Return what one line of Markdown looks like by itself, outside fenced code."""
    spans: list[Span] = []
    roles: Roles = ()
    start = 0
    if match := _ROUGH_LINE.match(text):
        start = match.end()
        spans.append((0, start, MARKER))
        roles = {"heading": ("heading",), "quote": ("quote",)}.get(match.lastgroup or "", ())
    for match in _ROUGH_INLINE.finditer(text, start):
        group, look = ("code", "code") if match["code"] else ("strong", "strong")
        spans.append((match.start(), match.start(group), MARKER))
        spans.append((*match.span(group), (look,)))
        spans.append((match.end(group), match.end(), MARKER))
    return covering(spans, len(text), roles)


def covering(spans: list[Span], length: int, roles: Roles) -> list[Span]:
    """Return the spans in order, with `roles` below them and in the gaps between them; overlapping ones are cut."""
    if not roles and len(spans) < 2:
        return spans
    covered: list[Span] = []
    at = 0
    for start, end, own in sorted(spans):
        start = max(start, at)
        if start >= end:
            continue
        if roles and at < start:
            covered.append((at, start, roles))
        covered.append((start, end, (*roles, *own)))
        at = end
    if roles and at < length:
        covered.append((at, length, roles))
    return covered


def by_line(spans: Iterable[Span], lines: list[str]) -> list[list[Span]]:
    """Spans of a text given line by line, in offsets of each line; those that cross newlines are cut there."""
    result: list[list[Span]] = [[] for _ in lines]
    number, start = 0, 0
    for left, right, roles in spans:
        while number < len(lines) and left > start + len(lines[number]):
            start += len(lines[number]) + 1
            number += 1
        at, begin = number, start
        while at < len(lines) and begin < right:
            piece = max(left, begin) - begin, min(right - begin, len(lines[at])), roles
            if piece[0] < piece[1]:
                result[at].append(piece)
            begin += len(lines[at]) + 1
            at += 1
    return result


def _blocks(text: str, env: dict[str, Any]) -> list[Token]:
    """Return the block tokens of a text; none when the parser fails on it, for the text has to be shown all the
    same.
    """
    try:
        return _parser().parse(text, env)
    except Exception:
        _log.exception("The Markdown of a block could not be parsed; it is shown literally")
        return []


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark with tables, blocks only: inline constructs are parsed when they are painted.

    Nothing is normalised, for that moves lines and characters.
    """
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["block"])
    return parser
