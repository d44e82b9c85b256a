"""Leaving a review: the key that closes an overlay is the key that leaves, and comes twice easily."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_WITHIN_S: Final = 1.0
"""Seconds after the closing of an overlay in which the key may still have been meant for that."""

_AGAIN_AFTER_S: Final = 0.25
"""Seconds that a key pressed again takes at least: held down, it comes sooner."""


class Leaving:
    """Knows whether leaving is meant. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._closed_s = -_WITHIN_S
        self._asked_s: float | None = None

    def closed(self) -> None:
        """An overlay or a view was closed."""
        self._closed_s, self._asked_s = self._clock(), None

    def is_meant(self) -> bool:
        """Whether a key that leaves was meant to, pressed now. If not, the next one is that does not come at once."""
        now, asked = self._clock(), self._asked_s
        if asked is None and now - self._closed_s >= _WITHIN_S:
            return True
        if asked is not None and now - asked >= _AGAIN_AFTER_S:
            return True
        self._asked_s = now
        return False
