"""What the program asks back: one sentence in place of the keys, with the keys for yes and for no."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from textual.message import Message

from labeler.dataclass import dataclass
from labeler.tui.action_table import Context
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, cut

_UNHEARD_S: Final = 0.25
"""Seconds after its opening in which keys were meant for what was there before."""

_KEYS: Final = "{confirm.yes} yes · {confirm.no} no"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing what is asked about: the question that asks for it, a word for it, and how it is done."""

    sentence: str
    word: str
    then: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """A question, and the keys that answer it."""

    sentence: str
    keys: str


class Confirm(ViewWidget[ConfirmView]):
    """Asks one question at a time, and posts what was asked about once it is agreed to.

    The screen that hears the keys gives it those that it `takes`, and says whether it is displayed.
    """

    DEFAULT_CSS = "Confirm { display: none; height: 1; }"

    @dataclass
    class Confirmed(Message):
        """It was answered: `then` is to be done."""

        then: Callable[[], Awaitable[None]]

    def __init__(self, keymap: Keymap, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._keymap = keymap
        self.clock: Callable[[], float] = time.monotonic
        """Gives seconds, on the clock of the presses."""
        self._ways: list[Way] = []
        """The ways there are, the one that is asked for first; none while no question is open."""
        self._only_named_keys = False
        self.details = ""
        """What is told above the question."""
        self._otherwise: Callable[[], Awaitable[None]] | None = None
        self._opened_s = 0.0
        self._closed_with, self._closed_s = "", 0.0

    @property
    def is_open(self) -> bool:
        """Whether a question is open, be it displayed or not."""
        return bool(self._ways)

    def ask(
        self,
        sentence: str,
        then: Callable[[], Awaitable[None]],
        otherwise: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Ask whether something is to be done; `otherwise` is done at a no."""
        self._open([Way(sentence, "", then)])
        self._otherwise = otherwise

    def ask_which_way(self, ways: Sequence[Way], details: str) -> None:
        """Ask whether something is to be done in the first of these ways; a key switches to the next.

        Letters do not answer it: it was opened by a letter that answers something else.
        """
        self._open(list(ways))
        self._only_named_keys, self.details = True, details

    def _open(self, ways: list[Way]) -> None:
        self._ways, self._opened_s = ways, self.clock()
        self._only_named_keys, self.details, self._otherwise = False, "", None
        self._show_way()

    def _show_way(self) -> None:
        keys = self._keymap.spelled(_KEYS)
        if len(self._ways) > 1:
            keys += self._keymap.spelled(f" · {{confirm.switch}} {self._ways[1].word}")
        self.view = ConfirmView(self._ways[0].sentence, keys)

    def takes(self, press: Pressed) -> bool:
        """Return whether a key is for the question: while it is open, and the key that closed it when it comes
        twice.
        """
        return self.is_open or (press.key == self._closed_with and press.at_s - self._closed_s < _UNHEARD_S)

    def hears(self, press: Pressed) -> bool:
        """Return whether a key that it takes can be an answer: one right after the opening was meant for what
        was there.
        """
        return self.is_open and press.at_s - self._opened_s >= _UNHEARD_S

    def press(self, press: Pressed) -> None:
        """Take a key that it hears for an answer. What is neither yes nor no is none."""
        answer = self._keymap.action(Context.CONFIRM, press.key)
        if not self._ways or answer is None or (self._only_named_keys and len(press.key) == 1):
            return
        if answer.id == "confirm.switch":
            self._ways = [*self._ways[1:], self._ways[0]]
            self._show_way()
        else:
            then, otherwise = self._ways[0].then, self._otherwise
            self.leave()
            self._closed_with, self._closed_s = press.key, press.at_s
            if answer.id == "confirm.yes":
                self.post_message(self.Confirmed(then))
            elif otherwise is not None:
                self.post_message(self.Confirmed(otherwise))

    def leave(self) -> bool:
        """Take it for a no; tells whether it was open."""
        was_open = self.is_open
        self._ways, self._otherwise, self.details = [], None, ""
        return was_open

    def lines(self, view: ConfirmView, width: int, height: int) -> Sequence[Line]:
        sentence = cut(view.sentence, max(width - len(view.keys) - 4, 1), self._signs.ellipsis)
        return [[(" ", "chrome"), (f"{sentence}  {view.keys}", "chrome.strong")]]
