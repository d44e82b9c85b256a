"""How a span looks in the list of spans: a name under its parent's, type, duration, tokens, and a bar in time. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from labeler.dataclass import dataclass
from labeler.domain.duration import duration_words
from labeler.reading.views.span_lines import SpanLine
from labeler.tui.appearance import UNICODE, Signs
from labeler.tui.widgets.styled_text import Line, Run, cut, width_of

_GAP: Final = 2
_LEFT: Final = 4
"""Cells before the name: cursor, space, sign, space."""

_RIGHT: Final = 2
_INDENT: Final = 2
_NARROWEST_NAME: Final = 24
_NARROWEST_TAIL: Final = 12
"""Cells of a name that are in view however deep it lies."""

_BAR_WIDTHS: Final = (12, 48)
_LONGEST_TYPE: Final = 12
_BAR_ROLES: Final = {"LLM": "role.assistant", "CHAT_MODEL": "role.assistant", "TOOL": "role.tool"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column, 0 for one that is left out; and the milliseconds that the bars' column stands for."""

    name: int
    type: int
    duration: int
    tokens: int
    bars: int
    total_ms: float
    said: int = 0


def columns(lines: Sequence[SpanLine], width: int, most_said: int = 0) -> Columns:
    """Return the columns that `width` cells have room for. Type, bars and tokens give way to the name, tokens first.

    `most_said` is how many things at most were said about a span.
    """
    ends = [line.start_ms + (line.duration_ms or 0) for line in lines]
    total_ms = max(ends, default=0.0)
    wanted = max((line.depth * _INDENT + len(line.name) + _INDENT for line in lines), default=0)
    duration = max((len(_duration(line)) for line in lines), default=0)
    said = cell_len(_said(most_said, UNICODE))
    rest = width - _LEFT - _RIGHT - duration - _GAP - said
    taken = {}
    for name, needed in (
        ("type", min(max((len(line.type) for line in lines), default=0), _LONGEST_TYPE)),
        ("bars", _BAR_WIDTHS[0] if total_ms else 0),
        ("tokens", max((len(_tokens(line)) for line in lines), default=0)),
    ):
        has_room = needed > 0 and rest - needed - _GAP >= min(wanted, _NARROWEST_NAME)
        taken[name] = needed if has_room else 0
        rest -= needed + _GAP if has_room else 0
    name_width = max(1, min(wanted, rest))
    if taken["bars"]:
        taken["bars"] = min(taken["bars"] + rest - name_width, _BAR_WIDTHS[1])
    return Columns(name_width, taken["type"], duration, taken["tokens"], taken["bars"], total_ms, said)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a span stands in the list: whether it has others below it, hides them, and is read in the conversation.

    `said` is how many things people, judges and code said about it.
    """

    is_parent: bool
    is_folded: bool
    speaks: bool
    said: int = 0


def span_row(line: SpanLine, standing: Standing, shape: Columns, signs: Signs) -> Line:
    """Return a span's row without the cursor."""
    failed = line.status == "ERROR" or bool(line.error)
    sign, sign_role = _sign(line, signs, failed=failed)
    fold: list[Run] = [(f"{signs.folded} ", "fold")] if standing.is_folded else []
    indent = min(line.depth * _INDENT, max(0, shape.name - _NARROWEST_TAIL))
    room = max(1, shape.name - indent - width_of(fold))
    name = set_cell_size(cut(line.name, room, signs.ellipsis), room)
    row: Line = [(f"{sign} ", sign_role), (" " * indent, "text"), *fold]
    row.append((name, "error" if failed else "answer" if standing.speaks else "text"))
    if shape.said:
        row.append((_said(standing.said, signs).ljust(shape.said), "note"))
    if shape.type:
        row.append((_column(cut(line.type, shape.type, signs.ellipsis), shape.type), "dim"))
    row.append((" " * _GAP + _duration(line).rjust(shape.duration), "text"))
    if shape.tokens:
        row.append((" " * _GAP + _tokens(line).rjust(shape.tokens), "dim"))
    if shape.bars:
        before, bar = _bar(line, shape, signs)
        role = "error" if failed else _BAR_ROLES.get(line.type, "rule" if standing.is_parent else "dim")
        row += [(" " * (_GAP + before), "text"), (bar, role)]
    return row


def _said(count: int, signs: Signs) -> str:
    return f" {signs.said}{count if count > 1 else ''}" if count else ""


def _column(text: str, width: int) -> str:
    return " " * _GAP + set_cell_size(text, width)


def _sign(line: SpanLine, signs: Signs, *, failed: bool) -> tuple[str, str]:
    if failed:
        return signs.error, "error"
    if line.duration_ms is None:
        return signs.partly, "warning"
    return (signs.labelled, "dim") if line.status == "OK" else (signs.open, "dim")


def _duration(line: SpanLine) -> str:
    return "not ended" if line.duration_ms is None else duration_words(line.duration_ms)


def _tokens(line: SpanLine) -> str:
    return "" if line.tokens is None else f"{line.tokens:,}"


def _bar(line: SpanLine, shape: Columns, signs: Signs) -> tuple[int, str]:
    """Return the cells before the bar, and the bar: when the span ran, to half a cell, but never nothing."""
    left, right, full = tuple(signs.bar)
    halves = 2 * shape.bars
    first = min(int(line.start_ms / shape.total_ms * halves), halves - 1)
    before = first // 2
    if line.duration_ms is None:
        return before, left + signs.going_on * (shape.bars - before - 1)
    end = math.ceil((line.start_ms + line.duration_ms) / shape.total_ms * halves)
    last = max(first + 1, min(end, halves))
    head = right if first % 2 else ""
    tail = left if last % 2 and last > first + first % 2 else ""
    return before, head + full * ((last - last % 2 - first - first % 2) // 2) + tail
