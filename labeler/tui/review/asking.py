"""Fields at work: opened with what is known, kept as drafts while typed, answered or left."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported
from textual.timer import Timer

from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Question
from labeler.domain.value import UnusableValue
from labeler.reading.sanitise import one_line
from labeler.review import action as act
from labeler.review.answer_values import allowed, parse_number
from labeler.review.answers import find_question
from labeler.review.decision import FieldKind, FieldRequest
from labeler.tui.actions import Action, Context
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.review.external_editor import EditorFailed, edit
from labeler.tui.review.field import LineField, TextField
from labeler.tui.widgets.styled_text import cut

if TYPE_CHECKING:
    from labeler.tui.review.commands import Commands
    from labeler.tui.review.screen import ReviewScreen

_SEVERAL_LINES = frozenset({FieldKind.COMMENT, FieldKind.COMMENT_AFTER, FieldKind.THUMB_COMMENT, FieldKind.TEXT})
_COMMENTS = frozenset({FieldKind.COMMENT, FieldKind.COMMENT_AFTER, FieldKind.THUMB_COMMENT})
_ITEM_NUMBER = re.compile("[0-9]{1,9}")
_DRAFT_AFTER_S = 0.5

_HINT = "{field.save} saves · {field.new_line} new line · {field.leave} keeps a draft"
_LINE_HINTS = {
    FieldKind.NUMBER: "{field.save} answers · {field.leave} leaves",
    FieldKind.DECLINE: "{field.save} declines · {field.leave} leaves",
    FieldKind.FLAG: "{field.save} flags · {field.leave} leaves",
}


class Asking:
    """The open field of a review screen, if there is one."""

    def __init__(self, screen: ReviewScreen, commands: Commands) -> None:
        self._screen = screen
        self._commands = commands
        self._ask: FieldRequest | None = None
        self._trace_id = ""
        self._span_id: str | None = None
        self._plain: Callable[[str], object] | None = None
        self._draft_timer: Timer | None = None
        self._typed_so_far = ""

    def open(self, ask: FieldRequest) -> None:
        """Open the field that `ask` wants, with the draft left there earlier or the text it brings."""
        screen = self._screen
        self._trace_id, self._span_id = screen.desk.state.subject
        self._ask = ask
        text = self._typed_so_far = self._draft(ask) or ask.text
        if ask.field in _SEVERAL_LINES:
            screen.query_one("#panel").display = False
            screen.query_one(TextField).open(self._title(ask), text)
            screen.say(screen.keymap.spelled(_HINT), "chrome")
        else:
            self._open_line(self._title(ask), text, _LINE_HINTS[ask.field])

    async def search(self) -> None:
        self._plain = self._run_search
        self._open_line("/", "", "{field.save} searches · {field.leave} leaves")

    async def command(self) -> None:
        self._plain = self._run_command
        hint = "{field.complete} completes · {field.save} runs · {field.leave} leaves"
        self._open_line(":", "", hint, self._command_words())

    async def in_editor(self, ask: FieldRequest) -> None:
        """The same as a field, in $EDITOR."""
        screen = self._screen
        self._trace_id, self._span_id = screen.desk.state.subject
        before = self._draft(ask) or ask.text
        failed: EditorFailed | None = None
        try:
            with screen.app.suspend():  # an error that left this block would leave the terminal with the editor
                try:
                    text = edit(before)
                except EditorFailed as error:
                    failed, text = error, error.text
        except SuspendNotSupported:
            screen.say("This terminal cannot be lent to an editor; the same key in lower case writes here", "warning")
            return
        if failed is not None:
            self._keep(ask, text)
            screen.paint_rows((screen.desk.state.position,))
            screen.say(str(failed), "warning")
            return
        screen.refresh()
        self._ask = ask
        await self.typed(text.rstrip("\n"))

    async def typed(self, text: str) -> None:
        """Enter was pressed. What cannot be taken stays in the field, with the reason."""
        if self._plain is not None:
            plain, self._plain = self._plain, None
            self._close()
            outcome = plain(text)
            if asyncio.iscoroutine(outcome):
                await outcome
            return
        ask = self._ask
        if ask is None:
            return
        try:
            action = self._action(ask, text)
        except UnusableValue as error:
            self._screen.query_one(LineField).go_on()
            self._screen.say(one_line(str(error), 200), "warning")
            return
        self._close()
        taken = await self._commands.act(action)
        self._keep(ask, "" if taken else text)
        if not taken and self._draft(ask):
            self._screen.say(f"{self._screen.notice} · kept as a draft", "warning")

    async def left(self, text: str) -> None:
        """Esc was pressed: the text is kept as a draft."""
        ask = self._ask
        plain, self._plain = self._plain, None
        self._close()
        if plain is not None or ask is None:
            return
        self._keep(ask, text)
        if ask.field is FieldKind.COMMENT_AFTER:
            await self._commands.act(act.Proceed())
        elif self._draft(ask):
            self._screen.say("kept as a draft")
        self._screen.paint_rows((self._screen.desk.state.position,))

    async def leave(self) -> bool:
        """As Esc in whichever field is open; tells whether one was."""
        field = self._field
        if field is not None:
            await self.left(field.text)
        return field is not None

    async def typed_ahead(self, pressed: Pressed) -> None:
        """A key that was pressed after the one that opened the field, before the field could hear it."""
        field = self._field
        if field is None:
            return
        action = self._screen.keymap.action(Context.FIELD, pressed.key)
        if action is None:
            field.type(pressed.character)
        elif action.id == "field.save":
            self._screen.pressing.heard(pressed)
            await self.typed(field.text)
        elif action.id == "field.leave":
            await self.left(field.text)

    def type(self, text: str) -> bool:
        """Put text into the open field; tells whether there is one."""
        field = self._field
        if field is not None:
            field.type(text)
        return field is not None

    @property
    def is_open(self) -> bool:
        return self._field is not None

    @property
    def _field(self) -> TextField | LineField | None:
        """The open field."""
        fields = (self._screen.query_one(TextField), self._screen.query_one(LineField))
        return next((field for field in fields if field.display), None)

    def typing(self, text: str) -> None:
        """The text changed: it is journaled as a draft within a second."""
        if self._ask is None:
            return
        self._typed_so_far = text
        if self._draft_timer is None:
            self._draft_timer = self._screen.set_timer(_DRAFT_AFTER_S, self._keep_so_far)

    def keep_what_is_typed(self) -> None:
        """Keep the draft of a field that is still open: the screen ends."""
        if self._ask is not None:
            self._keep(self._ask, self._typed_so_far)

    def _keep_so_far(self) -> None:
        self._draft_timer = None
        self.keep_what_is_typed()
        self._screen.paint_rows((self._screen.desk.state.position,))

    def _keep(self, ask: FieldRequest, text: str) -> None:
        """Keep what differs from what the field brought. A half number is none: its first digit opens the field."""
        if ask.field is not FieldKind.NUMBER:
            self._screen.desk.drafts.save(self._trace_id, self._slot(ask), text if text != ask.text else "")

    def _draft(self, ask: FieldRequest) -> str:
        return self._screen.desk.drafts.of(self._trace_id, self._slot(ask))

    def _slot(self, ask: FieldRequest) -> str:
        """What a draft is kept under. A comment is the same comment, whichever key opened it."""
        about = f"@{self._span_id}" if self._span_id and ask.question else ""
        return f"{FieldKind.COMMENT if ask.field in _COMMENTS else ask.field}:{ask.question}{about}"

    def _open_line(self, title: str, text: str, hint: str, words: tuple[str, ...] = ()) -> None:
        self._screen.query_one("#key-line").display = False
        self._screen.query_one(LineField).open(title, text, self._screen.keymap.spelled(hint), words)

    def _close(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        self._ask = None
        screen = self._screen
        screen.query_one(LineField).close()
        screen.query_one(TextField).close()
        screen.query_one("#panel").display = True
        screen.query_one("#key-line").display = True
        screen.say("")

    def _action(self, ask: FieldRequest, text: str) -> act.Action:
        match ask.field:
            case FieldKind.COMMENT | FieldKind.COMMENT_AFTER:
                return act.Comment(ask.question, text)
            case FieldKind.THUMB_COMMENT:
                return act.SetAnswer(ask.question, ask.positive, text.strip())
            case FieldKind.TEXT:
                return act.SetAnswer(ask.question, text)
            case FieldKind.NUMBER:
                return act.SetAnswer(ask.question, parse_number(self._question(ask), text))
            case FieldKind.DECLINE:
                return act.Decline(text)
            case FieldKind.FLAG:
                return act.SetFlag(text)

    def _question(self, ask: FieldRequest) -> Question:
        return find_question(self._screen.desk.state, ask.question)[1]

    def _title(self, ask: FieldRequest) -> str:
        name = cut(one_line(self._screen.shown_text(ask.question), 60), 40)
        if span := self._screen.aiming.name:
            name = f"{name} about span {cut(span, 32)}"
        match ask.field:
            case FieldKind.COMMENT | FieldKind.COMMENT_AFTER:
                return f"comment on {name}"
            case FieldKind.THUMB_COMMENT:
                return f"{'thumbs up' if ask.positive else 'thumbs down'} on {name}, with a comment"
            case FieldKind.TEXT:
                return name
            case FieldKind.NUMBER:
                return f"{name} ({allowed(self._question(ask))}):"
            case FieldKind.DECLINE:
                scope = "the whole queue" if self._screen.desk.state.rules.for_queue else "this review"
                return f"decline for {scope}, because:"
            case FieldKind.FLAG:
                return "flag, note:"

    # Search and command line

    def _run_search(self, text: str) -> None:
        screen = self._screen
        if not text:
            screen.end_search()
            return
        count = screen.views.search(text)
        screen.paint_chrome()
        if not count:
            screen.say(f"“{one_line(text, 40)}” is not in this trace", "warning")

    async def _run_command(self, text: str) -> None:
        screen, name = self._screen, text.strip()
        word, _, rest = name.partition(" ")
        if not name:
            return
        if _ITEM_NUMBER.fullmatch(name):
            await self._commands.act(act.GoTo(int(name)))
        elif name == "$":
            await self._commands.act(act.Go(act.Where.LAST))
        elif name == "refresh":
            screen.desk.refresh()
            away = screen.desk.connection is not ConnectionStatus.ONLINE
            screen.say("new traces come when the backend is back" if away else "looking for new traces")
        elif word == "theme" and rest:
            screen.say(screen.choose_theme(rest.strip()))
        else:
            match = [action for action in self._typeable() if name in (action.id, action.id.partition(".")[2])]
            if len(match) == 1:
                await screen.pressing.command(match[0])
            else:
                screen.say(
                    f"There is no command “{one_line(name, 24)}”; a number, $, refresh, theme NAME, or an action",
                    "warning",
                )

    def _command_words(self) -> tuple[str, ...]:
        return ("refresh", "theme ", "$", *(action.id for action in self._typeable()))

    def _typeable(self) -> list[Action]:
        """Actions that may be given on the command line."""
        return [action for action in self._screen.keymap.actions if action.can_be_typed]
