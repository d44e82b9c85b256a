"""A figure that may be undefined, and an interval around it. Undefined figures say why; they are never NaN."""

from __future__ import annotations

import math
from typing import Final

from labeler.dataclass import dataclass

NO_PAIRS: Final = "no item has two labels"
NO_VARIATION: Final = "all labels are the same"
"""Reasons that several figures share: nothing to compare, and no room for chance."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or None and the `reason` why it is not defined."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval with both ends included."""

    low: float
    high: float


def undefined(reason: str) -> Figure:
    """Return a figure without a number."""
    return Figure(None, reason)


def beyond_chance(observed: float, expected: float, *, has_differences: bool) -> float | None:
    """Return 1 - `observed` / `expected`, two disagreements; None where chance leaves no room for any.

    The result is 1 exactly where there are no differences: a disagreement that is too small for a float gives the
    largest float below 1.
    """
    if expected <= 0:
        return None
    if not has_differences:
        return 1.0
    return min(1 - observed / expected, math.nextafter(1, 0))
