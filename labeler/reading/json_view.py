"""JSON for people: indented where it is long, on one line where it is short, with what is no text taken out.

Numbers and strings are written exactly as they are. Long vectors of numbers and encoded media become placeholders
such as ``[1536 numbers]`` and ``[image/png 74 B]``, their content set apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from labeler.domain.value import JsonValue
from labeler.reading.media import described, label
from labeler.reading.message import Media
from labeler.reading.wire.json_text import NotJson, parse

WIDTH: Final = 100
"""Columns that a container may take on one line."""

_INDENT: Final = "  "
_VECTOR: Final = 80
"""Characters from which a list of numbers is a vector that nobody reads one by one."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_NUMBER: Final = re.compile(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?|-?Infinity|NaN")
_LONG: Final = 60
"""Characters from which a string may be encoded media."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What a placeholder stands for: where it lies, and its media or the text of its numbers."""

    path: str
    label: str
    text: str = ""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Pretty:
    """Pretty JSON text and what was set apart from it."""

    text: str
    apart: tuple[Apart, ...] = ()


_Entries: TypeAlias = "list[tuple[str, _Node]]"


@dataclass(slots=True)
class _Container:
    """An object (`open` is ``{``; entries with quoted keys) or an array (entries with empty keys)."""

    open: str
    entries: _Entries = field(default_factory=list)


_Node: TypeAlias = "str | _Container"


def pretty(value: JsonValue, width: int = WIDTH) -> Pretty:
    """A JSON value for people."""
    return _written(_node(value), width)


def pretty_text(text: str, width: int = WIDTH) -> Pretty | None:
    """A JSON text for people, exact but for white space; None when it is no object or array."""
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return None
    try:
        parse(stripped)
    except NotJson:
        return None
    return _written(_node_of_tokens(_TOKEN.findall(stripped)), width)


def compact(value: JsonValue) -> str:
    """A JSON value on one line, whole."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _written(node: _Node, width: int) -> Pretty:
    apart: list[Apart] = []
    cleared = _cleared(node, "", apart.append)
    return Pretty("".join(_lines(cleared, "", width)), tuple(apart))


def _node(value: JsonValue) -> _Node:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        entries = [(json.dumps(str(key), ensure_ascii=False), _node(each)) for key, each in value.items()]
        return _Container("{", entries)
    if isinstance(value, Sequence):
        return _Container("[", [("", _node(each)) for each in value])
    return json.dumps(value)


def _node_of_tokens(tokens: list[str]) -> _Node:
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


def _cleared(node: _Node, path: str, put_apart: Callable[[Apart], None]) -> _Node:
    """The tree with placeholders for what is no text."""
    if isinstance(node, str):
        return _cleared_string(node, path, put_apart)
    if node.open == "[" and (numbers := _vector(node)):
        placeholder = f"[{len(numbers)} numbers]"
        put_apart(Apart(path, placeholder, "\n".join(_rows(numbers))))
        return placeholder
    members = [
        (key, _cleared(each, _below(path, key, number), put_apart)) for number, (key, each) in enumerate(node.entries)
    ]
    return _Container(node.open, members)


def _cleared_string(node: str, path: str, put_apart: Callable[[Apart], None]) -> str:
    if len(node) < _LONG or not node.startswith('"'):
        return node
    text = json.loads(node, strict=False)
    media = described(text)
    if media is None:
        return node
    put_apart(Apart(path, label(media), "" if media.uri or media.type != "base64" else text, media))
    return label(media)


def _below(path: str, key: str, number: int) -> str:
    if not key:
        return f"{path}[{number}]"
    name = key[1:-1]
    return f"{path}.{name}" if path else name


def _vector(node: _Container) -> list[str]:
    """The members of an array of numbers too long to show; empty for any other."""
    numbers = [each for _, each in node.entries if isinstance(each, str) and _NUMBER.fullmatch(each)]
    is_vector = len(numbers) == len(node.entries) and sum(map(len, numbers)) > _VECTOR
    return numbers if is_vector else []


def _rows(numbers: list[str]) -> Iterator[str]:
    for start in range(0, len(numbers), _NUMBERS_A_ROW):
        yield ", ".join(numbers[start : start + _NUMBERS_A_ROW])


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
    """The node on one line, or None when it takes more than `room` columns."""
    if isinstance(node, str):
        return node if len(node) <= room else None
    pieces: list[str] = []
    room -= 2
    for key, each in node.entries:
        head = f"{key}: " if node.open == "{" else ""
        room -= len(head) + 2
        piece = _flat(each, room) if room > 0 else None
        if piece is None:
            return None
        room -= len(piece)
        pieces.append(head + piece)
    return f"{node.open}{', '.join(pieces)}{_CLOSE[node.open]}" if room >= -2 else None


_CLOSE: Final = {"{": "}", "[": "]"}
_NUMBERS_A_ROW: Final = 8
