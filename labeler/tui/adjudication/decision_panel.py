"""What was decided last, and the question that is to be decided now with the keys that do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.tui.review.question_panel import PanelView, height_needed, question_rows
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, spread

_LEAST: Final = 2
_MOST: Final = 6
_ON_SMALL_SCREENS: Final = 3
"""Lines of the panel: at least, at most, and at most on a screen of 24."""


@dataclass(frozen=True, slots=True)
class LastDecision:
    """What was done last, on a trace of a `title`, how far it got, and keys with their words; all display text."""

    said: str = ""
    title: str = ""
    fate: Run = ("", "chrome")
    hints: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What the panel tells."""

    last: LastDecision
    question: PanelView


class DecisionPanel(ViewWidget[DecisionView]):
    """Two parts: the last decision, and the question in view. What it cannot hold is cut."""

    def lines(self, view: DecisionView, width: int, height: int) -> Sequence[Line]:
        free = height - len(view.question.message)
        asked = question_rows(view.question, width, _MOST)
        if len(asked) >= height:
            asked = question_rows(view.question, width, height - 1)
        rows = [self._last_line(view.last, width), *asked]
        return [*(rows[row] if row < len(rows) else [] for row in range(free)), *view.question.message]

    def _last_line(self, last: LastDecision, width: int) -> Line:
        if not last.said:
            return [(" last", "chrome.dim"), ("  nothing yet", "chrome.dim")]
        right: list[Run] = [(f"  {last.fate[0]}  ", last.fate[1])]
        for key, word in last.hints:
            right += [(f" {key}", "key"), (f" {word} ", "chrome.dim")]
        said = cut(last.said, max(width // 3, 20), self._signs.ellipsis)
        left: list[Run] = [(" last  ", "chrome.dim"), (said, "chrome.strong"), ("   ", "chrome")]
        return spread([*left, (last.title, "chrome.dim")], right, width, "chrome", self._signs.ellipsis)


def panel_height(views: Sequence[PanelView], width: int, height: int) -> int:
    """Return the lines of the panel on a screen of that size: what any of its questions needs, but leaving the trace
    room. It does not change from case to case.
    """
    needed = max((height_needed(replace(view, answers={}), width) for view in views), default=1)
    return max(_LEAST, min(1 + needed, _MOST, max(_ON_SMALL_SCREENS, height // 8)))
