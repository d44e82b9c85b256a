"""Krippendorff's alpha: agreement of any number of people beyond chance, with labels missing, at any level.

Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); Content Analysis, 4th edition (2019), chapter 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from labeler.agreement.exact_numbers import in_whole_units
from labeler.agreement.figure import NO_PAIRS, NO_VARIATION, Figure, beyond_chance, undefined
from labeler.agreement.item_patterns import (
    ItemPatterns,
    Multiplicities,
    WeightedSum,
    patterns_of,
    size_of,
    weighted_sum,
)
from labeler.agreement.level import Level, Value

Disagreements: TypeAlias = Callable[[Multiplicities], tuple[float, float]]
"""Returns the observed and the expected disagreement of items, each a sum over pairs of labels."""


def krippendorff_alpha(items: Iterable[Sequence[Value]], level: Level) -> Figure:
    """Return Krippendorff's alpha of the labels of each item; who gave them does not matter.

    alpha = 1 - Do / De. Do is the mean squared difference of two labels of one item, each item weighted by its number
    of labels; De is the mean squared difference of any two labels on items that have two or more. Two labels differ by
    0 or 1 (nominal), by the difference of their numbers (interval), or by the number of labels ranked between them,
    where those equal to either of the two count half (ordinal).

    1 means that nobody differs, 0 agreement as by chance, and a negative number that people contradict each other.
    Undefined where no item has two labels, and where all labels are the same: then chance agrees as well.
    """
    patterns = patterns_of(items)
    if not patterns.patterns:
        return undefined(NO_PAIRS)
    alpha = alpha_statistic(patterns, level)(patterns.multiplicities)
    return undefined(NO_VARIATION) if alpha is None else Figure(alpha)


def alpha_statistic(patterns: ItemPatterns, level: Level) -> Callable[[Multiplicities], float | None]:
    """Return the function that gives alpha for any multiplicities of these patterns, as a bootstrap needs it."""
    disagreements = _DISAGREEMENTS[level](patterns)
    labels = weighted_sum((position, size_of(pattern)) for position, pattern in enumerate(patterns.patterns))
    differing = weighted_sum((position, 1) for position, pattern in enumerate(patterns.patterns) if len(pattern) > 1)

    def alpha(multiplicities: Multiplicities) -> float | None:
        observed, expected = disagreements(multiplicities)
        return beyond_chance(
            (labels(multiplicities) - 1) * observed, expected, has_differences=differing(multiplicities) > 0
        )

    return alpha


def _nominal(patterns: ItemPatterns) -> Disagreements:
    observed = _sum_of_differences(patterns, lambda one, other: 1)
    totals = _totals(patterns)

    def disagreements(multiplicities: Multiplicities) -> tuple[float, float]:
        counts = [total(multiplicities) for total in totals]
        return observed(multiplicities), sum(counts) ** 2 - sum(count * count for count in counts)

    return disagreements


def _interval(patterns: ItemPatterns) -> Disagreements:
    numbers = in_whole_units(patterns.values)  # type: ignore[arg-type]
    reach = max(numbers) or 1
    observed = _sum_of_differences(patterns, lambda one, other: ((numbers[one] - numbers[other]) / reach) ** 2)
    # The expected disagreement is a variance, which adds up over items: labels, their numbers, the squares of these.
    count, total, squares = (
        weighted_sum(
            (position, sum(times * numbers[value] ** power for value, times in pattern))
            for position, pattern in enumerate(patterns.patterns)
        )
        for power in (0, 1, 2)
    )

    def disagreements(multiplicities: Multiplicities) -> tuple[float, float]:
        variance = count(multiplicities) * squares(multiplicities) - total(multiplicities) ** 2
        return observed(multiplicities), 2 * variance / reach**2

    return disagreements


def _ordinal(patterns: ItemPatterns) -> Disagreements:
    totals = _totals(patterns)
    weights: Mapping[tuple[int, int], list[tuple[int, float]]] = _pair_weights(patterns)
    pairs = [(pair, weighted_sum(of_pair)) for pair, of_pair in weights.items()]

    def disagreements(multiplicities: Multiplicities) -> tuple[float, float]:
        counts = [total(multiplicities) for total in totals]
        labels = sum(counts)
        # The ordinal difference of two values is exactly the difference of their middle ranks, here around 0.
        ranks, below = [], -labels / 2
        for count in counts:
            ranks.append(below + count / 2)
            below += count
        observed = 2 * sum(pair(multiplicities) * (ranks[one] - ranks[other]) ** 2 for (one, other), pair in pairs)
        return observed, 2 * labels * sum(count * rank * rank for count, rank in zip(counts, ranks, strict=True))

    return disagreements


_DISAGREEMENTS: Final[Mapping[Level, Callable[[ItemPatterns], Disagreements]]] = {
    Level.NOMINAL: _nominal,
    Level.ORDINAL: _ordinal,
    Level.INTERVAL: _interval,
}


def _totals(patterns: ItemPatterns) -> list[WeightedSum]:
    """Return for each value the function that counts its labels."""
    by_value: list[list[tuple[int, float]]] = [[] for _ in patterns.values]
    for position, pattern in enumerate(patterns.patterns):
        for value, count in pattern:
            by_value[value].append((position, count))
    return [weighted_sum(weights) for weights in by_value]


def _pair_weights(patterns: ItemPatterns) -> Mapping[tuple[int, int], list[tuple[int, float]]]:
    """Return for every two values given to one item how much each pattern adds to their coincidences."""
    weights: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for position, pattern in enumerate(patterns.patterns):
        partners = size_of(pattern) - 1
        for (one, ones), (other, others) in combinations(pattern, 2):
            weights[one, other].append((position, ones * others / partners))
    return weights


def _sum_of_differences(patterns: ItemPatterns, difference: Callable[[int, int], float]) -> WeightedSum:
    """Return the function for the observed disagreement, where the difference of two values depends on them alone."""
    weights: dict[int, float] = defaultdict(float)
    for (one, other), of_pair in _pair_weights(patterns).items():
        for position, weight in of_pair:
            weights[position] += 2 * weight * difference(one, other)
    return weighted_sum(weights.items())
