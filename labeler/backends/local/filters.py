"""Compiles the embedded store's search language, a small part of MLflow's, to SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from labeler.backends.base import BadFilter
from labeler.dataclass import dataclass

_ALLOWED: Final = (
    "The embedded store understands comparisons of status, name, timestamp_ms, tag.KEY and metadata.KEY "
    "(other characters than letters, digits, _ - . / in a KEY: between backquotes) "
    "by = != < <= > >= LIKE with a 'quoted' text (timestamp_ms: with a whole number), joined by AND."
)
_ORDER_ALLOWED: Final = "The embedded store orders by timestamp_ms or name, each ASC or DESC."

_COMPARISON: Final = re.compile(
    r"""
    \s*
    (?: (?P<column>status|name|timestamp_ms)
      | (?P<map>tag|metadata)\.(?: `(?P<quoted_key>[^`]+)` | (?P<key>[\w./-]+) )
    )
    \s* (?P<operator> != | <= | >= | = | < | > | (?i:like)\b ) \s*
    (?: '(?P<single>(?:[^']|'')*)' | "(?P<double>(?:[^"]|"")*)" | (?P<number>[+-]?[0-9]+) )
    \s*
    """,
    re.VERBOSE,
)
_AND: Final = re.compile(r"(?i:and)\b")
_ORDER: Final = re.compile(r"\s*(timestamp_ms|name)(?:\s+(?i:(asc|desc)))?\s*")

MAX_INTEGER: Final = 2**63 - 1
"""The largest integer that SQLite knows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL for a WHERE clause over the table `traces`, and its parameters."""

    sql: str
    parameters: tuple[str | int, ...] = ()


def compile_filter(text: str) -> Condition:
    """Compile a filter. The empty one holds for every trace. Raises `BadFilter`.

    As in MLflow: a tag or metadata key that a trace does not have satisfies no comparison, ``!=`` included;
    LIKE tells upper from lower case, ``%`` stands for any text and ``_`` for any character.
    """
    if not text.strip():
        return Condition("TRUE")
    sql: list[str] = []
    parameters: list[str | int] = []
    position = 0
    while True:
        match = _COMPARISON.match(text, position)
        if match is None:
            raise _not_understood(text, position)
        condition = _comparison(match)
        sql.append(condition.sql)
        parameters.extend(condition.parameters)
        position = match.end()
        if position == len(text):
            return Condition(" AND ".join(sql), tuple(parameters))
        joined = _AND.match(text, position)
        if joined is None:
            raise _not_understood(text, position)
        position = joined.end()


def compile_order(order_by: Sequence[str]) -> str:
    """Compile an order to the terms of ORDER BY. Ties are broken by time, newest first, then ID. Raises `BadFilter`."""
    terms = []
    for order in order_by:
        match = _ORDER.fullmatch(order)
        if match is None:
            raise BadFilter(f"The order {order!r} is not understood. {_ORDER_ALLOWED}")
        terms.append(f"{match[1]} {(match[2] or 'asc').upper()}")
    return ", ".join([*terms, "timestamp_ms DESC", "trace_id ASC"])


def _comparison(match: re.Match[str]) -> Condition:
    operator = match["operator"].upper()
    if match["column"] == "timestamp_ms":
        if match["number"] is None or operator == "LIKE":
            raise BadFilter(f"timestamp_ms is compared with a whole number, in milliseconds. {_ALLOWED}")
        moment = max(-MAX_INTEGER, min(int(match["number"]), MAX_INTEGER))
        return Condition(f"timestamp_ms {operator} ?", (moment,))
    if match["number"] is not None:
        raise BadFilter(f"{match[0].strip()!r} compares text with a number: put {match['number']} in quotes.")
    value = _unquoted(match)
    if operator == "LIKE":
        operator, value = "GLOB", _glob(value)
    if match["column"] is not None:
        return Condition(f"{match['column']} {operator} ?", (value,))
    column = "tags" if match["map"] == "tag" else "metadata"
    key = match["quoted_key"] or match["key"]
    return Condition(f"(SELECT value FROM json_each({column}) WHERE key = ?) {operator} ?", (key, value))


def _unquoted(match: re.Match[str]) -> str:
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    return match["double"].replace('""', '"')


def _glob(pattern: str) -> str:
    """Convert a LIKE pattern to GLOB: SQLite's LIKE cannot be made case-sensitive for one statement alone."""
    literal = re.sub(r"[*?\[]", r"[\g<0>]", pattern)
    return literal.replace("%", "*").replace("_", "?")


def _not_understood(text: str, position: int) -> BadFilter:
    rest = text[position:].strip()
    where = f"at {rest!r}" if rest else "at its end"
    return BadFilter(f"The filter is not understood {where}. {_ALLOWED}")
