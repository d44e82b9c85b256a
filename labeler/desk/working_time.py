"""Working time: the active time on each item, and how long the items that are left will therefore take.

Active time runs from when an item is shown to its answer, with long gaps capped and visits added up.
"""

from __future__ import annotations

from collections import OrderedDict
from statistics import median

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


_REMEMBERED = 30
_ENOUGH = 3


class Pace:
    """Remember the active time spent on the items labelled last."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, int] = OrderedDict()

    def add(self, trace_id: str, spent_ms: int) -> None:
        """Note that an item was labelled after this much active time, in milliseconds."""
        self._spent.pop(trace_id, None)
        self._spent[trace_id] = spent_ms
        while len(self._spent) > _REMEMBERED:
            self._spent.popitem(last=False)

    def left_ms(self, items: int) -> int | None:
        """Estimate the active time that so many items take, in milliseconds; None until three were labelled."""
        if len(self._spent) < _ENOUGH:
            return None
        return round(median(self._spent.values()) * items)
