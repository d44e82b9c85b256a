"""OpenTelemetry's AnyValue in its JSON spellings, decoded to plain values.

Protocol: opentelemetry-proto ``common/v1/common.proto``; in snake case (MLflow's ``traces/get``) or camel case
(OTLP/JSON), with 64-bit integers as numbers or strings and NaN and infinities as strings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import MAX_DEPTH, deeper_than


class TooDeep(ValueError):
    """A value of more than `MAX_DEPTH` levels."""


def decode_value(value: JsonValue, depth: int = 0) -> JsonValue:
    """Return the plain value of an AnyValue; whatever is not of that form is taken as it is. Raises `TooDeep`.

    Some servers write all members, those that are not set as null.
    """
    if not isinstance(value, Mapping):
        return bounded(value)
    if not value.keys() <= _KINDS.keys():
        return bounded(value)
    present = [(key, content) for key, content in value.items() if content is not None]
    if not present:
        return None
    if len(present) > 1:
        return bounded(value)
    ((key, content),) = present
    if depth > MAX_DEPTH:
        raise TooDeep(f"a value nested deeper than {MAX_DEPTH} levels")
    match _KINDS[key]:
        case "array":
            return [decode_value(item, depth + 1) for item in _list(_values(content))]
        case "kvlist":
            return decode_pairs(_values(content), depth + 1)
        case "int":
            return _integer(content)
        case "double":
            return _double(content)
        case "bytes" if isinstance(content, str):
            return f"data:application/octet-stream;base64,{content}"
        case _:
            return bounded(content)


def bounded(value: JsonValue) -> JsonValue:
    """Return the value itself. Raises `TooDeep` when it has more than `MAX_DEPTH` levels."""
    if isinstance(value, dict | list) and deeper_than(value, MAX_DEPTH):
        raise TooDeep(f"a value nested deeper than {MAX_DEPTH} levels")
    return value


def decode_pairs(pairs: JsonValue, depth: int = 0) -> dict[str, JsonValue]:
    """Return the mapping that a list of ``{"key", "value"}`` stands for; a pair without a value is null.

    Raises `TooDeep`.
    """
    return {
        key: decode_value(pair.get("value", {}), depth)
        for pair in _list(pairs)
        if isinstance(pair, Mapping) and isinstance(key := pair.get("key"), str)
    }


def _values(content: JsonValue) -> JsonValue:
    return content.get("values") if isinstance(content, Mapping) else content


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _integer(content: JsonValue) -> JsonValue:
    if not isinstance(content, str):
        return bounded(content)
    try:
        return int(content)
    except ValueError:
        return content


def _double(content: JsonValue) -> JsonValue:
    if isinstance(content, str):
        return _SPECIAL_DOUBLES.get(content, content)
    if isinstance(content, int) and abs(content) < _LARGEST_DOUBLE:
        return float(content)
    return bounded(content)


_KINDS: Final = {
    spelling: kind
    for kind in ("string", "bool", "int", "double", "array", "kvlist", "bytes")
    for spelling in (f"{kind}_value", f"{kind}Value")
}
_LARGEST_DOUBLE: Final = 2**1023
_SPECIAL_DOUBLES: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
