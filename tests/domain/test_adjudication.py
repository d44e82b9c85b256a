"""Decisions of leads: their IDs follow from what they are about, and everybody comes to the same one that counts."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations

from labeler.domain.adjudication import (
    adjudication_id,
    decision_number,
    decision_that_counts,
    is_adjudication,
    next_decision,
)
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType


def decision(number: int, by: str = "lead", value: bool | None = True) -> Assessment:
    """The decision of this number about one question of one trace."""
    return Assessment(
        adjudication_id("autumn", "tr-1", "correct", number),
        "tr-1",
        "correct",
        AssessmentKind.FEEDBACK,
        value,
        Source(SourceType.HUMAN, by),
        metadata={"labeler.role": "adjudication", "labeler.sprint": "autumn"},
        created_at_ms=1000 - number,
    )


def test_an_id_is_the_same_for_everybody_and_another_for_anything_else() -> None:
    about = ("autumn", "tr-1", "correct", 1)
    assert adjudication_id(*about) == adjudication_id(*about)
    assert re.fullmatch("a-[0-9a-f]{32}", adjudication_id(*about))
    others = [
        ("autumn-2", *about[1:]),
        ("autumn", "tr-2", "correct", 1),
        ("autumn", "tr-1", "tone", 1),
        (*about[:3], 2),
    ]
    assert len({adjudication_id(*each) for each in (about, *others)}) == 5


def test_the_number_of_a_decision_is_in_its_id_whatever_the_server_calls_it() -> None:
    third = decision(3)
    assert decision_number(third) == 3
    renamed = replace(third, id="a-of-the-server", metadata={**third.metadata, "labeler.id": third.id})
    assert decision_number(renamed) == 3
    assert decision_number(replace(third, trace_id="tr-2")) is None


def test_the_lowest_that_stands_counts_in_whichever_order_they_come() -> None:
    rows = [decision(1), decision(2), decision(3)]
    for order in permutations(rows):
        assert decision_that_counts(order) == rows[0]
    superseded = [replace(rows[0], valid=False), *rows[1:]]
    assert decision_that_counts(superseded) == rows[1]
    by_hand = replace(rows[0], id="a-by-hand", trace_id="tr-1", created_at_ms=9_000)
    assert decision_that_counts([by_hand, rows[2]]) == rows[2], "one without a number of its own comes last"
    assert decision_that_counts([replace(rows[0], valid=False)]) is None


def test_the_next_id_is_the_first_that_is_not_taken() -> None:
    taken = {decision(1).id, decision(3).id}
    assert next_decision("autumn", "tr-1", "correct", taken.__contains__) == decision(2).id


def test_only_a_person_in_that_role_decides() -> None:
    assert is_adjudication(decision(1))
    assert not is_adjudication(replace(decision(1), source=Source(SourceType.LLM_JUDGE, "judge/1")))
    assert not is_adjudication(replace(decision(1), metadata={"labeler.role": "consensus"}))
