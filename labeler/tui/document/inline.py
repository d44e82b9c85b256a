"""Inline Markdown: where emphasis, code and links stand in the source of a paragraph.

markdown-it tells what there is but not where, so its tokens are walked along the source. The walk never
guesses: where a token is not found next, the rest of the paragraph stays literal.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from labeler.tui.document.lines import Roles, Span

MARKER: Final = ("marker",)
_CODE: Final = ("code",)

_SPECIAL: Final = re.compile(r"[*_`\[\]<&\\!]")
_TARGET: Final = re.compile(
    r"""\]\((?:\s"(?:[^"\\]|\\.)*"|\s'(?:[^'\\]|\\.)*'|<[^<>\n]*>|[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\)"""
    r"|\]\[(?:[^\[\]\\]|\\.)*+\]|\]",
    re.DOTALL,
)


class _Lost(Exception):
    """A token is not where the walk stands."""


def inline_spans(parser: MarkdownIt, content: str, env: MutableMapping[str, Any]) -> list[Span]:
    """Return the looks of a paragraph's source, in offsets of `content`.

    `env` holds the link definitions of its block.
    """
    if not _SPECIAL.search(content):
        return []
    tokens: list[Token] = []
    parser.inline.parse(content, parser, env, tokens)
    walk = _Walk(content)
    with suppress(_Lost):
        walk.along(tokens)
    return walk.spans


class _Walk:
    """Goes along a paragraph's source, token by token."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.at = 0
        self.roles: list[str] = []
        self.spans: list[Span] = []

    def along(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            step = _STEPS.get(token.type)
            if step is None:
                raise _Lost
            step(self, token)

    def take(self, text: str, roles: Roles) -> None:
        """Step over `text`, which has to come next but for white space, giving it roles."""
        if not self.content.startswith(text, self.at):
            while self.content[self.at : self.at + 1].isspace():
                self.at += 1
            if not self.content.startswith(text, self.at):
                raise _Lost
        end = self.at + len(text)
        if roles and text:
            self.spans.append((self.at, end, roles))
        self.at = end

    def text(self, token: Token) -> None:
        self.take(token.content, tuple(self.roles))

    def special(self, token: Token) -> None:
        if token.info == "escape":
            self.take(token.markup[:1], MARKER)
            self.take(token.markup[1:], tuple(self.roles))
        else:
            self.take(token.markup, tuple(self.roles))

    def line_break(self, token: Token) -> None:
        if token.type == "hardbreak" and self.content.startswith("\\", self.at):
            self.take("\\", MARKER)
        end = self.content.find("\n", self.at)
        if end < 0:
            raise _Lost
        self.at = end + 1

    def code(self, token: Token) -> None:
        self.take(token.markup, MARKER)
        closing = re.compile(rf"(?<!`){token.markup}(?!`)").search(self.content, self.at)
        if closing is None:
            raise _Lost
        self.take(self.content[self.at : closing.start()], (*self.roles, *_CODE))
        self.take(token.markup, MARKER)

    def open(self, token: Token) -> None:
        self.take(token.markup, MARKER)
        self.roles.append("strong" if token.type == "strong_open" else "emphasis")

    def close(self, token: Token) -> None:
        self.roles.pop()
        self.take(token.markup, MARKER)

    def link_open(self, token: Token) -> None:
        self.take("<" if token.markup == "autolink" else "[", MARKER)
        self.roles.append("link")

    def link_close(self, token: Token) -> None:
        self.roles.pop()
        if token.markup == "autolink":
            self.take(">", MARKER)
        else:
            self.target()

    def image(self, token: Token) -> None:
        self.take("![", MARKER)
        self.take(token.content, (*self.roles, "link"))
        self.target()

    def target(self) -> None:
        """Step over what follows a link's text: ``](url "title")``, ``][name]`` or ``]``."""
        match = _TARGET.match(self.content, self.at)
        if match is None:
            raise _Lost
        self.take(match[0], MARKER)

    def html(self, token: Token) -> None:
        self.take(token.content, MARKER)


_STEPS: Final = {
    "text": _Walk.text,
    "text_special": _Walk.special,
    "softbreak": _Walk.line_break,
    "hardbreak": _Walk.line_break,
    "code_inline": _Walk.code,
    "strong_open": _Walk.open,
    "strong_close": _Walk.close,
    "em_open": _Walk.open,
    "em_close": _Walk.close,
    "link_open": _Walk.link_open,
    "link_close": _Walk.link_close,
    "image": _Walk.image,
    "html_inline": _Walk.html,
}
