"""Slips of the hand: a held answer key. Pure; times are milliseconds of a clock that never goes back."""

from __future__ import annotations

from enum import Enum, auto

_HOLD_BEGINS_MS = 1000
"""Keyboards wait up to two thirds of a second before a held key begins to repeat."""

_REPEATS_OF_A_HOLD = 3
"""So many ignored presses in a row are no double tap any more."""


class Press(Enum):
    """What to do with the press of an answer key."""

    ACT = auto()
    IGNORE = auto()
    TAKE_BACK = auto()
    """Ignore it, and take back the answer before it: the key was held since the item before that."""


class HeldKey:
    """Ignores the same answer key until a new item has been on the screen for `guard_ms` (0: never ignores).

    A held key comes again faster than that, so each repeat that is ignored starts the wait anew: however
    long it is held, it labels nothing that was not read. The first repeat of a held key comes late enough
    to pass for a press of its own; once the repeats behind it give it away, its answer is taken back.
    """

    def __init__(self, guard_ms: int) -> None:
        self._guard_ms = guard_ms
        self._key = ""
        self._pressed_ms = 0
        self._painted_ms: int | None = 0
        self._moved = False
        self._gap_before_answer_ms = _HOLD_BEGINS_MS
        self._repeats = 0

    def moved(self) -> None:
        """The answer just given brought another item, which is not painted yet."""
        self._moved = True
        self._painted_ms = None

    def painted(self, now_ms: int) -> None:
        """The item is on the screen."""
        if self._painted_ms is None:
            self._painted_ms = now_ms

    def let_go(self) -> None:
        """Another key was pressed: whatever comes next is not held down since before."""
        self._key = ""

    def press(self, key: str, now_ms: int) -> Press:
        """What to do with this press of an answer key."""
        gap_ms = now_ms - self._pressed_ms
        again = key == self._key
        self._key, self._pressed_ms = key, now_ms
        if again and self._moved and self._is_too_early(now_ms, gap_ms):
            self._repeats += 1
            held_before = self._gap_before_answer_ms < _HOLD_BEGINS_MS
            return Press.TAKE_BACK if held_before and self._repeats == _REPEATS_OF_A_HOLD else Press.IGNORE
        self._gap_before_answer_ms = gap_ms if again and self._moved else _HOLD_BEGINS_MS
        self._repeats = 0
        self._moved = False
        return Press.ACT

    def _is_too_early(self, now_ms: int, gap_ms: int) -> bool:
        if self._guard_ms <= 0:
            return False
        return self._painted_ms is None or min(gap_ms, now_ms - self._painted_ms) < self._guard_ms
