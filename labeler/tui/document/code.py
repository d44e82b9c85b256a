"""Code and JSON in colour: roles for stretches of text, from Pygments' tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
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

CODE: Final = ("code",)
_KEY: Final = ("code.key",)
_STRING: Final = ("code.string",)
_NUMBER: Final = ("code.number",)
_CONSTANT: Final = ("code.constant",)

_JSON: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?|(?P<constant>\b(?:true|false|null)\b)|(?P<number>-?\b\d[\d.eE+-]*)'
)

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


def json_spans(text: str) -> list[Span]:
    """The keys, strings, numbers and constants of JSON, or of a piece of it that begins outside a string."""
    spans: list[Span] = []
    for match in _JSON.finditer(text):
        start, end = match.span()
        if match["string"]:
            key = match["colon"] is not None
            spans.append((start, match.end("string"), _KEY if key else _STRING))
        else:
            spans.append((start, end, _CONSTANT if match["constant"] else _NUMBER))
    return spans


def code_spans(text: str, language: str) -> list[Span]:
    """What Pygments makes of code; nothing for a language it does not know."""
    if language.lower() == "json":
        return json_spans(text)
    lexer = _lexer(language.lower())
    return [] if lexer is None else list(_joined(lexer.get_tokens_unprocessed(text)))


def _joined(tokens: Iterable[tuple[int, _TokenType, str]]) -> Iterable[Span]:
    """Neighbouring tokens of one role as one span: fewer segments to draw."""
    start = end = 0
    current: str | None = None
    for at, kind, value in tokens:
        role = _role(kind)
        if role == current and at == end:
            end += len(value)
            continue
        if current is not None:
            yield start, end, (current,)
        start, end, current = at, at + len(value), role
    if current is not None:
        yield start, end, (current,)


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
    """The names Pygments itself knows, so that an unknown one does not send it searching through plugins."""
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)
