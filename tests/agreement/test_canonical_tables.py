"""Figures of published tables come out as published."""

from __future__ import annotations

import pytest

from labeler.agreement.figure import Figure
from labeler.agreement.kappa import Weights, cohen_kappa, fleiss_kappa
from labeler.agreement.krippendorff import krippendorff_alpha
from labeler.agreement.level import Level
from labeler.agreement.percent_and_ac1 import gwet_ac1, percent_agreement
from tests.agreement.tables import KRIPPENDORFF_2011, TEN_BY_FOURTEEN, THREE_BY_FIFTEEN, Table, items_of


def rounded(figure: Figure, digits: int = 3) -> float:
    assert figure.value is not None, figure.reason
    return round(figure.value, digits)


@pytest.mark.parametrize(
    ("table", "level", "alpha"),
    [
        (KRIPPENDORFF_2011, Level.NOMINAL, 0.743),
        (KRIPPENDORFF_2011, Level.ORDINAL, 0.815),
        (KRIPPENDORFF_2011, Level.INTERVAL, 0.849),
        (THREE_BY_FIFTEEN, Level.NOMINAL, 0.691),
        (THREE_BY_FIFTEEN, Level.INTERVAL, 0.811),
    ],
)
def test_alpha(table: Table, level: Level, alpha: float) -> None:
    assert rounded(krippendorff_alpha(items_of(table), level)) == alpha


def test_ac1_and_percent() -> None:
    assert rounded(gwet_ac1(items_of(KRIPPENDORFF_2011)), 5) == 0.77544
    assert rounded(percent_agreement(items_of(KRIPPENDORFF_2011)), 5) == 0.81818


def test_ac1_of_a_scale_of_which_not_all_was_used() -> None:
    """Gwet's chance agreement is spread over what can be chosen: with fewer values seen it would be larger."""
    items = [[1, 1], [1, 2], [2, 2], [1, 1]]
    assert rounded(gwet_ac1(items), 6) == round((0.75 - 2 * 0.375 * 0.625) / (1 - 2 * 0.375 * 0.625), 6)
    assert rounded(gwet_ac1(items, 5), 6) == round((0.75 - 0.5 * 0.375 * 0.625) / (1 - 0.5 * 0.375 * 0.625), 6)
    assert gwet_ac1([["yes", "yes"]] * 9, 2) == Figure(1.0)


def test_fleiss_kappa() -> None:
    items = [[value for value, count in enumerate(row) for _ in range(count)] for row in TEN_BY_FOURTEEN]
    assert rounded(fleiss_kappa(items)) == 0.210


def test_cohen_kappa() -> None:
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert rounded(cohen_kappa(pairs)) == 0.400


def test_weighted_kappa_goes_by_the_numbers_also_where_one_between_was_never_given() -> None:
    """1 and 5 differ by four steps whether or not somebody said 3, else more labels would change old differences."""
    pairs = [(1, 1), (5, 5), (1, 5), (2, 1)]
    linear = 1 - (5 / 4) / (sum(abs(one - other) for one, _ in pairs for _, other in pairs) / 16)
    quadratic = 1 - (17 / 4) / (sum((one - other) ** 2 for one, _ in pairs for _, other in pairs) / 16)
    assert rounded(cohen_kappa(pairs, Weights.LINEAR), 12) == round(linear, 12)
    assert rounded(cohen_kappa(pairs, Weights.QUADRATIC), 12) == round(quadratic, 12)
