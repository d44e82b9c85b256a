"""A screen on which a trace is read and answered by keys and typed texts: what reviewing and adjudicating share."""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.message import Message
from textual.screen import Screen

from labeler.tui.action_table import Context
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed, key_name, pressed, same_key
from labeler.tui.keyboard.pasting import dropped_paste
from labeler.tui.keymap import Keymap
from labeler.tui.review.answer_field import AnswerField
from labeler.tui.review.presses import Presses
from labeler.tui.review.trace_header import TraceHeader
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.finished_rows import Stacked
from labeler.tui.widgets.key_line import KeyLine
from labeler.tui.widgets.prompt import Prompt


class ReadingScreen(Screen[None]):
    """Hears keys one at a time, has texts typed, and has the trace read. Who inherits composes the widgets."""

    AUTO_FOCUS = ""
    BLANK = True

    def __init__(self, look: ScreenLook, keymap: Keymap, guard_ms: int) -> None:
        super().__init__()
        self.look = look
        self.keymap = keymap
        self.presses = Presses(keymap, guard_ms)
        self.views = TracePane(look, id="reading")
        self._header = TraceHeader(look, id="header")
        self._bottom = Stacked(id="bottom")
        self._key_line = KeyLine(look, id="key-line")
        self._answer_field = AnswerField(keymap, id="answer-field")
        self._prompt = Prompt(keymap, id="prompt")

    # What each screen provides

    @abstractmethod
    async def press(self, press: Pressed) -> None:
        """Do what a key does while no text is typed."""

    @abstractmethod
    async def field_told(self, message: Message) -> None:
        """Act on what became of the open field."""

    @abstractmethod
    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        """Put a sentence in place of the key line until the next key; an empty one brings the key line back."""

    @abstractmethod
    def arrange_bottom(self) -> None:
        """Have what is typed stand in place of the questions, or of the keys."""

    @abstractmethod
    async def leave(self) -> bool:
        """Leave the open field, search or view; tells whether there was one."""

    def warn(self, why_not: str) -> None:
        """Say why something was not done; nothing where it was."""
        if why_not:
            self.say(why_not, "warning")

    # Keys and texts

    async def hear(self, event: events.Key) -> None:
        """One key, one action, in the order in which they were pressed; in an open field, one letter."""
        if isinstance(self.app.screen, OverReview) and self.app.screen.focused is None:
            event.stop()
            event.prevent_default()
            self.app.screen.post_message(same_key(event))  # it came while that screen was being opened
            return
        await self.mount_forms()
        if self.focused is None:
            event.stop()
            event.prevent_default()
            await self.press(pressed(event))
        elif (field := self.open_field) is not None:
            event.stop()
            event.prevent_default()
            if not self._is_typed(event):
                await field.edit(event.key)
            elif (told := field.hear(pressed(event))) is not None:
                await self.field_told(told)

    def _is_typed(self, event: events.Key) -> bool:
        """Return whether a key types something in a field, or does something there."""
        return event.is_printable or self.keymap.action(Context.FIELD, key_name(event)) is not None

    async def mount_forms(self) -> None:
        """Mount what texts are typed in: a third of all widgets, none of which the first trace needs."""
        await self._answer_field.mount_forms()
        await self._prompt.mount_forms()

    @property
    def open_field(self) -> AnswerField | Prompt | None:
        """Where text is typed now, if it is."""
        return next((field for field in (self._answer_field, self._prompt) if field.is_open), None)

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

    # Named in the table of actions

    async def enter(self) -> None:
        """Open the selected span, or go to the message that was read from it."""
        self.warn(await self.views.enter())

    def close(self) -> bool:
        """Close what stands over the conversation or beside it; tells whether anything did."""
        was_open = self.views.back()
        if was_open:
            self.presses.closed()
        return was_open

    def go_answer(self) -> None:
        self.views.go_answer()

    def fold(self) -> None:
        self.warn(self.views.fold())

    def fold_all(self) -> None:
        self.warn(self.views.fold_all())

    def search(self) -> None:
        """Ask what to search for in the trace."""
        self._prompt.ask_search(self.keymap.spelled("{field.save} searches · {field.leave} leaves"))
        self.arrange_bottom()

    def help(self) -> None:
        """Show every key."""
        from labeler.tui.screens.help import HelpPage

        self.app.push_screen(HelpPage(self.keymap, self.look), self.overlay_closed)

    def overlay_closed(self, by: Pressed | None) -> None:
        """What stood over everything was closed, by this press."""
        self.presses.closed(by)

    def quit(self) -> None:
        """Leave, if the key was meant to."""
        if self.presses.may_leave():
            self.app.exit()
        else:
            self.say(self.keymap.spelled("{app.quit} again leaves"))
