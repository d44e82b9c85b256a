"""Figures of random tables equal those of the packages that others compute them with."""

from __future__ import annotations

import math
from typing import Any

import pytest

from labeler.agreement.figure import NO_PAIRS, NO_VARIATION
from labeler.agreement.kappa import Weights, cohen_kappa
from labeler.agreement.krippendorff import krippendorff_alpha
from labeler.agreement.level import Level
from tests.agreement.tables import Table, items_of, random_table

TABLES = 300


@pytest.mark.parametrize("level", Level)
def test_alpha_equals_that_of_krippendorff(level: Level) -> None:
    krippendorff: Any = pytest.importorskip("krippendorff", reason="in the extra [test]")
    defined = 0
    for seed in range(TABLES):
        table = random_table(seed)
        ours = krippendorff_alpha(items_of(table), level)
        if ours.value is None:
            assert ours.reason == (NO_VARIATION if any(len(labels) > 1 for labels in items_of(table)) else NO_PAIRS)
            continue
        data = [[math.nan if value is None else float(value) for value in row] for row in table]
        theirs = krippendorff.alpha(reliability_data=data, level_of_measurement=level.value)
        assert ours.value == pytest.approx(theirs, abs=1e-12), seed
        defined += 1
    assert defined > TABLES * 0.9


@pytest.mark.parametrize("level", Level)
def test_alpha_equals_its_definition(level: Level) -> None:
    """Krippendorff's own way over the matrix of coincidences, with no shortcut."""
    for seed in range(TABLES):
        ours, defined = (
            krippendorff_alpha(items_of(random_table(seed)), level),
            _by_coincidences(random_table(seed), level),
        )
        assert ours.value == (None if defined is None else pytest.approx(defined, abs=1e-12)), seed


@pytest.mark.parametrize("weights", Weights)
def test_kappa_equals_that_of_scikit_learn(weights: Weights) -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics", reason="in the extra [test]")
    defined = 0
    for seed in range(TABLES):
        one, other, *_ = random_table(seed)
        pairs = [
            (mine, yours) for mine, yours in zip(one, other, strict=True) if mine is not None and yours is not None
        ]
        ours = cohen_kappa(pairs, weights)
        if ours.value is None:
            assert len({value for pair in pairs for value in pair}) < 2
            continue
        columns = [list(side) for side in zip(*pairs, strict=True)]
        scale = list(range(max(max(side) for side in columns) + 1))
        chosen = None if weights is Weights.NONE else weights.value
        theirs = metrics.cohen_kappa_score(*columns, labels=scale, weights=chosen)
        assert ours.value == pytest.approx(theirs, abs=1e-12), seed
        defined += 1
    assert defined > TABLES * 0.9


def _by_coincidences(table: Table, level: Level) -> float | None:
    values = sorted({value for labels in items_of(table) for value in labels})
    together = dict.fromkeys(((one, other) for one in values for other in values), 0.0)
    for labels in items_of(table):
        for position, one in enumerate(labels):
            for other in labels[:position] + labels[position + 1 :]:
                together[one, other] += 1 / (len(labels) - 1)
    totals = {value: sum(together[value, other] for other in values) for value in values}

    def difference(one: int, other: int) -> float:
        if level is Level.NOMINAL:
            return float(one != other)
        if level is Level.INTERVAL:
            return float((one - other) ** 2)
        low, high = sorted((one, other))
        between = sum(totals[value] for value in values if low <= value <= high)
        return (between - (totals[one] + totals[other]) / 2) ** 2

    labels_in_all = sum(totals.values())
    observed = sum(weight * difference(*pair) for pair, weight in together.items())
    expected = sum(totals[one] * totals[other] * difference(one, other) for one, other in together)
    return 1 - (labels_in_all - 1) * observed / expected if expected else None
