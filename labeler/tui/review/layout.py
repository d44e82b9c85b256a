"""How the review screen's areas lie: what there is, and how much room each has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.app import ComposeResult

from labeler.tui.appearance import ScreenLook
from labeler.tui.document.view import DocumentView
from labeler.tui.review.field import LineField, TextField
from labeler.tui.review.question_panel import height_needed
from labeler.tui.review.span_tree import SpanList
from labeler.tui.review.worklist import WorklistView
from labeler.tui.review.worklist_rows import WorklistSource
from labeler.tui.widgets.finished_rows import Beside, Stacked
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.styled_text import cut

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_WORKLIST_FROM_WIDTH: Final = 100
"""Cells from which the worklist shows itself."""

_WORKLIST_WIDTH: Final = 32

_BEFORE_ABOUT: Final = 3
"""Cells of the rule before what it says."""


def areas(rows: WorklistSource, look: ScreenLook) -> ComposeResult:
    """Everything on the screen, from top to bottom."""
    palette, signs = look.palette, look.signs
    yield LineWidget(palette, signs, id="status")
    yield LineWidget(palette, signs, id="rule-top")
    with Beside(id="middle"):
        yield WorklistView(rows, palette, signs, id="worklist")
        yield LineWidget(palette, signs, id="worklist-edge")
        with Stacked(id="document-side"):
            yield LineWidget(palette, signs, id="header")
            with Beside(id="reading"):
                yield DocumentView(palette, signs, id="document")
                yield SpanList(look, id="spans")
                yield LineWidget(palette, signs, id="documents-edge")
                yield DocumentView(palette, signs, id="documents")
    yield LineWidget(palette, signs, id="rule-bottom")
    with Stacked(id="bottom"):
        yield LineWidget(palette, signs, id="panel")
        yield TextField(id="text-field")
    yield LineWidget(palette, signs, id="key-line")
    yield LineField(id="line-field")


class Layout:
    """Keeps the areas as wide and high as the terminal and the questions ask for."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self._worklist_wanted: bool | None = None
        self.panel_rows = 3
        """Lines of the panel, the one that tells what happened last included."""

    def toggle_worklist(self) -> None:
        """Show or hide the worklist, whatever the width; what the width would do is left to it from now on."""
        wanted = not self._worklist_shown
        self._worklist_wanted = None if wanted == self._has_room_for_worklist else wanted
        self.lay_out()

    def lay_out(self) -> None:
        """Give the areas their room."""
        screen, shown, signs = self._screen, self._worklist_shown, self._screen.look.signs
        screen.views.resized()
        screen.query_one("#worklist").display = shown
        screen.query_one("#worklist-edge").display = shown
        self.panel_rows = self._panel_height()
        screen.query_one("#bottom").styles.height = self.panel_rows
        self._rule("#rule-top", signs.joint_down, "")
        edge: list[list[tuple[str, str]]] = [[(signs.vertical, "rule")]] * screen.size.height
        for name in ("#worklist-edge", "#documents-edge"):
            screen.query_one(name, LineWidget).set_lines(edge)

    def paint_rule(self, about: str) -> None:
        """Paint the rule over the panel, with what the questions are about, unless that is the trace."""
        self._rule("#rule-bottom", self._screen.look.signs.joint_up, about)

    def _rule(self, name: str, joint: str, about: str) -> None:
        screen, signs = self._screen, self._screen.look.signs
        width, left = screen.size.width, _WORKLIST_WIDTH if self._worklist_shown else 0
        rule = signs.horizontal * left + (joint if left else "") + signs.horizontal * width
        label = f" {cut(about, max(width - 2 * _BEFORE_ABOUT, 1), signs.ellipsis)} " if about else ""
        after = rule[_BEFORE_ABOUT + cell_len(label) : width]
        line = [(rule[:_BEFORE_ABOUT], "rule"), (label, "warning"), (after, "rule")]
        screen.query_one(name, LineWidget).set_lines([line])

    @property
    def _worklist_shown(self) -> bool:
        return self._has_room_for_worklist if self._worklist_wanted is None else self._worklist_wanted

    @property
    def _has_room_for_worklist(self) -> bool:
        return self._screen.size.width >= _WORKLIST_FROM_WIDTH

    def _panel_height(self) -> int:
        """Lines of the panel: what the questions need unanswered, at most a third of the screen.

        It hangs on nothing that differs from item to item, so the document's edge never moves within a review.
        """
        screen = self._screen
        if not screen.desk.state.questions:
            return 3
        bare = replace(screen.panel_view(), answers={}, judges={})
        return max(3, min(1 + height_needed(bare, screen.size.width), screen.size.height // 3))
