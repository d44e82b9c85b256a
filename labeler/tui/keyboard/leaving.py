"""Leaving a review: the key that closes an overlay is the key that leaves, and comes twice easily."""

from __future__ import annotations

from typing import Final

_WITHIN_S: Final = 1.0
"""Seconds after the closing of an overlay in which the key may still have been meant for that."""

_AGAIN_AFTER_S: Final = 0.25
"""Seconds that a key pressed again takes at least: held down, it comes sooner."""


class Leaving:
    """Knows whether leaving is meant. Times are those of presses, in seconds: a busy screen makes nothing later."""

    def __init__(self) -> None:
        self._closed_s = float("-inf")
        self._asked_s: float | None = None

    def closed(self, pressed_s: float) -> None:
        """An overlay or a view was closed by a key pressed then."""
        self._closed_s, self._asked_s = pressed_s, None

    def is_meant(self, pressed_s: float) -> bool:
        """Return whether a key that leaves was meant to, pressed then. `ask` when it was not."""
        asked = self._asked_s
        if asked is not None and pressed_s - asked >= _AGAIN_AFTER_S:
            return True
        return asked is None and pressed_s - self._closed_s >= _WITHIN_S

    def ask(self, pressed_s: float) -> None:
        """A key that leaves, pressed then, was not meant to: the next one is, unless it comes at once."""
        self._asked_s = pressed_s
