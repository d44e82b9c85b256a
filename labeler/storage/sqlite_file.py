"""Asking again while somebody else is in the way.

SQLite's busy timeout does not hold for the switch to the write-ahead log: two that switch at once would wait for each
other, so it answers "locked" at once (https://www.sqlite.org/c3ref/busy_handler.html).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

_PAUSE_S: Final = 0.02


def retry_while_busy(ask: Callable[[], T], is_in_the_way: Callable[[Exception], bool], wait_s: float) -> T:
    """What `ask` returns, asked again for `wait_s` seconds while what it raises only says that somebody is there."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return ask()
        except Exception as error:
            if not is_in_the_way(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
