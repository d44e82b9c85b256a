"""JSON from outside, parsed within bounds: whatever comes, a value or `NotJson`, in bounded time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

from labeler.domain.value import JsonValue

MAX_DEPTH: Final = 100
"""Containers within containers in one decoded value. MLflow's own clients stay far below."""

_INTEGER_DIGITS: Final = 4000
"""Python refuses to parse longer integers (they take quadratic time); they are kept as their digits."""

_T = TypeVar("_T")


class NotJson(ValueError):
    """Text that is no JSON, or JSON nested too deeply to be read. The message says which."""


def decode_text(data: bytes) -> str:
    """Text of JSON bytes in any Unicode encoding; bytes that are no text become U+FFFD."""
    return data.decode(json.detect_encoding(data), "replace")


def parse(text: str) -> JsonValue:
    """The value of a JSON text. NaN and infinities are floats, of duplicate keys the last counts.

    Raises `NotJson`.
    """
    value = parse_deep(text)
    if deeper_than(value, MAX_DEPTH):
        raise NotJson(f"nested deeper than {MAX_DEPTH} levels")
    return value


def parse_deep(text: str) -> JsonValue:
    """As `parse`, for envelopes: nested as deeply as the interpreter can take."""
    try:
        value: JsonValue = _decoder.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError:
        return _parse_with_long_integers(text)
    return value


def parse_or_none(text: str) -> JsonValue:
    """The value of a JSON text, or None where `parse` would raise."""
    try:
        return parse(text)
    except NotJson:
        return None


def container_in(text: str) -> JsonValue:
    """The object or array that a text is as a whole, or None: prose, numbers and quoted strings are none."""
    stripped = text.strip()
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return None
    return parse_or_none(stripped)


def raw_values(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Positions (start, end) of the JSON values that follow each other from `start`, commas and space between.

    Stops at a closing bracket or the end. Raises `NotJson` where no value begins.
    """
    position = _skip(text, start)
    while position < len(text) and text[position] not in "]}":
        try:
            end = _scanner.raw_decode(text, position)[1]
        except json.JSONDecodeError as error:
            raise NotJson(f"{error.msg} at character {error.pos}") from None
        except RecursionError:
            raise NotJson("nested too deeply") from None
        yield position, end
        position = _skip(text, end)


def deeper_than(value: JsonValue, limit: int) -> bool:
    """Whether a value holds containers in more than `limit` levels, told without recursion."""
    level: list[JsonValue] = [value]
    for _ in range(limit + 1):
        level = [child for parent in level for child in _children(parent) if isinstance(child, (Mapping, list))]
        if not level:
            return False
    return True


def _children(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from value


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n,":
        position += 1
    return position


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else digits


def _parse_with_long_integers(text: str) -> JsonValue:
    try:
        value: JsonValue = _long_integer_decoder.decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None
    return value


_decoder = json.JSONDecoder(strict=False)
_scanner = json.JSONDecoder(strict=False, parse_int=_integer)
_long_integer_decoder = json.JSONDecoder(strict=False, parse_int=_integer)
