"""Where the members of a JSON object stand in its text, so that one can be changed and every other character stays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from labeler.dataclass import dataclass
from labeler.reading.wire.bounded_json import NotJson, decode_at

_BLANKS: Final = " \t\r\n"
_SPACE: Final = re.compile(f"[{_BLANKS}]*")


@dataclass(frozen=True, slots=True)
class JsonMember:
    """A member of an object: its key, where that begins, and where its value begins and ends."""

    key: str
    start: int
    value_start: int
    end: int


def members_of(text: str) -> list[JsonMember]:
    """Return the members of the object that a text is, in order. Raises `NotJson` for any other text."""
    found: list[JsonMember] = []
    position = _after_space(text, 0)
    if text[position : position + 1] != "{":
        raise NotJson("no object")
    position = _after_space(text, position + 1)
    while text[position : position + 1] not in ("}", ""):
        key, end = decode_at(text, position)
        colon = _after_space(text, end)
        if not isinstance(key, str) or text[colon : colon + 1] != ":":
            raise NotJson(f"no key at character {position}")
        value_start = _after_space(text, colon + 1)
        end = decode_at(text, value_start)[1]
        found.append(JsonMember(key, position, value_start, end))
        position = _after_space(text, end)
        if text[position : position + 1] == ",":
            position = _after_space(text, position + 1)
    return found


def with_members(text: str, values: Mapping[str, str]) -> str:
    """Return an object's text with members of these keys, whose values are given as JSON texts.

    The value of a key that is there is replaced where it stands; of a key that stands there twice, the last one's. What
    is new stands before the last brace. Raises `NotJson`.
    """
    there = {member.key: member for member in members_of(text) if member.key in values}
    for member in sorted(there.values(), key=lambda each: each.start, reverse=True):
        text = text[: member.value_start] + values[member.key] + text[member.end :]
    return with_new_members(text, {key: value for key, value in values.items() if key not in there})


def with_new_members(text: str, values: Mapping[str, str]) -> str:
    """Return an object's text with members more before its last brace, of keys that it does not have."""
    if not values:
        return text
    brace = text.rindex("}")
    is_empty = text[:brace].rstrip(_BLANKS) == "{"
    told = ", ".join(f"{json.dumps(key)}: {value}" for key, value in values.items())
    return f"{text[:brace]}{'' if is_empty else ', '}{told}{text[brace:]}"


def _after_space(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    assert space is not None  # it matches nothing as well
    return space.end()
