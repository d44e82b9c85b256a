"""Active time on an item: from when it is shown to its answer, with long gaps capped and visits added up."""

from __future__ import annotations

MAX_GAP_MS = 60_000
"""Milliseconds. A longer gap between two keys counts as this much: the reviewer was away."""


class ActiveTime:
    """Add up the time spent on each item. Times are milliseconds of `domain.clock.monotonic_ms`."""

    def __init__(self) -> None:
        self._spent: dict[str, int] = {}
        self._shown: str | None = None
        self._last_ms = 0

    @property
    def shown(self) -> str | None:
        """The ID of the trace that the reviewer is looking at; None for none."""
        return self._shown

    def show(self, trace_id: str | None, now_ms: int) -> None:
        """Note that the reviewer is now looking at `trace_id` (None: at nothing)."""
        self.touch(now_ms)
        self._shown = trace_id
        self._last_ms = now_ms

    def touch(self, now_ms: int) -> None:
        """Note that a key was pressed: the time since the last one counts."""
        if self._shown is not None:
            gap = min(max(now_ms - self._last_ms, 0), MAX_GAP_MS)
            self._spent[self._shown] = self._spent.get(self._shown, 0) + gap
        self._last_ms = now_ms

    def spent_ms(self, trace_id: str) -> int:
        return self._spent.get(trace_id, 0)
