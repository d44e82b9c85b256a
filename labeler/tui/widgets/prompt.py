"""The prompt: one line in place of the keys, for a search, a filter or a command."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from labeler.dataclass import dataclass
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.forms import FormMessages, LineForm


class Prompt(Vertical):
    """Asks for what to search for, or for a command, and posts what was entered. It closes when the screen says so.

    It can be opened once `mount_forms` was awaited.
    """

    DEFAULT_CSS = "Prompt { display: none; height: 1; }"

    @dataclass
    class SearchEntered(Message):
        """This is to be searched for; nothing: no search is wanted. `pressed` is the key that said so."""

        text: str
        pressed: Pressed

    @dataclass
    class FilterEntered(Message):
        """The worklist is to be filtered by this. `pressed` is the key that said so."""

        text: str
        pressed: Pressed

    @dataclass
    class FilterTyped(Message):
        """This is what the worklist would be filtered by now."""

        text: str

    @dataclass
    class CommandEntered(Message):
        """This command is to be run. `pressed` is the key that said so."""

        text: str
        pressed: Pressed

    @dataclass
    class Cancelled(Message):
        """It was left; what stood in it is nothing to anybody."""

        text: str

    def __init__(self, keymap: Keymap, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._searching = FormMessages(keymap, self.SearchEntered, self.Cancelled)
        self._filtering = FormMessages(keymap, self.FilterEntered, self.Cancelled)
        self._commanding = FormMessages(keymap, self.CommandEntered, self.Cancelled)
        every = (self._searching, self._filtering, self._commanding)
        self._forms = tuple((messages, LineForm(messages)) for messages in every)
        (_, self._search_form), (_, self._filter_form), (_, self._command_form) = self._forms

    async def mount_forms(self) -> None:
        """Mount what it opens, unless that was done or it is gone: a start does not wait for it, and may be left."""
        if self.is_attached and not self._search_form.is_attached:
            await self.mount(*(form for _, form in self._forms))

    def ask_search(self, hint: str) -> None:
        """Ask what to search for."""
        self.display = True
        self._search_form.open("/", "", hint)

    def ask_filter(self, hint: str) -> None:
        """Ask what to filter the worklist by."""
        self.display = True
        self._filter_form.open("filter", "", hint)

    def ask_command(self, hint: str, words: Sequence[str]) -> None:
        """Ask for a command; `words` are offered for completion."""
        self.display = True
        self._command_form.open(":", "", hint, words)

    @property
    def is_open(self) -> bool:
        return self.display

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._form.text

    def type(self, text: str) -> None:
        """Put a text where the cursor is."""
        self._form.type(text)

    async def edit(self, key: str) -> None:
        """Do what a key edits that was pressed before the prompt could hear it itself."""
        await self._form.edit(key)

    def hear(self, press: Pressed) -> Message | None:
        """Take a key pressed before the prompt could hear it itself; returns what that comes to, if anything."""
        messages = next((each for each, form in self._forms if form.display), self._commanding)
        told = messages.told_by(press, self.text)
        if told is None:
            self.type(press.character)
        return told

    def close(self) -> None:
        self.display = False
        for _, form in self._forms:
            form.close()

    @property
    def _form(self) -> LineForm:
        return next((form for _, form in self._forms if form.display), self._command_form)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._filter_form.display:
            self.post_message(self.FilterTyped(self._filter_form.text))
