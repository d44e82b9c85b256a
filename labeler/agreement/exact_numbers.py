"""Numbers as whole ones of a smaller unit, so that differences and variances of them are exact."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction


def in_whole_units(numbers: Iterable[float]) -> list[int]:
    """Return how many units each number lies above the smallest; the unit divides all differences.

    A variance of floats loses everything where one number is far from the others, and overflows where they are large;
    in whole numbers it is exact. Raises ValueError or OverflowError at a number that is not finite.
    """
    fractions = [Fraction(number) for number in numbers]
    smallest = min(fractions, default=Fraction(0))
    units = math.lcm(*(fraction.denominator for fraction in fractions))
    return [int((fraction - smallest) * units) for fraction in fractions]
