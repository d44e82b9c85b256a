"""Enter on a page that opens by itself: the one that submitted the last item must not open anything there. Pure."""

from __future__ import annotations

from typing import Final

from labeler.tui.keyboard.key_guard import HELD_ENDS_MS, HOLD_BEGINS_MS

_DEAD_MS: Final = 500
"""How long a key does nothing after the page was painted."""


class EnterGuard:
    """Tells whether a press was meant for the page. Times are milliseconds of the presses' clock.

    It was not for half a second after the page was painted, nor while the key is held down that led there.
    """

    def __init__(self, opened_by_ms: float) -> None:
        self._painted_ms: float | None = None
        self._pressed_ms = opened_by_ms
        self._released_after_ms: float = HOLD_BEGINS_MS

    def painted(self, now_ms: float) -> None:
        """The page is on the screen."""
        self._painted_ms = now_ms

    def is_meant(self, pressed_ms: float) -> bool:
        """Return whether a press at this time was meant; one that was not keeps the next one waiting."""
        is_dead = self._painted_ms is None or pressed_ms < self._painted_ms + _DEAD_MS
        is_held = pressed_ms - self._pressed_ms < self._released_after_ms
        if is_dead or is_held:
            self._pressed_ms, self._released_after_ms = pressed_ms, HELD_ENDS_MS
            return False
        return True
