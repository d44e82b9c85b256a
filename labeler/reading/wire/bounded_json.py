"""JSON from outside, parsed within bounds: whatever comes, a value or `NotJson`, in bounded time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue

MAX_DEPTH: Final = 100
"""Containers within containers in one decoded value. MLflow's own clients stay far below."""

_INTEGER_DIGITS: Final = 4000
"""Python refuses to parse integers longer than about this (it would take quadratic time)."""


MAX_VALUES: Final = 10_000_000
"""Values in one JSON text. Each takes up to a hundred bytes of memory, however few characters it is written with."""


class NotJson(ValueError):
    """Text that is no JSON, or JSON nested too deeply to be read. The message says which."""


def decode_text(data: bytes) -> str:
    """Return text of JSON bytes in any Unicode encoding, without its byte order mark; bytes that are no text become
    U+FFFD.
    """
    return data.decode(json.detect_encoding(data), "replace").removeprefix("\ufeff")


def parse(text: str) -> JsonValue:
    """Return the value of a JSON text at most `MAX_DEPTH` deep. Raises `NotJson`.

    NaN and infinities are floats; of duplicate keys the last counts; an integer too long to compute with is
    the string of its digits.
    """
    value = parse_deep(text)
    if text.count("[") + text.count("{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels")
    return value


def parse_deep(text: str) -> JsonValue:
    """As `parse`, for envelopes: nested as deeply as the interpreter can take."""
    if len(text) > MAX_VALUES and sum(map(text.count, ",[{")) > MAX_VALUES:
        raise NotJson(f"more than {MAX_VALUES:,} values")
    try:
        try:
            value: JsonValue = _decoder.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            value = _careful_decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    return value


def decode_at(text: str, start: int) -> tuple[JsonValue, int]:
    """Return the JSON value that begins at `start`, and where it ends.

    Raises `NotJson`, with the parser's error as cause.
    """
    try:
        try:
            found: tuple[JsonValue, int] = _decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:
            found = _careful_decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos - start}") from error
    except RecursionError:
        raise NotJson("nested too deeply") from None
    return found


def parse_or_none(text: str) -> JsonValue:
    """Return the value of a JSON text, or None where `parse` would raise."""
    try:
        return parse(text)
    except NotJson:
        return None


def container_in(text: str) -> JsonValue:
    """Return the object or array that a text is as a whole, or None: prose, numbers and quoted strings are none."""
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return None
    return parse_or_none(stripped)


def raw_values(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Positions (start, end) of the JSON values that follow each other from `start`, commas and space between them.

    Stops at a closing bracket or at the end. Raises `NotJson` where neither comes nor a value.
    """
    position = _skip(text, start)
    while position < len(text) and text[position] not in "]}":
        try:
            end = _careful_decoder.raw_decode(text, position)[1]
        except json.JSONDecodeError as error:
            raise NotJson(f"{error.msg} at character {error.pos}") from None
        except RecursionError:
            raise NotJson("nested too deeply") from None
        yield position, end
        position = _skip(text, end)


def deeper_than(value: JsonValue, limit: int) -> bool:
    """Return whether a value holds containers within containers in more than `limit` levels, told without recursion."""
    level: list[Mapping[str, JsonValue] | Sequence[JsonValue]] = _containers([value])
    for _ in range(limit):
        level = [child for parent in level for child in _containers(_children(parent))]
        if not level:
            return False
    return bool(level)


def _children(parent: Mapping[str, JsonValue] | Sequence[JsonValue]) -> Sequence[JsonValue]:
    return list(parent.values()) if isinstance(parent, Mapping) else parent


def _containers(values: Sequence[JsonValue]) -> list[Mapping[str, JsonValue] | Sequence[JsonValue]]:
    return [value for value in values if isinstance(value, dict | list)]


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n,":
        position += 1
    return position


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else digits


_decoder = json.JSONDecoder(strict=False)
_careful_decoder = json.JSONDecoder(strict=False, parse_int=_integer)
