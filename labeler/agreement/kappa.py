"""Kappas: Cohen's for two people or a person and a judge, plain and weighted; Fleiss' for a fixed number of labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from math import fsum
from typing import Final, TypeAlias

from labeler.agreement.exact_numbers import in_whole_units
from labeler.agreement.figure import NO_PAIRS, NO_VARIATION, Figure, beyond_chance, undefined
from labeler.agreement.item_patterns import Multiplicities, patterns_of, size_of, weighted_sum
from labeler.agreement.level import Level, Value

Pair: TypeAlias = tuple[Value, Value]
"""What the one and what the other said about an item."""


class Weights(StrEnum):
    """How much a difference between two values counts."""

    NONE = "none"
    """Any difference counts alike."""

    LINEAR = "linear"
    """A difference counts as the distance of the two numbers."""

    QUADRATIC = "quadratic"
    """A difference counts as the squared distance of the two numbers."""


def weights_for(level: Level) -> Weights:
    """Return the weights that a report uses: none for names, quadratic ones for numbers."""
    return Weights.NONE if level is Level.NOMINAL else Weights.QUADRATIC


def cohen_kappa(pairs: Iterable[Pair], weights: Weights = Weights.NONE) -> Figure:
    """Return Cohen's kappa of what two people said about the same items.

    kappa = 1 - Do / De. Do is the mean weight of the difference between the two on an item; De that between what the
    one said on any item and the other on any other. Weighted by the numbers themselves, not by their ranks among those
    that were given. Undefined where both said one and the same thing everywhere. Cohen, "A coefficient of agreement for
    nominal scales", Educational and Psychological Measurement 20 (1960); weighted: Psychological Bulletin 70 (1968).
    """
    cells = Counter(pairs)
    if not cells:
        return undefined("there is no item in common")
    ordered = sorted(cells)
    kappa = kappa_statistic(ordered, weights)([cells[cell] for cell in ordered])
    return undefined(NO_VARIATION) if kappa is None else Figure(kappa)


def kappa_statistic(cells: Sequence[Pair], weights: Weights) -> Callable[[Multiplicities], float | None]:
    """Return the function that gives Cohen's kappa for any number of items in these cells, as a bootstrap needs it."""
    places = _places(sorted({value for cell in cells for value in cell}), weights)
    largest = _weight(0, max(places.values()), weights) or 1
    one, other = ([places[cell[side]] for cell in cells] for side in (0, 1))
    items = weighted_sum((cell, 1) for cell in range(len(cells)))
    differing = weighted_sum((cell, 1) for cell, (mine, yours) in enumerate(cells) if mine != yours)
    observed = weighted_sum(
        (cell, _weight(mine, yours, weights) / largest)
        for cell, (mine, yours) in enumerate(zip(one, other, strict=True))
    )
    expected = _EXPECTED[weights](one, other)

    def kappa(multiplicities: Multiplicities) -> float | None:
        return beyond_chance(
            items(multiplicities) * observed(multiplicities),
            expected(multiplicities) / largest,
            has_differences=differing(multiplicities) > 0,
        )

    return kappa


def fleiss_kappa(items: Iterable[Sequence[Value]]) -> Figure:
    """Return Fleiss' kappa, defined only where each item that has two labels or more has the same number of them.

    kappa = (P - Pe) / (1 - Pe), where P is percent agreement and Pe the sum of the squared shares of the values.
    Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971).
    """
    patterns = patterns_of(items)
    sizes = {size_of(pattern) for pattern in patterns.patterns}
    if not sizes:
        return undefined(NO_PAIRS)
    if len(sizes) > 1:
        return undefined(f"items have {min(sizes)} to {max(sizes)} labels, Fleiss' kappa needs the same number on each")
    [size] = sizes
    totals: Counter[int] = Counter()
    agreeing = 0
    for pattern, times in zip(patterns.patterns, patterns.multiplicities, strict=True):
        for value, count in pattern:
            totals[value] += times * count
            agreeing += times * count * (count - 1)
    pairs = patterns.items * size * (size - 1)
    chance = fsum((total / patterns.labels) ** 2 for total in totals.values())
    if len(totals) < 2:
        return undefined(NO_VARIATION)
    return Figure(beyond_chance(1 - agreeing / pairs, 1 - chance, has_differences=agreeing < pairs))


def _places(values: Sequence[Value], weights: Weights) -> Mapping[Value, int]:
    """Return where each value stands: in the order of names, or by its number."""
    if weights is Weights.NONE:
        return {value: place for place, value in enumerate(values)}
    return dict(zip(values, in_whole_units(values), strict=True))  # type: ignore[arg-type]


def _weight(one: int, other: int, weights: Weights) -> int:
    if weights is Weights.NONE:
        return int(one != other)
    return abs(one - other) if weights is Weights.LINEAR else (one - other) ** 2


def _expected_unweighted(one: Sequence[int], other: Sequence[int]) -> Callable[[Multiplicities], float]:
    sides = [_by_place(one), _by_place(other)]
    totals = [
        tuple(weighted_sum((cell, 1) for cell in side.get(place, ())) for side in sides)
        for place in sorted({*one, *other})
    ]
    items = weighted_sum((cell, 1) for cell in range(len(one)))

    def expected(multiplicities: Multiplicities) -> float:
        same = sum(mine(multiplicities) * yours(multiplicities) for mine, yours in totals)
        return items(multiplicities) ** 2 - same

    return expected


def _expected_linear(one: Sequence[int], other: Sequence[int]) -> Callable[[Multiplicities], float]:
    """Return the function that sums the distances of all pairs of a value on the one side and one on the other.

    A distance is the sum of the steps between neighbouring values that it spans, so the sum is taken step by step: over
    each step lie the pairs with one value at or below it and the other above it.
    """
    steps = sorted({*one, *other})
    below = [
        tuple(weighted_sum((cell, 1) for cell, at in enumerate(side) if at <= place) for side in (one, other))
        for place in steps
    ]
    items = weighted_sum((cell, 1) for cell in range(len(one)))

    def expected(multiplicities: Multiplicities) -> float:
        total = items(multiplicities)
        distance: float = 0
        for place, above, (mine, yours) in zip(steps, steps[1:], below, strict=False):
            here, there = mine(multiplicities), yours(multiplicities)
            distance += (above - place) * (here * (total - there) + there * (total - here))
        return distance

    return expected


def _expected_quadratic(one: Sequence[int], other: Sequence[int]) -> Callable[[Multiplicities], float]:
    items = weighted_sum((cell, 1) for cell in range(len(one)))
    mine, yours = (weighted_sum(enumerate(side)) for side in (one, other))
    squares = weighted_sum(
        (cell, mine**2 + yours**2) for cell, (mine, yours) in enumerate(zip(one, other, strict=True))
    )

    def expected(multiplicities: Multiplicities) -> float:
        return items(multiplicities) * squares(multiplicities) - 2 * mine(multiplicities) * yours(multiplicities)

    return expected


def _by_place(side: Sequence[int]) -> Mapping[int, list[int]]:
    cells: dict[int, list[int]] = defaultdict(list)
    for cell, place in enumerate(side):
        cells[place].append(cell)
    return cells


_EXPECTED: Final[Mapping[Weights, Callable[[Sequence[int], Sequence[int]], Callable[[Multiplicities], float]]]] = {
    Weights.NONE: _expected_unweighted,
    Weights.LINEAR: _expected_linear,
    Weights.QUADRATIC: _expected_quadratic,
}
