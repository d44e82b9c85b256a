"""The two clocks: the one on the wall, for what is recorded, and one that never goes back, for how long something took.

They are never mixed: somebody may set the wall clock, and a duration or a deadline taken from it is then wrong.
"""

from __future__ import annotations

import time


def wall_clock_ms() -> int:
    """Return the time of day, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> int:
    """Return milliseconds since some moment in the past, by a clock that nobody can set."""
    return time.monotonic_ns() // 1_000_000
