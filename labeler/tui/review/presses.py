"""The keys pressed in a review, one after another: which were meant, which go on with a text that found no field."""

from __future__ import annotations

import time
from typing import Final

from labeler.domain.question import Numeric
from labeler.review.action import Digit
from labeler.review.answer_values import takes_single_digits
from labeler.review.state import ReviewState
from labeler.tui.action_table import Action, Consequence, Rule
from labeler.tui.keyboard.key_guard import Allow, Ignore, KeyGuard, TakeBack
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.leaving import Leaving
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap

TOO_EARLY: Final = "too early: ignored"


class Presses:
    """Remembers the presses of a review screen. `clock` gives seconds, on the clock of the presses."""

    def __init__(self, keymap: Keymap, guard_ms: int) -> None:
        self.clock = time.monotonic
        self._guard = KeyGuard(guard_ms)
        self._typed_on = TypedOn(keymap)
        self._leaving = Leaving()
        self._pressed_s = float("-inf")
        self.last: Pressed | None = None
        """The press that was heard or judged last."""

    def heard(self, pressed: Pressed) -> None:
        """A key was pressed that did something else: a repeat of it is one here as well."""
        self._pressed_s, self.last = pressed.at_s, pressed
        self._guard.heard(pressed.key, pressed.at_s * 1000)

    def judge(self, pressed: Pressed, action: Action) -> Allow | Ignore | TakeBack:
        """Tell what a key that stands for an action is to do."""
        self._pressed_s, self.last = pressed.at_s, pressed
        return self._guard.press(pressed.key, pressed.at_s * 1000, action.consequence)

    def is_early(self, consequence: Consequence) -> bool:
        """Return whether the key pressed last was for the item before, had it this consequence."""
        return self._guard.is_early(consequence)

    def typed(self, key: str) -> Typed:
        """Tell what a key is to a text that found no field. Every key is told, before anything is done with it."""
        return self._typed_on.press(key)

    def refuse(self, action: Action, why: str, state: ReviewState) -> str:
        """Note that an action was refused; returns the sentence. People type on after keys that open a field."""
        is_digit = isinstance(action.run, Rule) and isinstance(action.run.action, Digit)
        return self._typed_on.refuse(why, action.opens_field or (is_digit and _digits_open_a_field(state)))

    def means_nothing(self, key: str, action: Action | None) -> str:
        """Note a key that means nothing here, but perhaps `action` in a review; returns the sentence to say."""
        return self._typed_on.means_nothing(key, action)

    def closed(self, pressed: Pressed | None = None) -> None:
        """What stood over the conversation was closed, by a press that was not for the review, else by the last."""
        if pressed is not None:
            self.heard(pressed)
        self._leaving.closed(self._pressed_s)

    def may_leave(self) -> bool:
        """Return whether the key pressed last was meant to leave, where it leaves; if not, the next one is."""
        is_meant = self._leaving.is_meant(self._pressed_s)
        if not is_meant:
            self._leaving.ask(self._pressed_s)
        return is_meant

    def moved(self) -> None:
        """Another item, or a trace where none was before, is about to be painted."""
        self._guard.moved()

    def painted(self) -> None:
        """It is on the screen."""
        self._guard.painted(self.clock() * 1000)


def _digits_open_a_field(state: ReviewState) -> bool:
    part = state.part
    if part is None or not isinstance(part.asked.input, Numeric):
        return False
    return not takes_single_digits(part.asked.input)
