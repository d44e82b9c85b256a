"""Active time on an item: from showing it to an answer, long gaps capped, visits added up."""

from __future__ import annotations

MAX_GAP_MS = 60_000
"""A gap between two signs of life longer than this counts as this: the reviewer was away."""


class ActiveTime:
    """Adds up the time spent on each item. Times are milliseconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._spent: dict[str, int] = {}
        self._shown: str | None = None
        self._last_ms = 0

    @property
    def shown(self) -> str | None:
        """What the reviewer looks at."""
        return self._shown

    def show(self, trace_id: str | None, now_ms: int) -> None:
        """The reviewer now looks at `trace_id` (None: at nothing)."""
        self.touch(now_ms)
        self._shown = trace_id
        self._last_ms = now_ms

    def touch(self, now_ms: int) -> None:
        """A key was pressed: the time since the last one counts."""
        if self._shown is not None:
            gap = min(max(now_ms - self._last_ms, 0), MAX_GAP_MS)
            self._spent[self._shown] = self._spent.get(self._shown, 0) + gap
        self._last_ms = now_ms

    def spent_ms(self, trace_id: str) -> int:
        return self._spent.get(trace_id, 0)
