"""How often a backend is read while somebody reviews, in one place."""

from __future__ import annotations

from typing import Final

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ReadingIntervals:
    """Intervals in seconds between two readings of the same thing.

    A queue's items are read every `queue_s`, every `near_end_s` while fewer than `near_end_items` are open, and never
    sooner than `rest_share` times what the last reading took. The item in view is read again when what is known of it
    is older than `in_view_s`, once it has been in view for `look_s`; the queue itself and the questions every
    `settings_s`; what was delivered after `echo_s`. An item's state changes at most once in `flicker_s`. After `idle_s`
    without a key nothing is read until the next.
    """

    queue_s: float = 15.0
    near_end_s: float = 3.0
    near_end_items: int = 50
    rest_share: float = 100.0
    in_view_s: float = 30.0
    look_s: float = 1.0
    settings_s: float = 300.0
    flicker_s: float = 15.0
    idle_s: float = 600.0
    echo_s: float = 1.0


USUAL: Final = ReadingIntervals()
