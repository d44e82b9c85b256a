"""What holds of every figure, whatever the labels."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.agreement.figure import NO_VARIATION, Figure
from labeler.agreement.kappa import Weights, cohen_kappa, fleiss_kappa
from labeler.agreement.krippendorff import krippendorff_alpha
from labeler.agreement.level import Level
from labeler.agreement.percent_and_ac1 import gwet_ac1, percent_agreement

Items = list[list[float]]

finite = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
few = st.integers(1, 4)
items_of_anything: st.SearchStrategy[Items] = st.lists(st.lists(few | finite, max_size=5), max_size=12)
items_of_few: st.SearchStrategy[Items] = st.lists(st.lists(few, min_size=2, max_size=4), min_size=1, max_size=12)

FIGURES: list[Callable[[Items], Figure]] = [
    *(lambda items, level=level: krippendorff_alpha(items, level) for level in Level),
    percent_agreement,
    gwet_ac1,
    fleiss_kappa,
]


@given(items_of_anything)
def test_a_figure_is_a_number_of_at_most_1_or_says_why_there_is_none(items: Items) -> None:
    for figure in (of(items) for of in FIGURES):
        if figure.value is None:
            assert figure.reason
        else:
            assert math.isfinite(figure.value)
            assert figure.value <= 1
            assert figure.reason is None


@given(items_of_anything)
def test_a_figure_is_1_exactly_where_nobody_differs(items: Items) -> None:
    differ = any(len(set(labels)) > 1 for labels in items)
    for of in FIGURES:
        figure = of(items)
        if figure.value is not None:
            assert (figure.value == 1) is not differ


@given(st.lists(st.tuples(few | finite, few | finite), max_size=12), st.sampled_from(Weights))
def test_kappa_is_finite_or_says_why_not_and_is_1_exactly_where_nobody_differs(
    pairs: list[tuple[float, float]], weights: Weights
) -> None:
    kappa = cohen_kappa(pairs, weights)
    if kappa.value is None:
        assert kappa.reason
        assert len({value for pair in pairs for value in pair}) < 2
    else:
        assert math.isfinite(kappa.value)
        assert (kappa.value == 1) is all(one == other for one, other in pairs)


@given(items_of_few, st.randoms(use_true_random=False))
def test_the_order_of_people_and_of_items_changes_nothing(items: Items, shuffle: random.Random) -> None:
    """Not even the last bit of a float."""
    shuffled = [shuffle.sample(labels, len(labels)) for labels in items]
    shuffle.shuffle(shuffled)
    for of in FIGURES:
        assert of(shuffled) == of(items)
    pairs, turned = [[(labels[0], labels[1]) for labels in some] for some in (items, shuffle.sample(items, len(items)))]
    for weights in Weights:
        assert cohen_kappa(turned, weights) == cohen_kappa(pairs, weights)


def test_a_difference_too_small_for_a_float_still_is_one() -> None:
    alpha = krippendorff_alpha([[0, 1e-9], [0, 0], [1e9, 1e9]], Level.INTERVAL)
    assert alpha.value == math.nextafter(1, 0)


@pytest.mark.parametrize("level", Level)
def test_no_variation_leaves_alpha_undefined(level: Level) -> None:
    assert krippendorff_alpha([[0.1, 0.1, 0.1]] * 1000, level) == Figure(None, NO_VARIATION)


def test_numbers_far_from_the_rest_cost_no_precision() -> None:
    """In floats the variance of the rest would drown in the square of the one that is far off."""
    near = [[1.0, 2.0], [2.0, 2.0], [3.0, 1.0], [1.0, 1.0]]
    far = [[value + 1e15 for value in labels] for labels in near]
    assert krippendorff_alpha(far, Level.INTERVAL).value == pytest.approx(
        krippendorff_alpha(near, Level.INTERVAL).value, abs=1e-12
    )


def test_fleiss_kappa_says_which_numbers_of_labels_there_are() -> None:
    figure = fleiss_kappa([["a", "b"], ["a", "a", "a"], ["c"]])
    assert figure.value is None
    assert "2 to 3 labels" in str(figure.reason)
