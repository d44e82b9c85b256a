"""Values with long texts in them as an outline in the manner of YAML: texts as they are, a line a line.

JSON writes a text of many lines on one, its newlines and quotes escaped; nobody can judge that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue

_INDENT: Final = "  "
_OTHER_SCALAR: Final = re.compile(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity|[\[{>|&*!%@`#-].*|")
"""Texts that would read as something else without quotes."""

Flat = Callable[[JsonValue, str], str | None]
"""One line for a value at a path, or None when it needs more."""


def outlined(value: JsonValue, flat: Flat) -> str:
    """Return the outline of a value; `flat` writes what goes on one line."""
    return "\n".join(_lines(value, "", "", flat))


def plain_scalar(text: str) -> str:
    """Return a text without quotes, where it cannot be mistaken for another value."""
    is_other = _OTHER_SCALAR.fullmatch(text) or text != text.strip()
    return json.dumps(text, ensure_ascii=False) if is_other else text


def _lines(value: JsonValue, indent: str, path: str, flat: Flat) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(f"{indent}{key}:", each, indent + _INDENT, f"{path}.{key}" if path else str(key), flat)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, each in enumerate(value):
            yield from _item(each, indent, f"{path}[{number}]", flat)
    else:
        yield from _entry(indent.removesuffix(_INDENT), value, indent, path, flat)


def _entry(head: str, value: JsonValue, indent: str, path: str, flat: Flat) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        yield f"{head} |"
        yield from (f"{indent}{line}" if line else "" for line in value.split("\n"))
    elif (line := flat(value, path)) is not None:
        yield f"{head} {line}"
    else:
        yield head
        yield from _lines(value, indent, path, flat)


def _item(value: JsonValue, indent: str, path: str, flat: Flat) -> Iterator[str]:
    """Yield a list's member: its first line behind a dash, the rest under it."""
    if (isinstance(value, str) and "\n" in value) or not isinstance(value, Mapping | Sequence) or not value:
        yield from _entry(f"{indent}-", value, indent + _INDENT, path, flat)
        return
    if (line := flat(value, path)) is not None:
        yield f"{indent}- {line}"
        return
    inner = indent + _INDENT
    for number, line in enumerate(_lines(value, inner, path, flat)):
        yield line if number else f"{indent}- {line.removeprefix(inner)}"
