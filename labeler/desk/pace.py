"""How fast the reviewer works, and so how long the rest will take."""

from __future__ import annotations

from collections import OrderedDict
from statistics import median

_REMEMBERED = 30
_ENOUGH = 3


class Pace:
    """The active time of the items labelled last."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, int] = OrderedDict()

    def add(self, trace_id: str, spent_ms: int) -> None:
        """An item was labelled after this much active time, in milliseconds."""
        self._spent.pop(trace_id, None)
        self._spent[trace_id] = spent_ms
        while len(self._spent) > _REMEMBERED:
            self._spent.popitem(last=False)

    def left_ms(self, items: int) -> int | None:
        """Estimated active time for so many items, in milliseconds; None until three were labelled."""
        if len(self._spent) < _ENOUGH:
            return None
        return round(median(self._spent.values()) * items)
