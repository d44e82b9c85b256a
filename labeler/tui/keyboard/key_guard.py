"""Slips of the hand: keys that nobody meant for what is on the screen now. Pure; times are milliseconds of one clock.

A key counts from when it came to the terminal, not from when there was time for it: what waited together, in one
read or behind a busy screen, was pressed for the item that was there then.
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.tui.action_table import Consequence

_REPEAT_MS: Final = 80
"""The same key again sooner than this is a key held down, or one that bounced. Hands are slower."""

HELD_ENDS_MS: Final = 250
"""A key that has repeated is let go once it stays away so long: a slow line brings repeats in bunches."""

_IS_HELD_AFTER: Final = 2
"""Repeats after which a key is held for certain."""

HOLD_BEGINS_MS: Final = 1000
"""Keyboards wait up to two thirds of a second before a held key begins to repeat."""

_TAKES_BACK_AFTER: Final = 3
"""So many more presses that nobody can mean are no double tap, and the one they followed was a repeat itself."""


class Why(Enum):
    """Why a press is ignored."""

    TOO_EARLY = auto()
    """The item was not there yet, or too briefly."""
    HELD = auto()
    """The key is held down."""


@dataclass(frozen=True, slots=True)
class Allow:
    """The press was meant."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """The press was not meant for what is on the screen; say why."""

    why: Why


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Ignore it, and take back what the key did last: that was a repeat already."""


Verdict: TypeAlias = Allow | Ignore | TakeBack
"""What to do with the press of a key."""


class KeyGuard:
    """Tells the presses that were meant from the others.

    After an item was painted nothing acts for `guard_ms` (0: no such wait), nor does a key right behind one that was
    ignored for that; the same key starts the wait anew. A key held down acts once. Its first repeat comes so late that
    it passes for a press of its own; once the repeats behind it give it away, what it did is taken back.
    """

    def __init__(self, guard_ms: float) -> None:
        self._guard_ms = guard_ms
        self._painted_ms = math.inf
        self._ignored_key = ""
        self._ignored_ms = -math.inf
        self._key = ""
        self._pressed_ms = -math.inf
        self._repeats = 0
        self._ignored = 0
        self._may_be_held = False
        """Whether what acted last may have been the first repeat of a key held down."""

    def moved(self) -> None:
        """Another item comes, which is not painted yet."""
        self._painted_ms = math.inf

    def painted(self, now_ms: float) -> None:
        """The item is on the screen."""
        self._painted_ms = min(self._painted_ms, now_ms)

    def is_early(self, answers: Consequence) -> bool:
        """Return whether the key pressed last came too early for what it leads to."""
        if answers is Consequence.READS:
            return False
        if self._pressed_ms <= self._painted_ms:
            return True
        behind_ms = min(self._guard_ms, HELD_ENDS_MS if self._key == self._ignored_key else _REPEAT_MS)
        until_ms = max(self._painted_ms + self._guard_ms, self._ignored_ms + behind_ms)
        return answers.is_guarded and self._pressed_ms < until_ms

    def heard(self, key: str, now_ms: float) -> None:
        """Note a key that did something else: a repeat of it is one here as well."""
        self.press(key, now_ms, Consequence.READS)

    def press(self, key: str, now_ms: float, answers: Consequence) -> Verdict:
        """Judge a press by what it leads to. Every key is told, so that one that comes between is known.

        `now_ms` is when the key came to the terminal, on the clock of `painted`.
        """
        gap_ms = now_ms - self._pressed_ms if key == self._key else math.inf
        self._key, self._pressed_ms = key, now_ms
        is_repeat = gap_ms < (HELD_ENDS_MS if self._repeats >= _IS_HELD_AFTER else _REPEAT_MS)
        self._repeats = self._repeats + 1 if is_repeat else 0
        early = self.is_early(answers)
        if answers is Consequence.READS or not (early or is_repeat):
            self._ignored = 0
            self._may_be_held = gap_ms < HOLD_BEGINS_MS and answers.is_guarded
            return Allow()
        if gap_ms == math.inf:
            self._ignored, self._may_be_held = 0, False
        self._ignored += 1
        if early:
            self._ignored_key, self._ignored_ms = key, now_ms
        if self._may_be_held and self._ignored == _TAKES_BACK_AFTER:
            return TakeBack()
        return Ignore(Why.TOO_EARLY if early and self._ignored < _TAKES_BACK_AFTER else Why.HELD)
