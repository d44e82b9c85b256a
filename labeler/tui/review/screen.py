"""The review screen: hears keys, its widgets and the desk, and has what changed shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import SuspendNotSupported
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
from labeler.domain.value import UnusableValue
from labeler.reading.sanitise import one_line
from labeler.review.action import GoTo, Proceed
from labeler.review.decision import FieldKind, FieldRequest, Refusal
from labeler.tui.actions import Action, Context, OnScreen
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import key_name, pressed
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap
from labeler.tui.media import MediaSettings
from labeler.tui.outbox.screen import OutboxScreen
from labeler.tui.review import open_views, view_models
from labeler.tui.review.aiming import Aiming
from labeler.tui.review.answer_field import AnswerField
from labeler.tui.review.commands import Commands
from labeler.tui.review.copy import Copying
from labeler.tui.review.display import ReviewDisplay
from labeler.tui.review.external_editor import EditorFailed, edit
from labeler.tui.review.open_field import OpenField
from labeler.tui.review.open_media import Opening
from labeler.tui.review.pressing import Pressing
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.review.worklist import RowPicked
from labeler.tui.widgets.confirm import Confirm
from labeler.tui.widgets.prompt import Prompt

_LOOK_ELSEWHERE_S = 2.0
"""Seconds after which something that another process delivered is on the screen."""


class ReviewScreen(ReviewDisplay):
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
        super().__init__(desk, keymap, look)
        self.choose_theme = choose_theme
        self._asked: OpenField | None = None
        self.copying = Copying(self, media.folder)
        self.opening = Opening(self, media)
        self.aiming = Aiming(self)
        self._commands = Commands(self)
        self.pressing = Pressing(self, self._commands, keymap, guard_ms)

    def on_mount(self) -> None:
        self.desk.on_event = self._announce
        self.lay_out()
        self.paint_all()
        self.set_interval(_LOOK_ELSEWHERE_S, self.desk.deliveries.look_elsewhere)

    def on_unmount(self) -> None:
        self.opening.close()
        self._keep_draft()

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one action, in the order in which they were pressed; in an open field, one letter."""
        if self.focused is None:
            event.stop()
            event.prevent_default()
            await self.pressing.press(pressed(event))
        elif (field := self.open_field) is not None and self._is_typed(event):
            event.stop()
            event.prevent_default()
            if (told := field.hear(pressed(event))) is not None:
                await self._field_told(told)

    def _is_typed(self, event: events.Key) -> bool:
        """Whether a key types something in a field, or does something there."""
        return event.is_printable or self.keymap.action(Context.FIELD, key_name(event)) is not None

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted outside a field answers nothing; pasted before an open field could hear it, it goes there."""
        event.stop()
        self.pasted(event.text)

    def pasted(self, text: str) -> None:
        """Put pasted text into the open field, or say that it is dropped."""
        if not self.typed_unseen(text):
            self.warn(dropped_paste(text))

    def typed_unseen(self, text: str) -> bool:
        """Put what was typed below the sign of a terminal too small into the open field; tells whether there is one."""
        field = self.open_field
        if field is not None:
            field.type(text)
        return field is not None

    async def leave_field(self) -> bool:
        """Leave the open field, menu, search, aim or view as Esc would; tells whether there was one."""
        if (field := self.open_field) is not None:
            await self._cancelled(field.text)
            return True
        if self.end_question() or self.copying.leave():
            return True
        if self.search is not None:
            self.end_search()
            return True
        return await self.aiming.end() or self.close_view()

    def stands_against(self, action: Action) -> bool:
        nothing_folds = action.run == OnScreen("fold") and not self.views.in_front.has_folds
        return nothing_folds or bool(self.pressing.why_not(action))

    def trace_moved(self) -> None:
        self.pressing.moved()

    def trace_painted(self) -> None:
        self.pressing.painted()

    @on(Confirm.Confirmed)
    async def _confirmed(self, message: Confirm.Confirmed) -> None:
        await message.then()

    # Acting

    def carried_out(self, outcome: Done | Refusal) -> bool:
        """Show what an action came to; tells whether it was carried out."""
        if isinstance(outcome, Refusal):
            self.warn(self.keymap.spelled(outcome.says))
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
            self._ask(decision.ask)
        return True

    @on(RowPicked)
    async def _picked(self, message: RowPicked) -> None:
        await self.leave_field()
        self.carried_out(await self.desk.act(GoTo(message.index + 1)))

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
        self.paint_header()

    @on(TracePane.SpanSelected)
    async def _span_selected(self) -> None:
        self.paint_header()
        await self.aiming.follow()

    @on(TracePane.MediaChosen)
    def _media_chosen(self, message: TracePane.MediaChosen) -> None:
        self.opening.open(message.trace_id, message.block)

    # Fields

    @property
    def is_asking(self) -> bool:
        """Whether a field is open."""
        return self.open_field is not None

    def ask_search(self) -> None:
        """Ask what to search for in the trace."""
        self._prompt.ask_search(self.keymap.spelled("{field.save} searches · {field.leave} leaves"))
        self.arrange_bottom()

    def ask_command(self, words: Sequence[str]) -> None:
        """Ask for a command, completed from `words`."""
        hint = "{field.complete} completes · {field.save} runs · {field.leave} leaves"
        self._prompt.ask_command(self.keymap.spelled(hint), words)
        self.arrange_bottom()

    async def ask_in_editor(self, request: FieldRequest) -> None:
        """Ask what a field would, in $EDITOR."""
        asked = OpenField.asked(self.desk, request)
        failed: EditorFailed | None = None
        try:
            with self.app.suspend():  # an error that left this block would leave the terminal with the editor
                try:
                    text = edit(asked.text(self.desk.drafts))
                except EditorFailed as error:
                    failed, text = error, error.text
        except SuspendNotSupported:
            self.warn("This terminal cannot be lent to an editor; the same key in lower case writes here")
            return
        if failed is not None:
            asked.keep(self.desk.drafts, text)
            self.paint_rows((self.desk.state.position,))
            self.warn(str(failed))
            return
        self.refresh()
        self._asked = asked
        await self._submitted(text.rstrip("\n"))

    def _ask(self, request: FieldRequest) -> None:
        """Open the field that is asked for."""
        self._asked = OpenField.asked(self.desk, request)
        view = self._asked.view(self.desk, self.keymap, self.shown_text(request.question))
        self._answer_field.open(view)
        self.arrange_bottom()
        if view.has_several_lines:
            self.say(view.hint, "chrome")

    @on(AnswerField.Submitted)
    @on(AnswerField.Cancelled)
    @on(Prompt.SearchEntered)
    @on(Prompt.CommandEntered)
    @on(Prompt.Cancelled)
    async def _field_told(self, message: Message) -> None:
        """What became of the open field, told by itself or by a key that came before it could hear it."""
        if isinstance(message, AnswerField.Cancelled | Prompt.Cancelled):
            await self._cancelled(message.text)
        elif isinstance(message, AnswerField.Submitted):
            self.pressing.heard(message.pressed)
            await self._submitted(message.text)
        elif isinstance(message, Prompt.SearchEntered):
            self.pressing.heard(message.pressed)
            self._close_field()
            self._search(message.text)
        elif isinstance(message, Prompt.CommandEntered):
            self.pressing.heard(message.pressed)
            self._close_field()
            await self._commands.run_command(message.text)

    @on(AnswerField.DraftChanged)
    def _draft_changed(self, message: AnswerField.DraftChanged) -> None:
        if message.text == self._answer_field.draft:
            self._keep_draft()
            self.paint_rows((self.desk.state.position,))

    async def _submitted(self, text: str) -> None:
        """Take a text for what was asked. What cannot be taken stays in the field, with the reason."""
        asked = self._asked
        if asked is None:
            return
        try:
            action = asked.action(text)
        except UnusableValue as error:
            self._answer_field.go_on()
            self.warn(one_line(str(error), 200))
            return
        self._close_field()
        was_taken = self.carried_out(await self.desk.act(action))
        if asked.keep(self.desk.drafts, "" if was_taken else text) and not was_taken:
            self.warn(f"{self.notice} · kept as a draft")

    async def _cancelled(self, text: str) -> None:
        """The open field was left: what stands in it is kept as a draft."""
        asked = self._asked
        self._close_field()
        if asked is None:
            return
        is_kept = asked.keep(self.desk.drafts, text)
        if asked.request.field is FieldKind.COMMENT_AFTER:
            self.carried_out(await self.desk.act(Proceed()))
        elif is_kept:
            self.say("kept as a draft")
        self.paint_rows((self.desk.state.position,))

    def _search(self, text: str) -> None:
        if not text:
            self.end_search()
            return
        count = self.views.search(text)
        self.paint_chrome()
        if not count:
            self.warn(f"“{one_line(text, 40)}” is not in this trace")

    def _keep_draft(self) -> None:
        """Keep what stands in the field that is open, if one is."""
        if self._asked is not None:
            self._asked.keep(self.desk.drafts, self._answer_field.draft)

    def _close_field(self) -> None:
        self._asked = None
        self._answer_field.close()
        self._prompt.close()
        self.arrange_bottom()
        self.say("")

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
                self.paint_header()
                self.run_worker(open_views.update_session(self.desk, self.views, trace_id))
            case Notice(says):
                self.warn(says)
            case StatusChanged():
                self.paint_chrome()
                self.run_worker(open_views.update_facts(self.desk, self.views), group="facts")
