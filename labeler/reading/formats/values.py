"""Looking into values of unknown structure. Presence means non-null: many SDKs dump every unset key as null."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import container_in


def first(holder: Mapping[str, JsonValue], *keys: str) -> JsonValue:
    """Return the first of the keys' values that is not null."""
    for key in keys:
        if (value := holder.get(key)) is not None:
            return value
    return None


def mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    """Return the object that a value is, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: JsonValue) -> Sequence[JsonValue]:
    """Return the list that a value is, else an empty one."""
    return value if isinstance(value, list) else ()


def text_of(value: JsonValue) -> str:
    """Return a string or number as text; anything else as the empty string."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: JsonValue) -> float | None:
    """Return a finite number (or its text), or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text_in(value: JsonValue) -> str:
    """Return all the prose in a text, a part or a list of these, a paragraph each."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return text_in(
            first(value, "text", "content", "reasoning_text", "reasoningText", "summary", "thinking", "value")
        )
    return "\n\n".join(text for item in items(value) if (text := text_in(item)))


def decoded(value: JsonValue) -> JsonValue:
    """Return a value out of an attribute that may hold it as JSON text."""
    if isinstance(value, str):
        found = container_in(value)
        return value if found is None else found
    return value


def unflattened(attributes: Mapping[str, JsonValue], prefix: str) -> JsonValue:
    """Return the value that ``prefix.0.role``, ``prefix.0.content``, … stand for: keys become objects, numbers lists.

    None when no attribute begins with the prefix.
    """
    root: dict[str, JsonValue] = {}
    for key, value in attributes.items():
        if not key.startswith(f"{prefix}.") or key.count(".") > _DEEPEST_KEY:
            continue
        holder = root
        *path, last = key[len(prefix) + 1 :].split(".")
        for step in path:
            inner = holder.setdefault(step, {})
            holder = inner if isinstance(inner, dict) else {}
        holder.setdefault(last, value)
    return _listed(root) if root else None


def _listed(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        return value
    members = {key: _listed(each) for key, each in value.items()}
    if members and all(key.isascii() and key.isdigit() for key in members):
        return [members[key] for key in sorted(members, key=int)]
    return members


_DEEPEST_KEY: Final = 24
"""Steps in a flattened key; no convention has half as many."""
