"""Garbage collection that does not come between a key and what it paints.

A full collection of a review's objects takes tens of milliseconds, several times what a key may. So none runs while
the program starts; what stands when the first screen is painted is never looked at again; and later ones wait for a
pause of the reviewer's. Imports nothing heavy: it is called before anything else.
"""

from __future__ import annotations

import gc
from typing import Final

_YOUNG: Final = 10_000
"""Objects made before the young are collected: about what one key makes, and less than a millisecond's work."""

_NEVER: Final = 1_000_000

PAUSE_S: Final = 2.0
"""Seconds without a key that are a pause."""

_SELDOM_S: Final = 30.0
_LATEST_S: Final = 600.0


def put_off() -> None:
    """Collect nothing until `settle`: a program that starts makes much and throws away little."""
    gc.disable()


def settle() -> None:
    """From now on collect only what is made from now on, and of that only the young by itself."""
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, _NEVER)
    gc.enable()


class Pauses:
    """Tells when a full collection is due. Times are seconds of a clock that never goes back."""

    def __init__(self, now_s: float) -> None:
        self._collected_s = self._pressed_s = now_s

    def pressed(self, now_s: float) -> None:
        """The reviewer pressed a key."""
        self._pressed_s = now_s

    def collect_if_due(self, now_s: float) -> None:
        """Collect everything in a pause, not more often than every half minute; without any pause every ten."""
        age = now_s - self._collected_s
        pausing = self._pressed_s > self._collected_s and now_s - self._pressed_s >= PAUSE_S
        if age >= _LATEST_S or (age >= _SELDOM_S and pausing):
            gc.collect()
            self._collected_s = now_s
