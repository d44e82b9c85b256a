"""Fields: where a reviewer types. One of several lines for comments and texts, one of a single line for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from labeler.tui.actions import Context
from labeler.tui.keyboard.key_names import Pressed, key_name, pressed
from labeler.tui.keymap import Keymap

_ROOM_TO_TYPE: Final = 32
"""Cells beside the title of a line, with what stands around it, from which its keys are shown too."""


@dataclass
class Typed(Message):
    """This is the text, taken by the key `pressed`."""

    text: str
    pressed: Pressed


@dataclass
class Left(Message):
    """The field was left with this text in it."""

    text: str


@dataclass
class Typing(Message):
    """The text is now this; it may be kept as a draft."""

    text: str


_OURS: Final = ("enter", "escape", "tab", "shift+tab")
"""Keys that do nothing in a field where the keymap gives them nothing to do, whatever Textual would."""

_INTERRUPT: Final = "ctrl+c"
"""Leaves a field whatever the keymap says."""


def _meaning(keymap: Keymap, event: events.Key) -> str:
    """The action of fields that a key stands for; empty for a key that types or edits."""
    action = keymap.action(Context.FIELD, key_name(event))
    return "field.leave" if event.key == _INTERRUPT else action.id if action is not None else ""


class _Area(TextArea):
    """A text area that is saved and left by keys of fields. Once left, it lets keys pass to the screen."""

    open = False
    keymap: Keymap

    async def _on_key(self, event: events.Key) -> None:
        meaning = _meaning(self.keymap, event)
        if not self.open:
            event.prevent_default()
        elif meaning in ("field.save", "field.leave"):
            event.stop()
            event.prevent_default()
            self.open = False
            self.screen.post_message(Typed(self.text, pressed(event)) if meaning == "field.save" else Left(self.text))
        elif meaning == "field.new_line":
            event.stop()
            event.prevent_default()
            self.insert("\n")
        elif event.key in _OURS:
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        if self.open:
            event.stop()  # what reaches the screen was pasted into no field
            await super()._on_paste(event)
        event.prevent_default()


class TextField(Vertical):
    """A field of several lines with a title, in place of the question panel."""

    DEFAULT_CSS = """
    TextField { display: none; height: 1fr; padding: 0 1; }
    TextField #field-title { height: 1; color: $look-chrome-dim; }
    TextField:nocolor TextArea .text-area--cursor { text-style: reverse; }
    TextField TextArea, TextField TextArea:focus { height: 1fr; border: none; padding: 0 1; background: $surface; }
    """

    def __init__(self, keymap: Keymap, id: str) -> None:
        super().__init__(id=id)
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        yield Static("", id="field-title", markup=False)
        area = _Area("", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", highlight_cursor_line=False)
        area.keymap = self._keymap
        yield area

    def open(self, title: str, text: str) -> None:
        self.query_one("#field-title", Static).update(title)
        area = self.query_one(_Area)
        area.load_text(text)
        area.move_cursor(area.document.end)
        self.display = area.open = True
        self.screen.set_focus(area)

    @property
    def text(self) -> str:
        return self.query_one(_Area).text

    def type(self, text: str) -> None:
        self.query_one(_Area).insert(text)

    def close(self) -> None:
        if self.display:
            self.display = False
            self.screen.set_focus(None)

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(Typing(event.text_area.text))


class _Line(Input):
    """A line that is taken and left by keys of fields. Once left, it lets keys pass to the screen."""

    open = False
    keymap: Keymap

    async def _on_key(self, event: events.Key) -> None:
        meaning = _meaning(self.keymap, event)
        if not self.open:
            event.prevent_default()
        elif meaning in ("field.save", "field.leave"):
            event.stop()
            event.prevent_default()
            self.open = False
            self.screen.post_message(Typed(self.value, pressed(event)) if meaning == "field.save" else Left(self.value))
        elif meaning == "field.complete":
            event.stop()
            event.prevent_default()
            self.action_cursor_right()
        elif event.key in _OURS:
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        if self.open:
            event.stop()  # what reaches the screen was pasted into no field
            self.insert_text_at_cursor(" ".join(event.text.splitlines()))


class LineField(Horizontal):
    """A field of one line in place of the key line, between its title and its keys. It completes from `words`."""

    DEFAULT_CSS = """
    LineField { display: none; height: 1; }
    LineField #line-title { width: auto; height: 1; padding: 0 1; color: $look-key; }
    LineField:nocolor Input .input--cursor { text-style: reverse; }
    LineField #line-hint { width: auto; height: 1; padding: 0 1; color: $look-chrome-dim; }
    LineField Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    """

    def __init__(self, keymap: Keymap, id: str) -> None:
        super().__init__(id=id)
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        yield Static("", id="line-title", markup=False)
        line = _Line(compact=True, select_on_focus=False)
        line.keymap = self._keymap
        yield line
        yield Static("", id="line-hint", markup=False)

    def open(self, title: str, text: str, hint: str, words: Sequence[str] = ()) -> None:
        """`hint` names the keys, where there is room for it."""
        self.query_one("#line-title", Static).update(title)
        keys = self.query_one("#line-hint", Static)
        keys.update(hint)
        keys.display = self.screen.size.width - cell_len(title) - cell_len(hint) >= _ROOM_TO_TYPE
        line = self.query_one(_Line)
        line.suggester = SuggestFromList(words) if words else None
        line.value = text
        line.cursor_position = len(text)
        self.display = line.open = True
        self.screen.set_focus(line)

    @property
    def text(self) -> str:
        return self.query_one(_Line).value

    def go_on(self) -> None:
        """Stay open: what was typed could not be taken."""
        self.query_one(_Line).open = True

    def type(self, text: str) -> None:
        self.query_one(_Line).insert_text_at_cursor(" ".join(text.splitlines()))

    def close(self) -> None:
        if self.display:
            self.display = False
            self.screen.set_focus(None)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(Typing(event.value))
