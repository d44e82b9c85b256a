"""Confidence intervals by the percentile bootstrap: items drawn anew with replacement, the figure computed each time.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. The unit is the item, not the label: labels
of one item depend on each other.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import field
from itertools import chain, repeat
from typing import Final

from labeler.agreement.figure import Interval
from labeler.agreement.item_patterns import Multiplicities
from labeler.dataclass import dataclass

_MOST_UNDEFINED: Final = 0.05
"""The largest share of resamples that may have no figure: with more of them, the others say nothing about the whole."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made: with what seed, from how many resamples, for what confidence.

    `between` is called before each resample. It may rest, or raise where nobody waits for the interval any more.
    """

    seed: int = 0
    resamples: int = 1000
    confidence: float = 0.95
    between: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError where this makes no interval."""
        if self.resamples < 1 or not 0 < self.confidence < 1:
            raise ValueError("A bootstrap needs at least one resample and a confidence between 0 and 1")

    def interval(
        self, multiplicities: Multiplicities, statistic: Callable[[Multiplicities], float | None]
    ) -> Interval | None:
        """Return the interval that holds the middle `confidence` of the figures of resamples of the items.

        Items come as the number of items of each pattern. A resample has as many items, and is given to `statistic` in
        the same form. The same input and seed give the same interval on every machine and version of Python. None
        where more than 5 % of the resamples have no figure, as when the one item that differs is often not drawn.
        """
        draw = random.Random(self.seed).random
        pattern_of = list(chain.from_iterable(map(repeat, range(len(multiplicities)), multiplicities)))
        items = len(pattern_of)
        figures = []
        for _ in range(self.resamples):
            self.between()
            # Only `random()` itself is promised to stay the same between versions; `choices` is not.
            drawn = Counter([pattern_of[int(draw() * items)] for _ in range(items)])
            figure = statistic([drawn[pattern] for pattern in range(len(multiplicities))])
            if figure is not None:
                figures.append(figure)
        if len(figures) < self.resamples * (1 - _MOST_UNDEFINED):
            return None
        figures.sort()
        tail = (1 - self.confidence) / 2
        return Interval(_quantile(figures, tail), _quantile(figures, 1 - tail))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return the quantile by linear interpolation between the two nearest, Hyndman and Fan's definition 7."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
