"""What people agree on about an item: what a lead decided, else what most say, else, of numbers, the median."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from labeler.agreement.level import Level, Value
from labeler.dataclass import dataclass
from labeler.domain.value import MAX_EXACT_INTEGER


class How(StrEnum):
    """How a consensus came about."""

    ADJUDICATED = "adjudicated"
    MAJORITY = "majority"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Consensus:
    """A value that stands for the people, how it came about, and whether all labels say the same."""

    value: Value
    how: How
    is_unanimous: bool


def consensus(
    labels: Sequence[Value], level: Level, adjudicated: Value | None = None, *, at_least: int = 2
) -> Consensus | None:
    """Return what people agree on about an item, None where there is no consensus.

    An adjudicated value wins over any label. Otherwise it takes at least `at_least` labels: one person is no consensus.
    Of names it is the value that more than half of the labels have. Of numbers it is the median, which for an even
    number of labels is the mean of the middle two and may lie between two steps.
    """
    is_unanimous = len(set(labels)) == 1
    if adjudicated is not None:
        return Consensus(adjudicated, How.ADJUDICATED, is_unanimous and labels[0] == adjudicated)
    if not labels or len(labels) < at_least:
        return None
    if level is not Level.NOMINAL:
        return Consensus(_median(labels), How.MEDIAN, is_unanimous)
    [(value, votes)] = Counter(labels).most_common(1)
    return Consensus(value, How.MAJORITY, is_unanimous) if votes * 2 > len(labels) else None


def _median(labels: Sequence[Value]) -> int | float:
    numbers = sorted(label for label in labels if isinstance(label, int | float))
    low, high = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    return low if low == high else _whole_if_it_is(low / 2 + high / 2)


def _whole_if_it_is(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) <= MAX_EXACT_INTEGER else number
