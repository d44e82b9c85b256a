"""Code in colour: roles for stretches of text, from Pygments' tokens.

Pygments is imported with this file, which is imported when there is code to colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_all_lexers, get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from labeler.tui.document.lines import Span

_LIMIT: Final = 20_000
"""Characters up to which code is coloured."""

_ROLES: Final = {
    Keyword: "code.keyword",
    Keyword.Constant: "code.constant",
    Name.Attribute: "code.key",
    Name.Builtin: "code.name",
    Name.Class: "code.name",
    Name.Decorator: "code.name",
    Name.Exception: "code.name",
    Name.Function: "code.name",
    Name.Tag: "code.key",
    String: "code.string",
    Number: "code.number",
    Comment: "code.comment",
    Operator.Word: "code.keyword",
    Generic.Deleted: "error",
    Generic.Inserted: "ok",
    Generic.Heading: "code.comment",
    Generic.Subheading: "code.comment",
}


class Highlighter:
    """What Pygments makes of code, line by line and no further than was asked for; nothing in a strange language."""

    def __init__(self, text: str, language: str) -> None:
        lexer = _lexer(language.lower()) if len(text) <= _LIMIT else None
        self._lines = text.split("\n")
        self._spans: list[list[Span]] = [[] for _ in self._lines]
        self._tokens: Iterator[tuple[int, _TokenType, str]] = (
            iter(()) if lexer is None else lexer.get_tokens_unprocessed(text)
        )
        self._reached = 0
        self._line, self._start = 0, 0

    def spans(self, number: int) -> list[Span]:
        """Return the spans of a line, by its number from 0."""
        while self._reached <= number:
            token = next(self._tokens, None)
            if token is None:
                self._reached = len(self._lines)
            else:
                self._add(*token)
        return self._spans[number]

    def _add(self, at: int, kind: _TokenType, value: str) -> None:
        role = _role(kind)
        while at > self._start + len(self._lines[self._line]):
            self._next_line()
        end = at + len(value)
        while role is not None and at < end:
            left, right = at - self._start, min(end - self._start, len(self._lines[self._line]))
            spans = self._spans[self._line]
            if spans and spans[-1][1] == left and spans[-1][2] == (role,):
                spans[-1] = (spans[-1][0], right, (role,))
            elif left < right:
                spans.append((left, right, (role,)))
            if end <= self._start + len(self._lines[self._line]):
                break
            self._next_line()
            at = self._start
        self._reached = self._line

    def _next_line(self) -> None:
        self._start += len(self._lines[self._line]) + 1
        self._line += 1


@lru_cache(maxsize=512)
def _role(kind: _TokenType) -> str | None:
    above: _TokenType | None = kind
    while above is not None:
        if above in _ROLES:
            return _ROLES[above]
        above = above.parent
    return None


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if language not in _languages():
        return None
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    """Return the names Pygments itself knows, so that an unknown one does not send it searching through plugins."""
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)
