"""Intervals: repeatable, and as wide as they claim to be."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter

import pytest

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.figure import Interval
from labeler.agreement.item_patterns import patterns_of
from labeler.agreement.krippendorff import alpha_statistic, krippendorff_alpha
from labeler.agreement.level import Level


def interval(items: list[list[int]], *, seed: int = 0, resamples: int = 1000) -> Interval | None:
    patterns = patterns_of(items)
    statistic = alpha_statistic(patterns, Level.NOMINAL)
    return Bootstrap(seed, resamples).interval(patterns.multiplicities, statistic)


def simulated(items: int, accuracy: float, share_of_ones: float, seed: int) -> list[list[int]]:
    """Three labels an item; each person sees the item's true value with a probability and guesses by share else."""
    draw = random.Random(seed)

    def value() -> int:
        return int(draw.random() < share_of_ones)

    truths = [value() for _ in range(items)]
    return [[truth if draw.random() < accuracy else value() for _ in range(3)] for truth in truths]


def test_the_same_labels_and_seed_give_the_same_interval_in_any_order() -> None:
    items = simulated(60, 0.8, 0.5, seed=1)
    shuffled = [labels[::-1] for labels in reversed(items)]
    assert interval(items) == interval(shuffled) == interval(items)
    assert interval(items) != interval(items, seed=1)


def test_the_interval_is_that_of_items_drawn_one_by_one() -> None:
    """Counting equal items is a shortcut, and only `random()` is promised to be the same in every version of Python."""
    items = simulated(60, 0.8, 0.5, seed=1)
    in_order = sorted(items, key=lambda labels: sorted(Counter(labels).items()))
    draw = random.Random(3).random
    alphas = [
        krippendorff_alpha([in_order[int(draw() * 60)] for _ in range(60)], Level.NOMINAL).value for _ in range(200)
    ]
    percentiles = statistics.quantiles([alpha for alpha in alphas if alpha is not None], n=40, method="inclusive")
    found = interval(items, seed=3, resamples=200)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((percentiles[0], percentiles[-1]), abs=1e-12)


def test_no_interval_where_the_only_difference_is_often_not_drawn() -> None:
    """A third of the resamples has no variation then; an interval of the others would claim too much."""
    assert interval([[1, 1, 1]] * 59 + [[1, 1, 0]]) is None


@pytest.mark.slow
@pytest.mark.parametrize(("items", "share_of_ones"), [(100, 0.5), (300, 0.5), (300, 0.9)])
def test_the_interval_covers_the_true_alpha_as_often_as_it_says(items: int, share_of_ones: float) -> None:
    """Two people agree beyond chance exactly where both saw the true value: alpha is the accuracy squared."""
    runs, accuracy = 200, 0.8
    covered = 0
    for seed in range(runs):
        found = interval(simulated(items, accuracy, share_of_ones, seed), seed=seed, resamples=500)
        covered += found is not None and found.low <= accuracy**2 <= found.high
    assert 0.91 <= covered / runs <= 0.98


@pytest.mark.slow
@pytest.mark.timing("measures its own computing")
@pytest.mark.parametrize(("values", "level"), [(2, Level.NOMINAL), (5, Level.ORDINAL), (101, Level.INTERVAL)])
def test_a_thousand_resamples_of_a_thousand_items_take_about_a_second(values: int, level: Level) -> None:
    draw = random.Random(1)
    truths = [draw.randrange(values) for _ in range(1000)]
    patterns = patterns_of(
        [[truth if draw.random() < 0.7 else draw.randrange(values) for _ in "abc"] for truth in truths]
    )
    began = time.process_time()
    assert Bootstrap().interval(patterns.multiplicities, alpha_statistic(patterns, level))
    assert time.process_time() - began < 1.5
