"""The line above the document: what is known about this trace at a glance."""

from __future__ import annotations

import json
from collections.abc import Sequence

from labeler.dataclass import dataclass
from labeler.domain.duration import duration_words
from labeler.domain.moment import short_date_and_time
from labeler.domain.trace import TraceState, TraceSummary
from labeler.reading.sanitise import one_line
from labeler.review.filled_in import FilledIn
from labeler.tui.appearance import Signs
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, spread, width_of

_GAP = "   "
_BEFORE_PLACE = 2
_LONGEST_MODEL = 24
_ALWAYS = 10
"""The worth of what is never left out."""
_NAME = 9
"""That of the name, where answers are filled in: they are told whole before it is."""


@dataclass(frozen=True, slots=True)
class HeaderView:
    """What the header tells of a trace: its `models` as display text, and which `turn` of its session it is: ``3/5``.

    `place` says which part of it is in view, such as ``line 1-14 of 40``; `said_of_spans` counts what was said about
    its spans; `filled_in` says which answers were there when it opened and are still to be looked at.
    """

    summary: TraceSummary
    models: Sequence[str]
    turn: str
    place: str
    said_of_spans: int = 0
    filled_in: FilledIn | None = None


class TraceHeader(ViewWidget[HeaderView]):
    """The line above a document; empty while there is none."""

    def lines(self, view: HeaderView, width: int, height: int) -> Sequence[Line]:
        return [header_line(view, width, self._signs)]


def header_line(view: HeaderView, width: int, signs: Signs) -> Line:
    """Name, state, latency, tokens, model, time, turn and user, as far as there is room; on the right the place."""
    summary = view.summary
    place: Line = [(f"{view.place} ", "chrome.dim")] if view.place else []
    room = width - width_of(place) - _BEFORE_PLACE
    name = cut(one_line(summary.name, 60), 40, signs.ellipsis)
    parts: list[tuple[int, Run]] = [(_ALWAYS if view.filled_in is None else _NAME, (name, "chrome.strong"))]
    if view.filled_in is not None:
        parts.append((_ALWAYS, (_filled_in(view.filled_in, room - 1, signs), "chrome.strong")))
    if summary.state is TraceState.ERROR:
        parts.append((_ALWAYS, (f"{signs.error} error", "error")))
    elif summary.state is TraceState.IN_PROGRESS:
        parts.append((_ALWAYS, ("unfinished", "warning")))
    parts += [(worth, (text, "chrome.dim")) for worth, text in _facts(view, signs) if text]
    while len(parts) > 1 and width_of(_joined(parts)) > room and (least := min(worth for worth, _ in parts)) < _ALWAYS:
        parts = [part for part in parts if part[0] != least]
    return spread(_joined(parts), place, width, "chrome", signs.ellipsis)


def _filled_in(filled_in: FilledIn, room: int, signs: Signs) -> str:
    """``filled in: stars 4, yours of Tue``: where there is no room for all of it, the answers are cut."""
    around = f"filled in: , {filled_in.whose}"
    answers = cut(one_line(filled_in.answers, 200), max(room - len(around), 1), signs.ellipsis)
    return f"filled in: {answers}, {filled_in.whose}"


def _joined(parts: Sequence[tuple[int, Run]]) -> Line:
    line: Line = [(" ", "chrome")]
    for number, (_, run) in enumerate(parts):
        line.extend([(_GAP, "chrome"), run] if number else [run])
    return line


def _facts(view: HeaderView, signs: Signs) -> list[tuple[int, str]]:
    """Return what is known, each with its worth: the least goes first where there is no room."""
    summary = view.summary
    return [
        (6, "" if summary.duration_ms is None else duration_words(summary.duration_ms)),
        (4, _tokens(summary)),
        (3, _model(view.models, signs)),
        (2, short_date_and_time(summary.requested_at_ms)),
        (5, f"turn {view.turn}" if view.turn else ""),
        (7, f"{signs.said} {view.said_of_spans} about spans" if view.said_of_spans else ""),
        (1, one_line(summary.user or "", 24)),
    ]


def _model(models: Sequence[str], signs: Signs) -> str:
    """Return the model that wrote, and how many more there were: ``gpt-4o-mini +1``."""
    more = f" +{len(models) - 1}" if len(models) > 1 else ""
    return cut(models[0], _LONGEST_MODEL, signs.ellipsis) + more if models else ""


def _tokens(summary: TraceSummary) -> str:
    try:
        usage = json.loads(summary.metadata.get("mlflow.trace.tokenUsage", ""))
    except (ValueError, RecursionError):
        return ""
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return f"{total:,} tokens" if isinstance(total, int) and not isinstance(total, bool) else ""
