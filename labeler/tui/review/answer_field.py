"""The answer field: where a comment, a text, a number, a reason or a note is typed."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, TextArea

from labeler.dataclass import dataclass
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.forms import AreaForm, FormMessages, LineForm
from labeler.tui.widgets.snippets import Snippets

_DRAFT_AFTER_S: Final = 0.5
"""Seconds after which what was typed is told of: a draft is journaled within a second."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field to open: its title, the text in it, its keys in words, and whether it has several lines.

    One that `can_switch` may be about another item instead.
    """

    title: str
    text: str
    hint: str
    has_several_lines: bool
    can_switch: bool = False


class AnswerField(Vertical):
    """Takes a text for what the screen asks. It closes when the screen says so: what it took may not be usable.

    Of several lines it stands in place of the questions, else in place of the keys. It can be opened once `mount_forms`
    was awaited.
    """

    DEFAULT_CSS = """
    AnswerField { display: none; height: 1fr; }
    AnswerField.one-line { height: 1; }
    """

    @dataclass
    class Submitted(Message):
        """This is the text. `pressed` is the key that said so."""

        text: str
        pressed: Pressed

    @dataclass
    class Cancelled(Message):
        """The field was left with this text in it."""

        text: str

    @dataclass
    class Switched(Message):
        """It is to be about the other item; this is the text."""

        text: str

    @dataclass
    class DraftChanged(Message):
        """The text is now this; it may be kept as a draft."""

        text: str

    def __init__(self, keymap: Keymap, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._messages = FormMessages(keymap, self.Submitted, self.Cancelled, self._switched)
        self._can_switch = False
        self._area, self._line = AreaForm(self._messages), LineForm(self._messages)
        self._draft_timer: Timer | None = None
        self.draft = ""
        """What was typed so far, also while the screen is being taken down."""

    async def mount_forms(self) -> None:
        """Mount what it opens, unless that was done or it is gone: a start does not wait for it, and may be left."""
        if self.is_attached and not self._area.is_attached:
            await self.mount(self._area, self._line)

    def open(self, view: FieldView) -> None:
        """Open it, with the cursor behind the text."""
        self.draft, self._can_switch = view.text, view.can_switch
        self.set_class(not view.has_several_lines, "one-line")
        self.display = True
        if view.has_several_lines:
            self._area.open(view.title, view.text)
        else:
            self._line.open(view.title, view.text, view.hint)

    def _switched(self, text: str) -> Message | None:
        """Tell that it is to be about the other item, where there is one and no snippet is meant."""
        return self.Switched(text) if self._can_switch and not self._area.names_snippet else None

    @property
    def is_open(self) -> bool:
        return self.display

    @property
    def has_several_lines(self) -> bool:
        """Whether it is open and stands in place of the questions."""
        return self.display and self._area.display

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._form.text

    def type(self, text: str) -> None:
        """Put a text where the cursor is."""
        self._form.type(text)

    async def edit(self, key: str) -> None:
        """Do what a key edits that was pressed before the field could hear it itself."""
        await self._form.edit(key)

    def hear(self, press: Pressed) -> Message | None:
        """Take a key pressed before the field could hear it itself; returns what that comes to, if anything."""
        told = self._messages.told_by(press, self.text)
        if told is None and self._messages.action_id(press.key) == "field.complete" and self.has_several_lines:
            self._area.complete()
        elif told is None:
            self.type(press.character)
        return told

    def offer_snippets(self, snippets: Snippets) -> None:
        """Have these texts put in place of their names, in fields of several lines."""
        self._area.snippets = snippets

    def go_on(self) -> None:
        """Stay open: what was typed could not be taken."""
        self._form.go_on()

    def close(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        self.display = False
        self._area.close()
        self._line.close()

    @property
    def _form(self) -> AreaForm | LineForm:
        return self._area if self._area.display else self._line

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self, event: TextArea.Changed | Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.draft = self.text
            if self._draft_timer is None:
                self._draft_timer = self.set_timer(_DRAFT_AFTER_S, self._tell_draft)

    def _tell_draft(self) -> None:
        self._draft_timer = None
        self.post_message(self.DraftChanged(self.draft))
