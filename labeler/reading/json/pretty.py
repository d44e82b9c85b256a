"""JSON for people: indented where it is long, on one line where it is short, with what is no text taken out.

Numbers and strings are written exactly as they are; values with texts that JSON would have to escape are outlined
instead (see `outline`). Long vectors of numbers and encoded media become placeholders
such as ``[1536 numbers]`` and ``[image/png 74 B]``, their content set apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.reading.json.outline import outlined, plain_scalar
from labeler.reading.json.respaced import respaced
from labeler.reading.media.detect import ATTACHMENT, encoded, label
from labeler.reading.message import Media
from labeler.reading.wire.bounded_json import container_in

WIDTH: Final = 100
"""Columns that a container may take on one line."""

_INDENT: Final = "  "
_NUMBERS_A_ROW: Final = 8
_MEDIA_MARKS: Final = (f'"{ATTACHMENT}', '"data:', "\"b'", '"b\\"')


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a placeholder stands for: where it lies, and its media or the text of its numbers."""

    path: str
    label: str
    text: str = ""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Pretty:
    """A value as text, what was set apart from it, and the language of the text: ``json`` or ``yaml``."""

    text: str
    apart: tuple[Extracted, ...] = ()
    language: str = "json"


def pretty(value: JsonValue) -> Pretty:
    """Return a JSON value for people."""
    apart: list[Extracted] = []
    writer = _Writer(apart)
    if isinstance(value, dict | list) and "\\" in json.dumps(value, ensure_ascii=False):
        return Pretty(outlined(value, writer.flat), tuple(apart), "yaml")
    return Pretty("".join(writer.lines(value, "", "")), tuple(apart))


def pretty_json(value: JsonValue) -> Pretty:
    """Return a JSON value as JSON, whatever its texts."""
    apart: list[Extracted] = []
    return Pretty("".join(_Writer(apart).lines(value, "", "")), tuple(apart))


def pretty_text(text: str) -> Pretty | None:
    """Return a JSON text for people, exact but for white space; None when it is no object or array."""
    value = container_in(text)
    if value is None:
        return None
    if _is_standard(text.strip(), value):
        return pretty_json(value)
    return Pretty(respaced(text.strip(), WIDTH))


def compact(value: JsonValue) -> str:
    """Return a JSON value on one line, whole; a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _is_standard(text: str, value: JsonValue) -> bool:
    """Return whether writing the value anew gives the same text but for white space, as most programs write JSON."""
    head = text[:_HEAD]
    if "\n" in head:
        return text in (json.dumps(value, ensure_ascii=False, indent=spaces) for spaces in (2, 4))
    separators = (", ", ": ") if ": " in head else (",", ":")
    return text == json.dumps(value, ensure_ascii=False, separators=separators)


class _Writer:
    """Writes one value; what placeholders stand for goes to `apart`."""

    def __init__(self, apart: list[Extracted]) -> None:
        self._apart = apart

    def lines(self, value: JsonValue, indent: str, path: str) -> Iterator[str]:
        if isinstance(value, str):
            yield self._string(value, path)
        elif not isinstance(value, Mapping | Sequence):
            yield json.dumps(value)
        elif (flat := _flat(value, WIDTH - len(indent))) is not None:
            yield flat
        elif _is_vector(value):
            yield self._vector(value, path)
        else:
            yield from self._members(value, indent, path)

    def flat(self, value: JsonValue, path: str) -> str | None:
        """Return a value on one line of an outline, or None when it is a container that needs more."""
        if isinstance(value, str):
            media = encoded(value)
            return plain_scalar(value) if media is None else self._string(value, path)
        if not isinstance(value, Mapping | Sequence):
            return json.dumps(value)
        if (line := _flat(value, WIDTH)) is not None:
            return None if "\\" in line else line
        return self._vector(value, path) if _is_vector(value) else None

    def _members(self, value: Mapping[str, JsonValue] | Sequence[JsonValue], indent: str, path: str) -> Iterator[str]:
        inner = indent + _INDENT
        is_object = isinstance(value, Mapping)
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        yield "{" if is_object else "["
        separator = "\n"
        for key, each in members:
            yield f"{separator}{inner}{json.dumps(str(key), ensure_ascii=False)}: " if is_object else separator + inner
            separator = ",\n"
            yield from self.lines(each, inner, _below(path, key))
        closing = "}" if is_object else "]"
        yield closing if separator == "\n" else f"\n{indent}{closing}"

    def _string(self, text: str, path: str) -> str:
        media = encoded(text)
        if media is None:
            return json.dumps(text, ensure_ascii=False)
        self._apart.append(Extracted(path, label(media), media=media))
        return label(media)

    def _vector(self, numbers: JsonValue, path: str) -> str:
        written = [json.dumps(number) for number in numbers] if isinstance(numbers, Sequence) else []
        rows = [", ".join(written[at : at + _NUMBERS_A_ROW]) for at in range(0, len(written), _NUMBERS_A_ROW)]
        placeholder = f"[{len(written)} numbers]"
        self._apart.append(Extracted(path, placeholder, "\n".join(rows)))
        return placeholder


def _flat(value: Mapping[str, JsonValue] | Sequence[JsonValue], room: int) -> str | None:
    """Return a container on one line; None when that takes more than `room` columns or holds what is no text."""
    if len(value) * 3 > room:
        return None
    children = value.values() if isinstance(value, Mapping) else value
    for child in children:
        if isinstance(child, Sequence | Mapping) and len(child) > room:
            return None
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= room and not any(mark in line for mark in _MEDIA_MARKS) else None


def _is_vector(value: JsonValue) -> bool:
    """Return whether a value, too long for one line, is a list of numbers that nobody reads one by one."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) == 0:
        return False
    if not isinstance(value[0], int | float):
        return False
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)


def _below(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


_HEAD: Final = 200
