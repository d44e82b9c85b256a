"""The review screen: lays the areas out, hears keys and the desk, and has what changed painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from labeler.desk.desk import Desk, Done
from labeler.desk.events import (
    DeskEvent,
    DocumentReady,
    ItemChanged,
    ItemsAdded,
    Notice,
    SessionChanged,
    StatusChanged,
)
from labeler.reading.sanitise import one_line
from labeler.review.action import GoTo
from labeler.review.decision import Refusal
from labeler.tui.appearance import ScreenLook
from labeler.tui.document.view import DocumentView, LineRangeChanged
from labeler.tui.keyboard.key_names import pressed
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap
from labeler.tui.media import MediaSettings
from labeler.tui.outbox.screen import OutboxScreen
from labeler.tui.review import view_models as paint
from labeler.tui.review.aiming import Aiming
from labeler.tui.review.commands import Commands
from labeler.tui.review.confirming import Confirming
from labeler.tui.review.copy import Copying
from labeler.tui.review.field import Left, Typed, Typing
from labeler.tui.review.item_document import Showing
from labeler.tui.review.layout import Layout, areas
from labeler.tui.review.leaving import Leaving
from labeler.tui.review.offering import keys_that_act
from labeler.tui.review.open_media import Opening
from labeler.tui.review.pressing import Pressing
from labeler.tui.review.question_panel import PanelView, question_rows
from labeler.tui.review.span_tree import SpanList
from labeler.tui.review.status_line import status_line
from labeler.tui.review.trace_header import HeaderView, header_line
from labeler.tui.review.trace_pane import Views
from labeler.tui.review.view_models import DeskRows
from labeler.tui.review.worklist import RowPicked, WorklistView
from labeler.tui.widgets.key_line import key_line, message_lines, search_line, view_line
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.styled_text import Line

_LOOK_ELSEWHERE_S = 2.0
"""Seconds after which something that another process delivered is on the screen."""


class ReviewScreen(Screen[None]):
    """The reviewer's place of work."""

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = ""
    BLANK = True

    @dataclass
    class Told(Message):
        """The desk announced something."""

        event: DeskEvent

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        look: ScreenLook,
        guard_ms: int,
        choose_theme: Callable[[str], str],
        media: MediaSettings,
    ) -> None:
        super().__init__()
        self.choose_theme = choose_theme
        self.desk = desk
        self.keymap = keymap
        self.look = look
        self.search: str | None = None
        self.views = Views(self)
        self.copying = Copying(self, media.folder)
        self.opening = Opening(self, media)
        self.confirming = Confirming(self)
        self.leaving = Leaving()
        self.aiming = Aiming(self)
        self._commands = Commands(self)
        self.pressing = Pressing(self, self._commands, guard_ms)
        self._rows = DeskRows(desk, look.signs)
        self._display = paint.display_texts(desk.state.questions)
        self._layout = Layout(self)
        self._showing = Showing(self)
        self._notice: tuple[str, str] | None = None
        self._panel: list[Line] = []
        self._acting = partial(keys_that_act, desk, self._why_not)

    def compose(self) -> ComposeResult:
        yield from areas(self._rows, self.look)

    def on_mount(self) -> None:
        self.desk.on_event = self._announce
        self._layout.lay_out()
        self.paint_all()
        self.set_interval(_LOOK_ELSEWHERE_S, self.desk.deliveries.look_elsewhere)

    def on_unmount(self) -> None:
        self.opening.close()
        self._commands.asking.keep_what_is_typed()

    def on_resize(self) -> None:
        self._layout.lay_out()
        self.call_after_refresh(self.paint_all)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one action, in the order in which they were pressed; in an open field, one letter."""
        if self.focused is None:
            event.stop()
            event.prevent_default()
            await self.pressing.press(pressed(event))
        elif event.is_printable or event.key in ("enter", "escape"):
            event.stop()
            event.prevent_default()
            await self._commands.asking.typed_ahead(pressed(event))

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted outside a field answers nothing; pasted before an open field could hear it, it goes there."""
        event.stop()
        self.pasted(event.text)

    def pasted(self, text: str) -> None:
        """Put pasted text into the open field, or say that it is dropped."""
        if not self._commands.asking.type(text):
            self.say(dropped_paste(text), "warning")

    def typed_unseen(self, text: str) -> None:
        """Put what was typed below the sign of a terminal too small into the open field, if there is one."""
        self._commands.asking.type(text)

    # Acting

    def carried_out(self, outcome: Done | Refusal) -> bool:
        """Show what an action came to; tells whether it was carried out."""
        if isinstance(outcome, Refusal):
            self.say(outcome.says, "warning")
            return False
        decision, changed = outcome.decision, outcome.changed
        self.say(decision.says)
        if changed.moved and not decision.says:
            self.say(paint.refusal(self.desk, self.keymap.first_key("outbox.open")), "error")
        if changed.moved:
            self.end_search()
            self.views.item_left()
        if decision.aim:
            self.views.go_to_span(decision.aim)
        self.paint_rows(changed.rows)
        self.paint_document()
        self.paint_chrome()
        if decision.ask is not None:
            self._commands.asking.open(decision.ask)
        return True

    @property
    def is_gone(self) -> bool:
        """Whether the screen is being taken down: work that ends now finds nothing left to paint."""
        return not (self.is_attached and self.display)

    @property
    def is_asking(self) -> bool:
        """Whether a field is open."""
        return self._commands.asking.is_open

    def shown_text(self, text: str) -> str:
        """The sanitised spelling of a question's text."""
        return self._display.get(text, text)

    @on(Typed)
    async def _typed(self, message: Typed) -> None:
        self.pressing.heard(message.pressed)
        await self._commands.asking.typed(message.text)

    @on(Left)
    async def _left(self, message: Left) -> None:
        await self._commands.asking.left(message.text)

    @on(Typing)
    def _typing(self, message: Typing) -> None:
        self._commands.asking.typing(message.text)

    @property
    def notice(self) -> str:
        """The sentence in place of the key line, or the empty string."""
        return "" if self._notice is None else self._notice[0]

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        """Put a sentence in place of the key line until the next key, the keys of actions that it names filled in.

        An empty one brings the key line back.
        """
        notice = (self.keymap.spelled(sentence), role) if sentence else None
        if notice != self._notice:
            self._notice = notice
            self.paint_key_line()

    def end_search(self) -> None:
        if self.search is not None:
            self.search = None
            self.views.end_search()
            self.paint_chrome()

    async def leave_field(self) -> bool:
        """Leave the open field, menu, search, aim or view as Esc would; tells whether there was one."""
        if await self._commands.asking.leave() or self.confirming.leave() or self.copying.leave():
            return True
        if self.search is not None:
            self.end_search()
            return True
        return await self.aiming.end() or self.views.back()

    def relook(self, look: ScreenLook) -> None:
        """Draw everything in another theme."""
        self.look = look
        for widget in self.query(LineWidget):
            widget.palette = look.palette
        for view in self.query(DocumentView):
            view.palette = look.palette
        self.query_one(SpanList).look = look
        self.query_one(WorklistView).palette = look.palette
        self.paint_all()

    def toggle_worklist(self) -> None:
        self._layout.toggle_worklist()
        self.call_after_refresh(self.paint_all)

    # What the desk tells

    def _announce(self, event: DeskEvent) -> None:
        self.post_message(self.Told(event))

    @on(Told)
    def _hear(self, message: Told) -> None:
        if isinstance(self.app.screen, OutboxScreen):
            self.app.screen.stale()
        match message.event:
            case DocumentReady(trace_id):
                if self.desk.state.item is not None and trace_id == self.desk.state.item.trace_id:
                    self.paint_document()
                    self.paint_chrome()
                    self.views.fill_pane()
                self._showing.prepare_layout(trace_id)
            case ItemChanged(trace_id):
                index = self.desk.state.index_of.get(trace_id)
                if index is not None:
                    self.paint_rows((index,))
                self.paint_chrome()
            case ItemsAdded():
                self.query_one(WorklistView).rows_changed()
                self.paint_all()
            case SessionChanged(trace_id):
                self._paint_header()
                self.run_worker(self.views.session_changed(trace_id))
            case Notice(says):
                self.say(says, "warning")
            case StatusChanged():
                self.paint_chrome()
                self.views.fates_changed()

    @on(RowPicked)
    async def _picked(self, message: RowPicked) -> None:
        await self.leave_field()
        self.carried_out(await self.desk.act(GoTo(message.index + 1)))

    @on(SpanList.Picked)
    async def _span_picked(self) -> None:
        await self.views.enter()

    @on(SpanList.Moved)
    async def _span_moved(self) -> None:
        self._paint_header()
        await self.aiming.follow()

    @on(LineRangeChanged)
    def _line_range(self) -> None:
        self._paint_header()

    # Painting

    @property
    def document(self) -> DocumentView:
        """The conversation, or the document that stands in its place."""
        return self.query_one("#document", DocumentView)

    def paint_all(self) -> None:
        self.query_one(WorklistView).move_cursor(self.desk.state.position)
        self.paint_document()
        self.paint_chrome()

    def paint_rows(self, rows: tuple[int, ...]) -> None:
        worklist = self.query_one(WorklistView)
        for row in rows:
            worklist.row_changed(row)
        worklist.move_cursor(self.desk.state.position)

    def paint_document(self) -> None:
        self._showing.show_current()

    def paint_chrome(self) -> None:
        """Status, header, panel and key line; only lines that differ are painted."""
        width, signs = self.size.width, self.look.signs
        conditions: tuple[str, ...] = ("blind",) if self.desk.state.rules.blind else ()
        if self.search is not None:
            current, count = self.views.in_front.match_place()
            conditions = (*conditions, f"search “{one_line(self.search, 24)}” {current}/{count}")
        view = paint.status_view(self.desk, conditions)
        self.query_one("#status", LineWidget).set_lines([status_line(view, width, signs)])
        self._paint_header()
        about = self.aiming.name
        self._layout.paint_rule(f"about span {about}" if about else "")
        rows = question_rows(self.panel_view(), width, self._layout.panel_rows - 1)
        self._panel = [paint.last_change_line(self.desk, self.keymap, self._acting, width, signs), *rows]
        self.paint_key_line()

    def paint_key_line(self) -> None:
        """The keys, or what is said; what of a sentence the line cannot hold stands over the panel's last rows."""
        width, signs, rows = self.size.width, self.look.signs, self._layout.panel_rows
        panel, keys = self.query_one("#panel", LineWidget), self.query_one("#key-line", LineWidget)
        above: list[Line] = []
        line: Line = []
        if self._notice is not None:
            above = message_lines(*self._notice, width, panel.display * rows + keys.display, signs)
            line = above.pop() if keys.display else []
        elif self.search is not None:
            line = search_line(self.keymap, width, signs)
        elif self.views.is_open:
            line = view_line(self.keymap, self.views.hints, self._acting, width, signs)
        else:
            line = key_line(self.keymap, self._acting, width, signs)
        free = rows - len(above)
        under = [self._panel[row] if row < len(self._panel) else [] for row in range(free)]
        panel.set_lines([*under, *above])
        keys.set_lines([line])

    def _why_not(self, action_id: str) -> str:
        """Why what is on the screen stands against an action; empty when it does not."""
        if action_id == "view.fold" and not self.views.in_front.has_folds:
            return "Nothing here folds"
        return self.pressing.why_not(action_id)

    def _paint_header(self) -> None:
        item = self.desk.state.item
        prepared = self.desk.library.get(item.trace_id) if item else None
        header = self.query_one("#header", LineWidget)
        view = None
        if prepared is not None:
            turn = self.desk.sessions.turn_of(prepared.raw.summary.id)
            summary = replace(prepared.raw.summary, name=prepared.name)
            view = HeaderView(summary, prepared.models, turn, self.views.place)
        header.set_lines([header_line(view, header.size.width, self.look.signs)])

    def panel_view(self) -> PanelView:
        """What the panel is made from now."""
        return paint.panel_view(self.desk, self.keymap, self.look.signs, self._display)
