"""Items counted by the labels they got: what a figure needs to know of them, and what a resample draws from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter, mul
from typing import Any, TypeAlias

from labeler.agreement.level import Value
from labeler.dataclass import dataclass

Multiplicities: TypeAlias = Sequence[int]
"""For each pattern how many items have it."""

WeightedSum: TypeAlias = Callable[[Multiplicities], float]


@dataclass(frozen=True, slots=True)
class ItemPatterns:
    """Items with two labels or more, those with the same labels counted together.

    A pattern is a tuple of (index into `values`, how many people gave that value). Everything is sorted, so that
    neither the order of the items nor that of the people can change a figure, not even by rounding.
    """

    values: tuple[Value, ...]
    patterns: tuple[tuple[tuple[int, int], ...], ...]
    multiplicities: tuple[int, ...]

    @property
    def items(self) -> int:
        """The number of items."""
        return sum(self.multiplicities)

    @property
    def labels(self) -> int:
        """The number of labels that these items have together."""
        return sum(map(mul, self.multiplicities, map(size_of, self.patterns)))


def patterns_of(items: Iterable[Sequence[Value]]) -> ItemPatterns:
    """Count items by their labels. An item with fewer than two has nothing to compare and is left out."""
    paired = [labels for labels in items if len(labels) >= 2]
    values = tuple(sorted({value for labels in paired for value in labels}))
    index = {value: position for position, value in enumerate(values)}
    # Items of the same labels first: there are thousands of items, and of patterns some ten.
    alike = Counter(tuple(sorted([index[value] for value in labels])) for labels in paired)
    counted = {tuple(sorted(Counter(labels).items())): items for labels, items in alike.items()}
    patterns = tuple(sorted(counted))
    return ItemPatterns(values, patterns, tuple(counted[pattern] for pattern in patterns))


def size_of(pattern: tuple[tuple[int, int], ...]) -> int:
    """Return how many labels an item of this pattern has."""
    return sum(count for _, count in pattern)


def weighted_sum(weights: Iterable[tuple[int, float]]) -> WeightedSum:
    """Return a function that adds up what the items contribute: of (pattern, weight) multiplicity times weight."""
    pairs = [(pattern, weight) for pattern, weight in weights if weight]
    if not pairs:
        return lambda multiplicities: 0
    if len(pairs) == 1:
        [(only, factor)] = pairs
        return lambda multiplicities: multiplicities[only] * factor
    # Both in C: a bootstrap calls this some ten thousand times.
    pick: itemgetter[Any] = itemgetter(*(pattern for pattern, _ in pairs))
    factors = [weight for _, weight in pairs]
    return lambda multiplicities: sum(map(mul, pick(multiplicities), factors))
