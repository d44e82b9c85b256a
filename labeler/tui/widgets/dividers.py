"""Rules between the areas of a screen: across it, with words in them, and down it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.tui.appearance import ScreenLook
from labeler.tui.widgets.line_widget import LineWidget, ViewWidget
from labeler.tui.widgets.styled_text import Line, cut

_BEFORE_WORDS: Final = 3
"""Cells of a rule before what it says."""


@dataclass(frozen=True, slots=True)
class DividerView:
    """A rule across a screen: the sign in the cell `joint_at` where it meets one down it (0: none), and its words."""

    joint_at: int = 0
    joint: str = ""
    words: str = ""


class Divider(ViewWidget[DividerView]):
    """A rule across a screen."""

    def lines(self, view: DividerView, width: int, height: int) -> Sequence[Line]:
        across, left = self._signs.horizontal, view.joint_at
        rule = across * left + (view.joint if left else "") + across * width
        if not view.words:
            return [[(rule[:width], "rule")]]
        room = max(width - 2 * _BEFORE_WORDS, 1)
        words = f" {cut(view.words, room, self._signs.ellipsis)} "
        after = rule[_BEFORE_WORDS + cell_len(words) : width]
        return [[(rule[:_BEFORE_WORDS], "rule"), (words, "warning"), (after, "rule")]]


class Edge(LineWidget):
    """A rule down a screen, one cell wide."""

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(look.palette, look.signs, id=id)
        self._sign = look.signs.vertical

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(self._sign, self.palette.style(self.base_role, "rule"))], 1)
