"""The areas of the adjudication screen: which widgets it is composed of, and how much room each has."""

from __future__ import annotations

from textual.app import ComposeResult

from labeler.tui.adjudication.decision_panel import DecisionPanel
from labeler.tui.adjudication.votes import BESIDE_FROM_WIDTH, STACKED_ROWS, StackedVotes, Votes, VotesView, votes_width
from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.review.reading_screen import ReadingScreen
from labeler.tui.widgets.dividers import Divider, DividerView, Edge
from labeler.tui.widgets.finished_rows import Beside, Stacked
from labeler.tui.widgets.key_line import KeyLine


class AdjudicationAreas(ReadingScreen):
    """Composes the widgets and lays them out. Who inherits gives each its value."""

    CSS_PATH = "screen.tcss"

    def __init__(self, look: ScreenLook, keymap: Keymap, guard_ms: int) -> None:
        super().__init__(look, keymap, guard_ms)
        self._status = KeyLine(look, id="adjudication-status")
        self._rule_top, self._rule_bottom = Divider(look, id="rule-top"), Divider(look, id="rule-bottom")
        self._votes_edge = Edge(look, id="votes-edge")
        self._votes, self._votes_below = Votes(look, id="votes"), StackedVotes(look, id="votes-below")
        self._panel = DecisionPanel(look, id="decision")

    def compose(self) -> ComposeResult:
        yield self._status
        yield self._rule_top
        with Beside(id="middle"):
            with Stacked(id="document-side"):
                yield self._header
                yield self.views
            yield self._votes_edge
            yield self._votes
        yield self._rule_bottom
        yield self._votes_below
        with self._bottom:
            yield self._panel
            yield self._answer_field
            yield self._key_line
            yield self._prompt

    def give_room(self, panel_rows: int) -> None:
        """Give the areas their room: the votes stand beside the document where there is enough, else below it."""
        width = self.size.width
        has_room_beside = width >= BESIDE_FROM_WIDTH
        self._votes.display = self._votes_edge.display = has_room_beside
        self._votes.styles.width = votes_width(width)
        self._votes_below.display = not has_room_beside
        self._votes_below.styles.height = STACKED_ROWS
        self._bottom.styles.height = panel_rows + 1
        joint_at = width - votes_width(width) - 1 if has_room_beside else 0
        signs = self.look.signs
        self._rule_top.view = DividerView(joint_at, signs.joint_down)
        self._rule_bottom.view = DividerView(joint_at, signs.joint_up)

    def show_votes(self, view: VotesView) -> None:
        """Show what people said."""
        self._votes.view = self._votes_below.view = view

    def arrange_bottom(self) -> None:
        field = self._answer_field
        self._panel.display = not field.has_several_lines
        self._key_line.display = field.has_several_lines or self.open_field is None
