"""The status line: where I am, how much is left, whether everything arrives, who I am."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.dataclass import dataclass
from labeler.domain.connection import ConnectionStatus
from labeler.domain.duration import rough_duration_words
from labeler.tui.appearance import Signs
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, cut, fit, width_of

_GAP = "   "
_ALWAYS = 10
"""The worth of what is never left out."""


@dataclass(frozen=True, slots=True)
class StatusView:
    """What the status line tells. `left_ms` is the estimated time for the open items, None while unknown.

    `since` is the time of day since when the backend is not reached, where it is not, `until` the one to which it asked
    to be left alone, where it did; `here` counts downloaded and all items while offline; `conflicts` counts answers
    that wait because another of the reviewer's own was found; `has_more_coming` says that `total` still grows;
    `conditions` are words for what holds until it is changed: a search, blind, editing.
    """

    title: str
    number: int
    total: int
    labelled: int
    left_ms: int | None
    queued: int
    stuck: int
    connection: ConnectionStatus
    until: str
    here: tuple[int, int] | None
    reviewer: str
    conditions: tuple[str, ...] = ()
    since: str = ""
    conflicts: int = 0
    has_more_coming: bool = False


class StatusLine(ViewWidget[StatusView]):
    """The uppermost line of a review."""

    def lines(self, view: StatusView, width: int, height: int) -> Sequence[Line]:
        return [status_line(view, width, self._signs)]


def status_line(view: StatusView, width: int, signs: Signs) -> Line:
    """Return one line of `width` cells. What matters least is left out first when it is narrow.

    Who I am, that the backend is away, and what takes keys or hides something always stay.
    """
    is_online = view.connection is ConnectionStatus.ONLINE
    parts: list[tuple[int, Line]] = [
        (1, [("labeler", "chrome.dim")]),
        (2, [(cut(view.title, max(width // 3, 12), signs.ellipsis), "chrome")]),
        (8, [(f"item {view.number}/{view.total}{'+' if view.has_more_coming else ''}", "chrome.strong")]),
        (3, [(f"mine {view.labelled}", "chrome")]),
        (4, [(f"left ~{rough_duration_words(view.left_ms)}", "chrome.dim")] if view.left_ms is not None else []),
        (6, [(f"{signs.queued} {view.queued} queued", "warning")] if view.queued else []),
        (7, [(f"{signs.refused} {view.stuck} need you", "error")] if view.stuck else []),
        (_ALWAYS, [(_conflicts(view, signs), "error")] if view.conflicts else []),
        (5 if is_online else _ALWAYS, _connection(view, signs)),
        *((_ALWAYS, [(word, "warning")] if word else []) for word in view.conditions),
        (_ALWAYS, [(cut(view.reviewer, 24, signs.ellipsis), "chrome")]),
    ]
    shown = [(worth, part) for worth, part in parts if part]
    while _total(shown) > width and (least := min(shown, key=lambda part: part[0]))[0] < _ALWAYS:
        shown.remove(least)
    line: Line = [(" ", "chrome")]
    for number, (_, part) in enumerate(shown):
        line.extend([(_GAP, "chrome"), *part] if number else part)
    return fit(line, width, signs.ellipsis)


def _conflicts(view: StatusView, signs: Signs) -> str:
    return f"{signs.conflict} {view.conflicts} conflict{'s' if view.conflicts > 1 else ''}"


def _connection(view: StatusView, signs: Signs) -> Line:
    if view.connection is ConnectionStatus.ONLINE:
        return [(f"{signs.online} {view.connection}", "ok")]
    is_away = view.connection is ConnectionStatus.OFFLINE and view.since
    until = f" until {view.until}" if view.until else f" since {view.since}" if is_away else ""
    here = f" · {view.here[0]} of {view.here[1]} here" if view.here else ""
    return [(f"{signs.missing} {view.connection}{until}{here}", "warning")]


def _total(parts: list[tuple[int, Line]]) -> int:
    return 2 + sum(width_of(part) for _, part in parts) + len(_GAP) * (len(parts) - 1)
