"""What a report says about judges."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from labeler.agreement.figure import Figure
from labeler.agreement.judge_examples import Examples
from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.value import JsonValue
from tests.agreement.assessments import CORRECT, MODES, QUALITY, judge_of, judgement, label, labels_of, report_of

T, F = True, False


def verdicts(values: Sequence[JsonValue], judge: str = "judge-v1", name: str = "correct") -> list[Assessment]:
    return [judgement(f"t-{trace:03}", value, judge, name) for trace, value in enumerate(values) if value is not None]


def people(values: Sequence[JsonValue], name: str = "correct") -> list[Assessment]:
    """Two who agree."""
    return labels_of({"ana": values, "bo": values}, name)


def test_a_judge_beside_the_consensus_of_people() -> None:
    agreed = [T] * 379 + [F] * 138
    said = [T] * 374 + [F] * 5 + [T] * 39 + [F] * 99
    judge = judge_of([*people(agreed), *verdicts(said)], CORRECT)
    compared = judge.comparison
    assert (judge.source.id, judge.source.type, judge.question) == ("judge-v1", SourceType.LLM_JUDGE, "correct")
    assert (compared.items, judge.judged, judge.undecided) == (517, 517, 0)
    assert (compared.values, compared.words) == ((T, F), ("Correct", "Wrong"))
    assert compared.confusion == ((374, 5), (39, 99))
    assert compared.percent == Figure(473 / 517)
    by_chance = (379 * 413 + 138 * 104) / 517**2
    assert compared.kappa.value == pytest.approx((473 / 517 - by_chance) / (1 - by_chance))
    assert compared.interval is not None
    assert compared.interval.low < 0.764 < compared.interval.high
    assert [rate.found.value for rate in compared.rates] == [374 / 379, 99 / 138]
    assert [rate.right.value for rate in compared.rates] == [374 / 413, 99 / 104]
    assert compared.always is not None
    assert (compared.always.word, compared.always.share) == ("Correct", 379 / 517)


def test_the_ceiling_is_of_all_judged_items_also_those_that_people_could_not_decide() -> None:
    """Where two people differ there is no majority: the items that are left would always show full agreement."""
    labels = labels_of({"ana": [T, F] * 10 + [T] * 5, "bo": [T, F] * 10 + [F] * 5})
    judge = judge_of([*labels, *verdicts([T, F] * 10 + [T] * 5)], CORRECT)
    assert (judge.comparison.items, judge.undecided) == (20, 5)
    assert judge.comparison.kappa == Figure(1.0)
    assert judge.ceiling.value == pytest.approx(0.60, abs=0.02)
    # With single people: 45 of 50 labels are the judge's, and half of them would be by chance.
    assert judge.person_kappa.value == pytest.approx((0.9 - 0.5) / (1 - 0.5))


def test_a_decision_makes_an_item_comparable_and_counts_as_nobodys_label() -> None:
    decided = label("t-000", "lead", F, metadata={"labeler.role": "adjudication"})
    judge = judge_of([*labels_of({"ana": [T], "bo": [F]}), decided, *verdicts([F])], CORRECT)
    assert (judge.comparison.items, judge.comparison.confusion) == (1, ((1,),))
    assert judge.ceiling.value == 0


def test_values_in_other_words_are_mapped_and_others_counted() -> None:
    said = [*verdicts(["yes", "PASS", "no", "perhaps", 7]), judgement("t-005", None, error="timeout")]
    judge = judge_of([*people([T, T, F, T, T, T]), *said], CORRECT)
    assert (judge.judged, judge.unmappable, judge.errors) == (3, 2, 1)
    assert judge.comparison.confusion == ((2, 0), (0, 1))


def test_numbers_have_quadratic_weights_and_a_median_between_steps_has_a_row() -> None:
    labels = labels_of({"ana": [1, 2, 5, 3], "bo": [1, 3, 5, 3]}, "quality")
    judge = judge_of([*labels, *verdicts([1, 2, 5, 4], name="quality")], QUALITY)
    agreed, said = [1, 2.5, 5, 3], [1, 2, 5, 4]
    differences = [(one - other) ** 2 for one in agreed for other in said]
    assert judge.comparison.kappa.value == pytest.approx(1 - (1.25 / 4) / (sum(differences) / 16))
    assert judge.comparison.values == (1, 2, 2.5, 3, 4, 5)
    assert [rate.found.reason for rate in judge.comparison.rates][1] == "no consensus is this"


def test_a_choice_of_several_is_compared_option_by_option() -> None:
    labels = people([["wrong"], ["wrong", "rude"], []], "modes")
    judge = judge_of([*labels, *verdicts([["wrong"], ["wrong"], []], name="modes")], MODES)
    assert judge.options is not None
    assert judge.options["wrong"].confusion == ((2, 0), (0, 1))
    assert judge.options["rude"].confusion == ((0, 1), (0, 2))
    assert judge.comparison.percent == Figure(2 / 3)


def test_versions_stand_beside_each_other_on_the_items_that_all_judged() -> None:
    """The first one judged the easy items alone, and would look better on all that it did."""
    agreed = [T, F, T, F, T, F]
    labels = people(agreed)
    old, new = verdicts([None, None, T, F, T, T], "v1"), verdicts([F, T, T, F, T, F], "v2")
    code = [judgement("t-000", T, "exact match", "exact")]
    report = report_of([*labels, *old, *new, *code], CORRECT)
    assert [(judge.source.id, judge.comparison.items) for judge in report.judges] == [("v1", 4), ("v2", 6)]
    [beside] = report.versions
    assert (beside.question, beside.items) == ("correct", 4)
    assert [(version.source.id, version.percent.value) for version in beside.versions] == [("v1", 0.75), ("v2", 1.0)]


def test_a_judge_by_another_name_and_code_are_compared_like_any() -> None:
    code = [label(f"t-{trace:03}", "scorer", "true", "exact", source=SourceType.CODE) for trace in range(3)]
    judge = judge_of([*people([T, T, F]), *code], CORRECT, judges={"exact": "correct"})
    assert (judge.name, judge.source.type, judge.comparison.items) == ("exact", SourceType.CODE, 3)
    assert report_of([*people([T, T, F]), *code], CORRECT).judges == ()


def test_where_labels_were_not_blind_kappa_against_the_blind_ones_stands_beside_it() -> None:
    blind, seeing = {"labeler.blind": "true"}, {"labeler.blind": "revealed"}

    def labels(reviewer: str, values: Sequence[bool], metadata: dict[str, str]) -> list[Assessment]:
        return [label(f"t-{trace:03}", reviewer, value, metadata=metadata) for trace, value in enumerate(values)]

    own, judged = [T, T, F, F], [T, F, F, T]
    honest = [*labels("ana", own, blind), *labels("bo", own, blind)]
    biased = [*labels("eve", judged, seeing), *labels("gus", judged, seeing), *labels("hal", judged, seeing)]
    assert judge_of([*honest, *verdicts(judged)], CORRECT).blind_kappa is None
    judge = judge_of([*honest, *biased, *verdicts(judged)], CORRECT)
    assert judge.seen == Figure(12 / 20)
    assert judge.comparison.kappa == Figure(1.0)
    assert judge.blind_kappa == Figure(0.0)


def test_one_person_is_compared_with_a_judge_where_that_is_asked_for() -> None:
    answers = [*labels_of({"ana": [T, F, T]}), *verdicts([T, F, F])]
    assert judge_of(answers, CORRECT).comparison.note == "no judged item has a consensus of people"
    alone = judge_of(answers, CORRECT, at_least=1)
    assert alone.comparison.confusion == ((1, 1), (0, 1))
    assert alone.comparison.note == "too few items (3)"


def test_examples_take_turns_between_errors_explained_and_unanimous_ones_first_and_unlike_each_other() -> None:
    agreed = [T, T, T, T, F, F, T]
    labels = [
        *people(agreed),
        *(label(f"t-{trace:03}", "cem", agreed[trace], rationale="because") for trace in (1, 2, 3, 5)),
        label("t-000", "cem", F),  # not unanimous
    ]
    said = verdicts([F, F, F, F, T, T, T])
    requests = {"t-001": "refund my order", "t-002": "refund my order please", "t-003": "open the harbour gate"}
    judge = judge_of([*labels, *said], CORRECT, examples=Examples(6, requests))
    shown = [example.item.trace_id for example in judge.show]
    assert set(shown) == {"t-000", "t-001", "t-002", "t-003", "t-004", "t-005"}
    wrongly_passed = [trace for trace in shown if trace in ("t-004", "t-005")]
    wrongly_failed = [trace for trace in shown if trace not in wrongly_passed]
    assert wrongly_passed == ["t-005", "t-004"]
    assert wrongly_failed == ["t-001", "t-003", "t-002", "t-000"]
    assert {shown[0], shown[1]} == {"t-001", "t-005"}
    assert len(judge_of([*labels, *said], CORRECT, examples=Examples(2)).show) == 2
    assert judge.with_rationale == 4
