"""Values of questions, assessments and spans, and which of them can never be submitted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""Any JSON value. ``None`` is JSON null; it is never an answer, only something read from outside."""

MAX_NAME_LENGTH = 250
"""Characters: MLflow's PostgreSQL column for assessment names and source IDs."""

MAX_EXACT_INTEGER = 2**53
"""Feedback numbers become doubles on an MLflow server; larger integers would silently change."""


class UnusableValue(ValueError):
    """Raised for a value that no backend could store unchanged. The message is a sentence for the reviewer."""


def check_text(text: str, what: str) -> str:
    """Return `text`. Raises `UnusableValue` where it holds NUL or a lone surrogate."""
    if "\x00" in text:
        raise UnusableValue(f"{what} contains a NUL character, which no tracking server can store")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise UnusableValue(f"{what} contains half a character (a lone surrogate), which would be lost on the way")
    return text


def check_name(name: str) -> str:
    """Return `name`. Raises `UnusableValue` where it is empty, too long or not storable."""
    if not name.strip():
        raise UnusableValue("A question needs a name")
    if len(name) > MAX_NAME_LENGTH:
        raise UnusableValue(f"The name is {len(name)} characters long; at most {MAX_NAME_LENGTH} can be stored")
    return check_text(name, "The name")


def check_feedback_value(value: JsonValue) -> JsonValue:
    """Return `value`. Raises `UnusableValue` where a backend would store something else."""
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            check_text(leaf, "The value")
        elif isinstance(leaf, float) and not math.isfinite(leaf):
            raise UnusableValue("The value is not a finite number")
        elif isinstance(leaf, int) and not isinstance(leaf, bool) and abs(leaf) > MAX_EXACT_INTEGER:
            raise UnusableValue(f"{leaf} is beyond ±2^53 and would be rounded by the server")
    return value


def check_expectation_value(value: JsonValue) -> JsonValue:
    """Return `value`. Raises `UnusableValue` where a backend would store something else.

    Integers of any size survive inside lists and objects, but not on their own.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return check_feedback_value(value)
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            check_text(leaf, "The value")
        elif isinstance(leaf, float) and not math.isfinite(leaf):
            raise UnusableValue("The value is not a finite number")
    return value


def same_value(one: JsonValue, other: JsonValue) -> bool:
    """Return whether a server keeps both alike: ``1`` and ``1.0`` are equal, ``1`` and ``true`` are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one) == len(other) and all(map(same_value, one, other))
    return one is None and other is None


def _leaves(value: JsonValue) -> Iterator[bool | int | float | str | None]:
    pending: list[JsonValue] = [value]
    while pending:
        head = pending.pop()
        if isinstance(head, Mapping):
            pending.extend(head.keys())
            pending.extend(head.values())
        elif isinstance(head, Sequence) and not isinstance(head, str):
            pending.extend(head)
        else:
            yield head
