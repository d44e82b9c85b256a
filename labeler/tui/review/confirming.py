"""What the program asks back: one sentence in place of the keys, with the keys for yes and for no."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from textual.geometry import Size

from labeler.tui.actions import Context
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.styled_text import cut

_UNHEARD_S: Final = 0.25
"""Seconds after its opening in which keys were meant for what was there before."""

_KEYS: Final = "{confirm.yes} yes · {confirm.no} no"


class SaysSentences(Protocol):
    """A screen with a line for one sentence, which `notice` tells."""

    @property
    def size(self) -> Size: ...

    @property
    def look(self) -> ScreenLook: ...

    @property
    def keymap(self) -> Keymap: ...

    @property
    def notice(self) -> str: ...

    def say(self, sentence: str, role: str = ...) -> None: ...


class Confirming:
    """The question that is open, if there is one. `clock` gives seconds, on the clock of the presses."""

    def __init__(self, screen: SaysSentences, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock
        self._sentence = ""
        self._yes: Callable[[], Awaitable[None]] | None = None
        self._opened_s = 0.0
        self._closed_with, self._closed_s = "", 0.0

    @property
    def is_open(self) -> bool:
        return self._yes is not None

    def takes(self, pressed: Pressed) -> bool:
        """Whether a key is for the question: while it is open, and the key that closed it when it comes twice."""
        return self.is_open or (pressed.key == self._closed_with and pressed.at_s - self._closed_s < _UNHEARD_S)

    def ask(self, sentence: str, yes: Callable[[], Awaitable[None]]) -> None:
        """Ask; `yes` is done after a yes."""
        keys = self._screen.keymap.spelled(_KEYS)
        room = max(self._screen.size.width - len(keys) - 4, 1)
        ellipsis = self._screen.look.signs.ellipsis
        self._sentence, self._yes, self._opened_s = f"{cut(sentence, room, ellipsis)}  {keys}", yes, self._clock()
        self._screen.say(self._sentence, "chrome.strong")

    async def press(self, pressed: Pressed) -> None:
        """A key that the question takes. What is neither yes nor no is no answer, nor is a blind yes."""
        yes, answer = self._yes, self._screen.keymap.action(Context.CONFIRM, pressed.key)
        if yes is None or pressed.at_s - self._opened_s < _UNHEARD_S:
            return
        if self._screen.notice != self._sentence:
            self._screen.say(self._sentence, "chrome.strong")
        elif answer is not None:
            self.leave()
            self._closed_with, self._closed_s = pressed.key, pressed.at_s
            if answer.id == "confirm.yes":
                await yes()

    def leave(self) -> bool:
        """Take it for a no; tells whether it was open."""
        was_open = self.is_open
        self._yes = None
        if was_open:
            self._screen.say("")
        return was_open
