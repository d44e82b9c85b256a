"""Questions: when only whole numbers answer."""

from __future__ import annotations

import pytest

from labeler.domain.question import Numeric


@pytest.mark.parametrize(
    "numeric",
    [
        Numeric(1, 5),
        Numeric(0, 2),
        Numeric(-1, 1),
        Numeric(1.0, 5.0),
        Numeric(0, 1, 1),
        Numeric(0, 1, 1.0),
        Numeric(0, 100, 10),
        Numeric(step=1),
        Numeric(minimum=0, step=5),
        Numeric(0.0, 2.5, 1),
    ],
    ids=repr,
)
def test_whole_bounds_at_least_two_apart_or_a_whole_step_mean_whole_numbers(numeric: Numeric) -> None:
    assert numeric.whole


@pytest.mark.parametrize(
    "numeric",
    [
        Numeric(),
        Numeric(0, 1),
        Numeric(minimum=0),
        Numeric(maximum=10),
        Numeric(0, 2.5),
        Numeric(0.5, 10),
        Numeric(1, 5, 0.5),
        Numeric(0.5, 9.5, 1),
    ],
    ids=repr,
)
def test_anything_else_takes_any_number_and_a_step_wins_over_the_bounds(numeric: Numeric) -> None:
    assert not numeric.whole
