"""A page over the review: a list between a status line and the keys, read anew when what it shows has changed."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import Final, TypeVar

from textual import events

from labeler.desk.desk import Desk
from labeler.desk.outbox import JournalError
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap
from labeler.tui.screens.over_review import OverReview
from labeler.tui.screens.rereading import Rereading
from labeler.tui.widgets.dividers import Divider, DividerView
from labeler.tui.widgets.key_line import KeyLine
from labeler.tui.widgets.styled_text import Line

T = TypeVar("T")

_LOOK_EVERY_S: Final = 0.25
"""Seconds after which something that was announced is on the page."""


class Page(OverReview[T]):
    """Takes keys one at a time, says sentences in place of the keys, and reads what became stale.

    Who inherits composes `status_line`, the two `dividers` and `key_line`, and says what a key does (`press`), what is
    read (`read`) and how the two lower lines look (`paint_bottom`).
    """

    AUTO_FOCUS = ""
    says = True

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook, name: str) -> None:
        super().__init__()
        self.desk = desk
        self.keymap = keymap
        self.look = look
        self.clock = time.monotonic
        self.status_line = KeyLine(look, id=f"{name}-status")
        self.dividers = Divider(look, id=f"{name}-rule-top"), Divider(look, id=f"{name}-rule-bottom")
        self.key_line = KeyLine(look, id=f"{name}-keys")
        self.typed_on = TypedOn(keymap)
        self.pressed: Pressed | None = None
        self.said: tuple[str, str] | None = None
        self._rereading = Rereading()

    @abstractmethod
    async def press(self, press: Pressed) -> None:
        """Do what a key stands for here."""

    @abstractmethod
    async def read(self) -> None:
        """Read what is shown, and show it. `JournalError` is said."""

    @abstractmethod
    def paint_bottom(self) -> None:
        """Paint the lines below the list: what was said, else the keys."""

    def on_mount(self) -> None:
        self.set_interval(_LOOK_EVERY_S, self.look_again)
        self.look_again()

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one action. A key that was on its way here when this closed is dropped."""
        event.stop()
        event.prevent_default()
        if not self.is_active:
            return
        self.desk.note_key()
        self.pressed = press = pressed(event)
        if self.is_answered(press):
            return
        typed = self.typed_on.press(press.key)
        if typed is Typed.NOTHING:
            self.said = None
            await self.press(press)
        elif typed is Typed.END:
            self.say("")

    def is_answered(self, press: Pressed) -> bool:
        """Have a question that is open hear a key first; returns whether it took it."""
        return False

    # Sentences

    @property
    def notice(self) -> str:
        """The sentence in place of the keys, or the empty string."""
        return "" if self.said is None else self.said[0]

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        """Put a sentence in place of the keys until the next key; an empty one brings them back."""
        self.said = (sentence, role) if sentence else None
        self.paint_bottom()

    # Reading

    def stale(self) -> None:
        """Read anew soon: something was delivered, refused or added."""
        self._rereading.note_change()

    def look_again(self) -> None:
        """Read anew what became stale, for a tenth of the time at most."""
        now_s = time.monotonic()
        if self._rereading.is_due(now_s):
            self._rereading.begin(now_s)
            self.run_worker(self._read(), group="reading", exit_on_error=False)

    async def _read(self) -> None:
        try:
            await self.read()
        except JournalError as error:
            self.say(str(error), "error")
        finally:
            self._rereading.end(time.monotonic())

    # Painting

    def paint_top(self, line: Line) -> None:
        """Paint the status line, and the rules above and below the list."""
        self.status_line.view = line
        for divider in self.dividers:
            divider.view = DividerView()
