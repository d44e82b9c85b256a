"""JSON text written anew with other white space, token by token, so that nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final, TypeAlias

from labeler.dataclass import dataclass

_INDENT: Final = "  "
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_CLOSE: Final = {"{": "}", "[": "]"}
_LARGE: Final = 200_000
"""Characters above which a text keeps its white space: nobody waits for it."""


@dataclass(slots=True)
class _Container:
    """An object (`open` is ``{``; entries with quoted keys) or an array (entries with empty keys)."""

    open: str
    entries: list[tuple[str, _Node]] = field(default_factory=list)


_Node: TypeAlias = "str | _Container"


def respaced(text: str, width: int) -> str:
    """Return a valid JSON object or array with two spaces a level; what fits into `width` columns on one line."""
    if len(text) > _LARGE:
        return text
    return "".join(_lines(_parsed(_TOKEN.findall(text)), "", width))


def _parsed(tokens: list[str]) -> _Node:
    root = _Container("[")
    stack = [root]
    key = ""
    for number, token in enumerate(tokens):
        if token in "}]":
            stack.pop()
        elif token in ",:":
            continue
        elif number + 1 < len(tokens) and tokens[number + 1] == ":":
            key = token
        else:
            node: _Node = _Container(token) if token in "{[" else token
            stack[-1].entries.append((key, node))
            key = ""
            if isinstance(node, _Container):
                stack.append(node)
    return root.entries[0][1]


def _lines(node: _Node, indent: str, width: int) -> Iterator[str]:
    if isinstance(node, str):
        yield node
        return
    flat = _flat(node, width - len(indent))
    if flat is not None:
        yield flat
        return
    inner = indent + _INDENT
    yield node.open
    for number, (key, each) in enumerate(node.entries):
        yield ",\n" if number else "\n"
        yield f"{inner}{key}: " if node.open == "{" else inner
        yield from _lines(each, inner, width)
    yield f"\n{indent}{_CLOSE[node.open]}"


def _flat(node: _Node, room: int) -> str | None:
    """Return the node on one line, or None when it takes more than `room` columns."""
    if isinstance(node, str):
        return node if len(node) <= room else None
    pieces: list[str] = []
    room -= len("{}")
    for key, each in node.entries:
        head = f"{key}: " if node.open == "{" else ""
        room -= len(head) + (len(", ") if pieces else 0)
        piece = _flat(each, room) if room > 0 else None
        if piece is None:
            return None
        room -= len(piece)
        pieces.append(head + piece)
    return f"{node.open}{', '.join(pieces)}{_CLOSE[node.open]}"
