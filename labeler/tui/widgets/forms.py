"""Forms that people type in: an area of several lines under a title, or one line between its title and its keys.

A form says what became of it by the messages it was given. It posts them to the screen itself: there they come before
the keys that were pressed after it was left, which go up through all that is around the form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from labeler.dataclass import dataclass
from labeler.tui.action_table import Context
from labeler.tui.keyboard.key_names import Pressed, key_name, pressed
from labeler.tui.keymap import Keymap, shown_key
from labeler.tui.widgets.editing_keys import edit, hear_edit
from labeler.tui.widgets.snippets import FoundSnippet, Snippets, named_before, offer, unknown

_ROOM_TO_TYPE: Final = 32
"""Cells beside the title of a line, with what stands around it, from which its keys are shown too."""


_IDLE: Final = ("enter", "escape", "tab", "shift+tab")
"""Keys that do nothing in a form where the keymap gives them nothing to do, whatever Textual would."""

_INTERRUPT: Final = "ctrl+c"
"""Leaves a form whatever the keymap says."""


@dataclass(frozen=True, slots=True)
class FormMessages:
    """How a form tells that its text was taken, by which press, and that it was left with a text in it.

    `switched` tells that it is to be about something else, with the text in it; None where there is nothing else.
    """

    keymap: Keymap
    submitted: Callable[[str, Pressed], Message]
    cancelled: Callable[[str], Message]
    switched: Callable[[str], Message | None] = lambda text: None

    def action_id(self, key: str) -> str:
        """Return the action of fields that a key stands for; empty for a key that types or edits."""
        action = self.keymap.action(Context.FIELD, key)
        return "field.leave" if key == _INTERRUPT else action.id if action is not None else ""

    def told_by(self, press: Pressed, text: str) -> Message | None:
        """Return the message that a key stands for, about the text that stands in the form; None for any other key."""
        match self.action_id(press.key):
            case "field.save":
                return self.submitted(text, press)
            case "field.leave":
                return self.cancelled(text)
            case "field.complete":
                return self.switched(text)
            case _:
                return None


class _Area(TextArea):
    """A text area that is taken and left by keys. Once left, it lets keys pass to the screen."""

    open = False
    messages: FormMessages
    complete: Callable[[], None]

    async def _on_key(self, event: events.Key) -> None:
        if not self.open:
            event.prevent_default()
        elif (told := self.messages.told_by(pressed(event), self.text)) is not None:
            event.stop()
            event.prevent_default()
            self.open = False
            self.screen.post_message(told)
        elif self.messages.action_id(key_name(event)) == "field.new_line":
            event.stop()
            event.prevent_default()
            self.insert("\n")
        elif self.messages.action_id(key_name(event)) == "field.complete":
            event.stop()
            event.prevent_default()
            self.complete()  # at once: a message would come behind the letters that are on their way
        elif event.key in _IDLE:
            event.stop()
            event.prevent_default()
        elif not await hear_edit(self, event):
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        if self.open:
            event.stop()  # what reaches the screen was pasted into no field
            await super()._on_paste(event)
        event.prevent_default()


class AreaForm(Vertical):
    """An area of several lines under a title. The key that completes puts a snippet in place of its name."""

    DEFAULT_CSS = """
    AreaForm { display: none; height: 1fr; padding: 0 1; }
    AreaForm Static { height: 1; color: $look-chrome-dim; }
    AreaForm:nocolor TextArea .text-area--cursor { text-style: reverse; }
    AreaForm TextArea, AreaForm TextArea:focus { height: 1fr; border: none; padding: 0 1; background: $surface; }
    """

    def __init__(self, messages: FormMessages) -> None:
        super().__init__()
        self._title = Static("", markup=False)
        self._area = _Area(
            "", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", highlight_cursor_line=False
        )
        self._area.messages = messages
        self._area.complete = self.complete
        self._key = shown_key(messages.keymap.first_key("field.complete"))
        self._titled = ""
        self._said_of: str | None = None
        self.snippets: Snippets = {}

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._area

    def open(self, title: str, text: str) -> None:
        """Open it with a text, its end under the cursor."""
        self._titled, self._said_of = title, None
        self._title.update(title)
        self._area.load_text(text)
        self._area.move_cursor(self._area.document.end)
        self.display = self._area.open = True
        self.screen.set_focus(self._area)

    def go_on(self) -> None:
        """Stay open: what was typed could not be taken."""
        self._area.open = True

    def close(self) -> None:
        if self.display:
            self.display = False
            self.screen.set_focus(None)

    @property
    def text(self) -> str:
        return self._area.text

    def type(self, text: str) -> None:
        """Put a text where the cursor is."""
        self._area.insert(text)

    async def edit(self, key: str) -> None:
        """Do what a key edits, if it edits anything."""
        await edit(self._area, key)

    @property
    def names_snippet(self) -> bool:
        """Whether a snippet is named before the cursor."""
        found = self._before_cursor() if self.display else None
        return found is not None and found.name is not None

    def complete(self) -> None:
        """Put the snippet in whose name stands before the cursor, or say that there is none of that name."""
        found = self._before_cursor()
        if found is None or found.name is None:
            self._say(unknown(found, self.snippets))
            self._said_of = self.text
            return
        row, column = self._area.cursor_location
        self._area.replace(
            self.snippets[found.name], (row, found.start), (row, column), maintain_selection_offset=False
        )

    @on(TextArea.Changed)
    def _changed(self) -> None:
        if self.snippets and self.text != self._said_of:  # else it tells of what was typed before that was said
            found = self._before_cursor()
            self._say("" if found is None else offer(found, self.snippets, self._key))

    def _before_cursor(self) -> FoundSnippet | None:
        row, column = self._area.cursor_location
        return named_before(self._area.document.get_line(row)[:column], self.snippets)

    def _say(self, words: str) -> None:
        """Say something of snippets behind the title."""
        self._title.update(f"{self._titled}   {words}" if words else self._titled)


class _Line(Input):
    """A line that is taken and left by keys. Once left, it lets keys pass to the screen."""

    open = False
    messages: FormMessages

    async def _on_key(self, event: events.Key) -> None:
        if not self.open:
            event.prevent_default()
        elif (told := self.messages.told_by(pressed(event), self.value)) is not None:
            event.stop()
            event.prevent_default()
            self.open = False
            self.screen.post_message(told)
        elif self.messages.action_id(key_name(event)) == "field.complete":
            event.stop()
            event.prevent_default()
            self.action_cursor_right()
        elif event.key in _IDLE:
            event.stop()
            event.prevent_default()
        elif not await hear_edit(self, event):
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        if self.open:
            event.stop()  # what reaches the screen was pasted into no field
            self.insert_text_at_cursor(" ".join(event.text.splitlines()))


class LineForm(Horizontal):
    """One line between its title and its keys. The key that completes takes what is completed from `words`."""

    DEFAULT_CSS = """
    LineForm { display: none; height: 1; }
    LineForm .title { width: auto; height: 1; padding: 0 1; color: $look-key; }
    LineForm:nocolor Input .input--cursor { text-style: reverse; }
    LineForm .hint { width: auto; height: 1; padding: 0 1; color: $look-chrome-dim; }
    LineForm Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    """

    def __init__(self, messages: FormMessages) -> None:
        super().__init__()
        self._title = Static("", classes="title", markup=False)
        self._line = _Line(compact=True, select_on_focus=False)
        self._line.messages = messages
        self._hint = Static("", classes="hint", markup=False)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._line
        yield self._hint

    def open(self, title: str, text: str, hint: str, words: Sequence[str] = ()) -> None:
        """Open it with a text. `hint` names the keys, where there is room for it."""
        self._title.update(title)
        self._hint.update(hint)
        self._hint.display = self.app.size.width - cell_len(title) - cell_len(hint) >= _ROOM_TO_TYPE
        self._line.suggester = SuggestFromList(words) if words else None
        self._line.value = text
        self._line.cursor_position = len(text)
        self.display = self._line.open = True
        self.screen.set_focus(self._line)

    def go_on(self) -> None:
        """Stay open: what was typed could not be taken."""
        self._line.open = True

    def close(self) -> None:
        if self.display:
            self.display = False
            self.screen.set_focus(None)

    @property
    def text(self) -> str:
        return self._line.value

    def type(self, text: str) -> None:
        """Put a text where the cursor is, on one line."""
        self._line.insert_text_at_cursor(" ".join(text.splitlines()))

    async def edit(self, key: str) -> None:
        """Do what a key edits, if it edits anything."""
        await edit(self._line, key)
