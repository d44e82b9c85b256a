"""When what a page shows is read anew: soon after something changed, and never most of the time. Pure."""

from __future__ import annotations

from typing import Final

_REST: Final = 10
"""So many times as long as it took, it is not done again."""


class Rereading:
    """Tells when reading is due. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._is_stale = True
        self._began_s: float | None = None
        self._rests_until_s = 0.0

    def note_change(self) -> None:
        """Note that what was read is not right any more."""
        self._is_stale = True

    def is_due(self, now_s: float) -> bool:
        """Return whether to begin now."""
        return self._is_stale and self._began_s is None and now_s >= self._rests_until_s

    def begin(self, now_s: float) -> None:
        """Note that everything up to now is being read."""
        self._is_stale, self._began_s = False, now_s

    def end(self, now_s: float) -> None:
        """Note that this is done, or was not possible."""
        if self._began_s is not None:
            self._rests_until_s = now_s + _REST * (now_s - self._began_s)
        self._began_s = None
