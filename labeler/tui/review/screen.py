"""The review screen: lays the areas out, hears keys and the desk, and has what changed painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from textual import events, on
from textual.message import Message

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
from labeler.tui.actions import Action, Context, OnScreen
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import key_name, pressed
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap
from labeler.tui.media import MediaSettings
from labeler.tui.outbox.screen import OutboxScreen
from labeler.tui.review import open_views, view_models
from labeler.tui.review.aiming import Aiming
from labeler.tui.review.areas import ReviewAreas
from labeler.tui.review.commands import Commands
from labeler.tui.review.confirming import Confirming
from labeler.tui.review.copy import Copying
from labeler.tui.review.field import Left, Typed, Typing
from labeler.tui.review.offering import keys_that_act
from labeler.tui.review.open_media import Opening
from labeler.tui.review.pressing import Pressing
from labeler.tui.review.question_panel import PanelView
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.review.worklist import RowPicked
from labeler.tui.widgets.key_line import key_line, message_lines, search_line, view_line
from labeler.tui.widgets.styled_text import Line

_LOOK_ELSEWHERE_S = 2.0
"""Seconds after which something that another process delivered is on the screen."""


class ReviewScreen(ReviewAreas):
    """The reviewer's place of work."""

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
        super().__init__(view_models.DeskRows(desk, look.signs), look, keymap)
        self.choose_theme = choose_theme
        self.desk = desk
        self.copying = Copying(self, media.folder)
        self.opening = Opening(self, media)
        self.confirming = Confirming(self)
        self.aiming = Aiming(self)
        self._commands = Commands(self)
        self.pressing = Pressing(self, self._commands, keymap, guard_ms)
        self._display = view_models.display_texts(desk.state.questions)
        self._expected: tuple[str, bool] | None = None
        self._notice: tuple[str, str] | None = None
        self._acting = partial(keys_that_act, desk, self._stands_against)

    def on_mount(self) -> None:
        self.desk.on_event = self._announce
        self._lay_out()
        self.paint_all()
        self.set_interval(_LOOK_ELSEWHERE_S, self.desk.deliveries.look_elsewhere)

    def on_unmount(self) -> None:
        self.opening.close()
        self._commands.asking.keep_what_is_typed()

    def on_resize(self) -> None:
        self._lay_out()
        self.call_after_refresh(self.paint_all)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one action, in the order in which they were pressed; in an open field, one letter."""
        if self.focused is None:
            event.stop()
            event.prevent_default()
            await self.pressing.press(pressed(event))
        elif event.is_printable or self.keymap.action(Context.FIELD, key_name(event)) is not None:
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
            self.say(self.keymap.spelled(outcome.says), "warning")
            return False
        decision, changed = outcome.decision, outcome.changed
        self.say(self.keymap.spelled(decision.says))
        if changed.moved and not decision.says:
            self.say(view_models.refusal(self.desk, self.keymap.first_key("outbox.open")), "error")
        self.paint_rows(changed.rows)
        self.paint_chrome()
        if decision.aim:
            self.views.go_to_span(decision.aim)
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
        """Put a sentence in place of the key line until the next key; an empty one brings the key line back."""
        notice = (sentence, role) if sentence else None
        if notice != self._notice:
            self._notice = notice
            self.paint_key_line()

    def warn(self, why_not: str) -> None:
        """Say why something was not done; nothing where it was."""
        if why_not:
            self.say(why_not, "warning")

    @property
    def search(self) -> str | None:
        """What is searched for in the trace; None while nothing is."""
        return self.views.searched

    def end_search(self) -> None:
        if self.search is not None:
            self.views.end_search()
            self.paint_chrome()

    async def leave_field(self) -> bool:
        """Leave the open field, menu, search, aim or view as Esc would; tells whether there was one."""
        if await self._commands.asking.leave() or self.confirming.leave() or self.copying.leave():
            return True
        if self.search is not None:
            self.end_search()
            return True
        return await self.aiming.end() or self.close_view()

    # Views of the trace

    async def toggle_view(self, action_id: str) -> None:
        """Open a view of the current trace, or close it when it is open."""
        self.warn(self.keymap.spelled(await open_views.toggle_view(self.desk, self.views, action_id)))

    async def enter_span(self) -> None:
        """Open the selected span, or go to the message that was read from it."""
        self.warn(await self.views.enter())

    def close_view(self) -> bool:
        """Close what stands over the conversation or beside it; tells whether anything did."""
        was_open = self.views.back()
        if was_open:
            self.pressing.closed()
        return was_open

    @on(TracePane.ViewChanged)
    def _view_changed(self) -> None:
        self.paint_chrome()

    @on(TracePane.PlaceChanged)
    def _place_changed(self) -> None:
        self._paint_header()

    @on(TracePane.SpanSelected)
    async def _span_selected(self) -> None:
        self._paint_header()
        await self.aiming.follow()

    @on(TracePane.MediaChosen)
    def _media_chosen(self, message: TracePane.MediaChosen) -> None:
        self.opening.open(message.trace_id, message.block)

    # Areas

    def toggle_worklist(self) -> None:
        self._worklist_display.toggle(self.size.width)
        self._lay_out()
        self.call_after_refresh(self.paint_all)

    def _lay_out(self) -> None:
        self.lay_out(self._panel_view())

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
                    self.paint_chrome()
                if (prepared := self.desk.library.get(trace_id)) is not None:
                    self.views.lay_out_ahead(prepared.document)
            case ItemChanged(trace_id):
                index = self.desk.state.index_of.get(trace_id)
                if index is not None:
                    self.paint_rows((index,))
                self.paint_chrome()
            case ItemsAdded():
                self._worklist.rows_changed()
                self.paint_all()
            case SessionChanged(trace_id):
                self._paint_header()
                self.run_worker(open_views.update_session(self.desk, self.views, trace_id))
            case Notice(says):
                self.say(says, "warning")
            case StatusChanged():
                self.paint_chrome()
                self.run_worker(open_views.update_facts(self.desk, self.views), group="facts")

    @on(RowPicked)
    async def _picked(self, message: RowPicked) -> None:
        await self.leave_field()
        self.carried_out(await self.desk.act(GoTo(message.index + 1)))

    # Painting

    def paint_all(self) -> None:
        self._worklist.move_cursor(self.desk.state.position)
        self.paint_chrome()

    def paint_rows(self, rows: tuple[int, ...]) -> None:
        for row in rows:
            self._worklist.row_changed(row)
        self._worklist.move_cursor(self.desk.state.position)

    def _paint_trace(self) -> None:
        """Show the current trace, or say why it is not here. Keys wait until it, or another one, is painted."""
        view = view_models.pane_view(self.desk, self.keymap)
        expected = view.trace_id, view.prepared is not None
        if expected != self._expected:
            self._expected = expected
            self.pressing.moved()
            self.call_after_refresh(self._painted, expected)
        self.views.show(view)
        open_views.read_beside(self.desk, self.views)

    def _painted(self, expected: tuple[str, bool]) -> None:
        trace_id, is_here = expected
        if expected == self._expected:
            self.pressing.painted()
            if is_here:
                self.desk.seen(trace_id)

    def paint_chrome(self) -> None:
        """Give every widget but the worklist its value anew; each paints what of it differs."""
        self._paint_trace()
        conditions: tuple[str, ...] = ("blind",) if self.desk.state.rules.blind else ()
        if self.search is not None:
            current, count = self.views.in_front.match_place()
            conditions = (*conditions, f"search “{one_line(self.search, 24)}” {current}/{count}")
        self._status.view = view_models.status_view(self.desk, conditions)
        self._paint_header()
        self.name_target(self.aiming.name)
        self._told = self._panel_view()
        self.paint_key_line()

    def paint_key_line(self) -> None:
        """The keys, or what is said; what of a sentence the line cannot hold stands over the panel's last rows."""
        width, signs = self.size.width, self.look.signs
        above: list[Line] = []
        line: Line = []
        if self._notice is not None:
            above = message_lines(*self._notice, width, self._message_rows, signs)
            line = above.pop() if self._key_line.display else []
        elif self.search is not None:
            line = search_line(self.keymap, width, signs)
        elif self.views.is_open:
            line = view_line(self.keymap, self.views.hints, self._acting, width, signs)
        else:
            line = key_line(self.keymap, self._acting, width, signs)
        self._panel.view = replace(self._told, message=above)
        self._key_line.view = line

    def _stands_against(self, action: Action) -> bool:
        """Whether what is on the screen stands against an action."""
        nothing_folds = action.run == OnScreen("fold") and not self.views.in_front.has_folds
        return nothing_folds or bool(self.pressing.why_not(action))

    def _paint_header(self) -> None:
        self._header.view = view_models.header_view(self.desk, self.views.place)

    def _panel_view(self) -> PanelView:
        return view_models.panel_view(self.desk, self.keymap, self._acting, self.look.signs, self._display)
