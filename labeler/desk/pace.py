"""How fast the reviewer works, and how long the rest will therefore take."""

from __future__ import annotations

from collections import OrderedDict
from statistics import median

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
