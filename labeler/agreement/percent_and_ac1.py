"""Percent agreement, and Gwet's AC1, which stays near it where almost all labels are alike and alpha does not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import fsum

from labeler.agreement.figure import NO_PAIRS, Figure, beyond_chance, undefined
from labeler.agreement.item_patterns import ItemPatterns, patterns_of, size_of
from labeler.agreement.level import Value


def percent_agreement(items: Iterable[Sequence[Value]]) -> Figure:
    """Return the mean over items of the share of pairs of labels that are equal, 0 to 1.

    Every item with two labels or more counts once, however many it has; chance is not taken into account. Fleiss,
    "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971), where it is the mean P(i).
    """
    patterns = patterns_of(items)
    return Figure(_agreement(patterns)) if patterns.patterns else undefined(NO_PAIRS)


def gwet_ac1(items: Iterable[Sequence[Value]], categories: int | None = None) -> Figure:
    """Return Gwet's AC1 of labels taken as names; `categories` says how many there are to choose from.

    AC1 = (pa - pe) / (1 - pe), where pa is percent agreement and pe = sum of p(k) (1 - p(k)) / (categories - 1); p(k)
    is the mean over items, those with one label included, of the share of labels k. Without `categories` the values
    that were given are the categories. Gwet, "Computing inter-rater reliability and its variance in the presence of
    high agreement", British Journal of Mathematical and Statistical Psychology 61 (2008).
    """
    labelled = [labels for labels in items if labels]
    patterns = patterns_of(labelled)
    if not patterns.patterns:
        return undefined(NO_PAIRS)
    shares: dict[Value, list[float]] = defaultdict(list)
    for labels in labelled:
        for value, count in Counter(labels).items():
            shares[value].append(count / len(labels))
    choices = max(categories or 0, len(shares))
    if choices < 2:
        return undefined("there is only one value to choose")
    means = [fsum(of_value) / len(labelled) for of_value in shares.values()]
    chance = fsum(mean * (1 - mean) for mean in means) / (choices - 1)
    disagreement = 1 - _agreement(patterns)
    return Figure(beyond_chance(disagreement, 1 - chance, has_differences=disagreement > 0))


def _agreement(patterns: ItemPatterns) -> float:
    """Return the mean over items of the share of pairs of labels that are equal."""
    agreeing = (
        times * (sum(count * (count - 1) for _, count in pattern) / (size_of(pattern) * (size_of(pattern) - 1)))
        for pattern, times in zip(patterns.patterns, patterns.multiplicities, strict=True)
    )
    return fsum(agreeing) / patterns.items
