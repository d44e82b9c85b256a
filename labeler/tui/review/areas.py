"""The areas of the review screen: which widgets it is composed of, and how much room each has."""

from __future__ import annotations

from abc import abstractmethod

from textual.app import ComposeResult

from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.review.layout import WorklistDisplay, panel_rows, worklist_width
from labeler.tui.review.question_panel import PanelView, QuestionPanel
from labeler.tui.review.reading_screen import ReadingScreen
from labeler.tui.review.status_line import StatusLine
from labeler.tui.review.worklist import WorklistView
from labeler.tui.review.worklist_rows import WorklistSource
from labeler.tui.widgets.confirm import Confirm
from labeler.tui.widgets.dividers import Divider, DividerView, Edge
from labeler.tui.widgets.finished_rows import Beside, FinishedRows, Stacked
from labeler.tui.widgets.key_menu import KeyMenu, KeyMenuView
from labeler.tui.widgets.snippets import Snippets


class ReviewAreas(ReadingScreen):
    """Composes the widgets and lays them out. It knows no review: who inherits gives each widget its value."""

    CSS_PATH = "screen.tcss"

    def __init__(self, rows: WorklistSource, look: ScreenLook, keymap: Keymap, guard_ms: int) -> None:
        super().__init__(look, keymap, guard_ms)
        self._status = StatusLine(look, id="status")
        self._rule_top, self._rule_bottom = Divider(look, id="rule-top"), Divider(look, id="rule-bottom")
        self._worklist = WorklistView(rows, look.palette, look.signs, id="worklist")
        self._worklist_edge = Edge(look, id="worklist-edge")
        self._worklist_display = WorklistDisplay()
        self._panel = QuestionPanel(look, id="panel")
        self._panel_rows = 0
        self._menu = KeyMenu(look, id="menu")
        self.confirm = Confirm(keymap, look, id="confirm")

    def compose(self) -> ComposeResult:
        yield self._status
        yield self._rule_top
        with Beside(id="middle"):
            yield self._worklist
            yield self._worklist_edge
            with Stacked(id="document-side"):
                yield self._header
                yield self.views
        yield self._rule_bottom
        with self._bottom:
            yield self._panel
            yield self._menu
            yield self._answer_field
            yield self._key_line
            yield self.confirm
            yield self._prompt

    def restyle(self, look: ScreenLook) -> None:
        """Draw everything in another theme."""
        self.look = look
        for widget in self.query(FinishedRows):
            widget.palette = look.palette

    def give_room(self, panel: PanelView) -> None:
        """Give the areas their room; the questions get what they need."""
        width, height = self.size
        self._worklist.display = self._worklist_edge.display = self._worklist_display.is_shown(width)
        self._panel_rows = panel_rows(panel, width, height)
        self._bottom.styles.height = self._panel_rows + 1
        self.arrange_middle()

    def arrange_middle(self) -> None:
        """Give the worklist the room that what is read leaves: less while documents stand beside the conversation."""
        self._worklist.styles.width = self._worklist_width
        self._rule_top.view = DividerView(self._joint_at, self.look.signs.joint_down)

    def name_target(self, span_name: str) -> None:
        """Say over the questions which span they are about; nothing where they are about the trace."""
        words = f"about span {span_name}" if span_name else ""
        self._rule_bottom.view = DividerView(self._joint_at, self.look.signs.joint_up, words)

    def offer_snippets(self, snippets: Snippets) -> None:
        """Have these texts put in place of their names, in fields of several lines."""
        self._answer_field.offer_snippets(snippets)

    @property
    @abstractmethod
    def notice(self) -> str:
        """The sentence in place of the key line, or the empty string."""

    def arrange_bottom(self) -> None:
        """Have what is typed stand in place of the questions, or of the keys, and a question back in place of the keys.

        A sentence that is said covers the question back.
        """
        field = self._answer_field
        self._menu.display = self._menu.is_open
        self._panel.display = not field.has_several_lines and not self._menu.is_open
        self.confirm.display = self.confirm.is_open and not self.notice
        has_line_free = field.has_several_lines or self.open_field is None
        self._key_line.display = has_line_free and not self.confirm.display and not self._menu.is_open

    def open_menu(self, view: KeyMenuView) -> None:
        """Show a menu in place of the questions and the keys, until the next key."""
        self._menu.view = view
        self.arrange_bottom()

    def close_menu(self) -> bool:
        """Close the menu; tells whether it was open."""
        was_open = self._menu.is_open
        self._menu.view = None
        if was_open:
            self.arrange_bottom()
        return was_open

    @property
    def _joint_at(self) -> int:
        """The cell of the rules where the worklist's edge meets them; 0 while it is hidden."""
        return self._worklist_width if self._worklist.display else 0

    @property
    def _worklist_width(self) -> int:
        return worklist_width(self.size.width, 2 if self.views.has_documents_beside else 1)

    @property
    def _message_rows(self) -> int:
        """How many lines a sentence may take: those of the panel and the key line, as far as they are displayed."""
        return self._panel.display * self._panel_rows + self._key_line.display
