"""What the labels of an item come to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from labeler.agreement.consensus import Consensus, How, consensus
from labeler.agreement.level import Level, Value


@pytest.mark.parametrize(
    ("labels", "level", "value"),
    [
        (["a", "a", "b"], Level.NOMINAL, "a"),
        (["a", "a"], Level.NOMINAL, "a"),
        (["a", "b"], Level.NOMINAL, None),
        (["a", "a", "b", "c"], Level.NOMINAL, None),  # half is no majority
        (["a", "b", "c"], Level.NOMINAL, None),
        (["a"], Level.NOMINAL, None),
        ([], Level.NOMINAL, None),
        ([1, 2, 5], Level.ORDINAL, 2),
        ([1, 4], Level.ORDINAL, 2.5),
        ([4, 2, 3, 5, 4], Level.INTERVAL, 4),
        ([4], Level.INTERVAL, None),
        ([1.7e308, 1.5e308], Level.INTERVAL, 1.6e308),
    ],
)
def test_a_majority_of_names_and_the_median_of_numbers(labels: list[Value], level: Level, value: Value | None) -> None:
    for order in (labels, labels[::-1]):
        found = consensus(order, level)
        assert (found and found.value) == value
        assert found is None or found.how is (How.MAJORITY if level is Level.NOMINAL else How.MEDIAN)


@pytest.mark.parametrize("labels", [["a", "a", "a"], ["b"], []])
def test_what_a_lead_decided_wins(labels: Sequence[Value]) -> None:
    assert consensus(labels, Level.NOMINAL, "b") == Consensus("b", How.ADJUDICATED, is_unanimous=labels == ["b"])


def test_one_person_is_a_consensus_only_where_that_is_asked_for() -> None:
    assert consensus(["a"], Level.NOMINAL) is None
    assert consensus(["a"], Level.NOMINAL, at_least=1) == Consensus("a", How.MAJORITY, is_unanimous=True)
