"""Taking the judge's value, in the question's own type."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import pytest

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import PassFail, Question
from labeler.domain.value import JsonValue, UnusableValue
from labeler.review.action import SetAnswer
from labeler.review.judge_values import is_disputed, judge_of, judged_value
from labeler.review.possible import refusal, verdict
from labeler.review.state import Rules
from tests.domain.assessment_fields import AssessmentFields
from tests.review.sitting import CLARITY, HELPFUL, MODES, QUALITY, REMARK, Sitting

JUDGE, CODE, HUMAN = SourceType.LLM_JUDGE, SourceType.CODE, SourceType.HUMAN


def said(
    value: JsonValue,
    name: str = "helpful",
    by: SourceType = JUDGE,
    at_ms: int = 0,
    **more: Unpack[AssessmentFields],
) -> Assessment:
    source = Source(by, "judge/1")
    said = Assessment("x", "t0", name, AssessmentKind.FEEDBACK, value, source, created_at_ms=at_ms)
    return replace(said, **more)


@pytest.mark.parametrize(
    ("question", "value", "taken"),
    [
        (HELPFUL, True, True),
        (HELPFUL, "yes", True),
        (HELPFUL, " Pass ", True),
        (HELPFUL, "HELPFUL", True),
        (HELPFUL, "not helpful", False),
        (HELPFUL, "no", False),
        (HELPFUL, 0, False),
        (HELPFUL, 1.0, True),
        (CLARITY, "Vague", "vague"),
        (CLARITY, ["vague"], "vague"),
        (MODES, ["unsafe", "WRONG"], ["wrong", "unsafe"]),
        (MODES, "wrong", ["wrong"]),
        (MODES, [], []),
        (QUALITY, 4, 4),
        (QUALITY, 4.0, 4),
        (QUALITY, "4", 4),
        (QUALITY, " 4.0 ", 4),
        (REMARK, "as is", "as is"),
        (REMARK, 4, "4"),
        (REMARK, {"why": ["é", True]}, '{"why": ["é", true]}'),
    ],
)
def test_the_judges_value_is_taken_in_the_questions_own_type(
    question: Question, value: JsonValue, taken: JsonValue
) -> None:
    got = judged_value(question, said(value))
    assert got == taken
    assert type(got) is type(taken)
    sitting = Sitting(question)
    sitting.do(SetAnswer(question.name, got))
    assert sitting.value(question) == taken


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (HELPFUL, "perhaps"),
        (HELPFUL, 0.5),
        (HELPFUL, None),
        (CLARITY, "foggy"),
        (CLARITY, ["clear", "vague"]),
        (CLARITY, []),
        (MODES, ["wrong", "rude"]),
        (QUALITY, "four"),
        (QUALITY, 4.5),
        (QUALITY, 7),
        (QUALITY, True),
        (REMARK, None),
        (REMARK, "nul \x00"),
    ],
)
def test_a_value_without_a_counterpart_is_refused_with_a_sentence(question: Question, value: JsonValue) -> None:
    with pytest.raises(UnusableValue) as refused:
        judged_value(question, said(value))
    assert len(str(refused.value).split()) > 2


def test_the_questions_own_labels_mean_what_they_say() -> None:
    toxic = Question("toxic", PassFail(positive="No", negative="Yes"))
    assert judged_value(toxic, said("yes")) is False
    assert judged_value(toxic, said("no")) is True


def test_the_newest_judge_speaks_before_any_code() -> None:
    older, newer, code = said(True, at_ms=1), said(False, at_ms=2), said(True, by=CODE, at_ms=3)
    assert judge_of(HELPFUL, [newer, code, older]) is newer
    assert judge_of(HELPFUL, [code]) is code


@pytest.mark.parametrize("is_absent", [False, True])
@pytest.mark.parametrize(
    ("question", "value"),
    [(HELPFUL, True), (HELPFUL, "perhaps"), (REMARK, "tea"), (REMARK, " \n"), (QUALITY, 9), (MODES, [])],
)
def test_a_judges_value_is_offered_just_where_answering_with_it_would_not_be_refused(
    question: Question, value: JsonValue, is_absent: bool
) -> None:
    sitting = Sitting(question)
    sitting.state.worklist.set_absent({"t0"} if is_absent else frozenset())
    found = verdict(sitting.state, question, [said(value, question.name)])
    assert found is not None
    if found.value is None:
        assert found.why_not
    else:
        assert found.why_not == refusal(sitting.state, SetAnswer(question.name, found.value))


def test_who_failed_was_superseded_spoke_of_a_span_or_is_a_person_is_no_judge() -> None:
    others = [
        said(True, by=HUMAN),
        said(None, error="rate limited"),
        said(True, valid=False),
        said(True, span_id="00ff"),
        said(True, name="polite"),
    ]
    assert judge_of(HELPFUL, others) is None


def test_of_a_span_only_a_judge_of_that_span_speaks() -> None:
    of_trace, of_span, of_other = said(True), said(False, span_id="00ff"), said(True, span_id="00aa")
    assert judge_of(HELPFUL, [of_trace, of_span, of_other], "00ff") is of_span
    assert judge_of(HELPFUL, [of_trace, of_other], "00ff") is None


def test_a_judge_of_another_name_speaks_where_it_is_mapped_to_the_question() -> None:
    mapped = Rules(judges={"helpful_v2": "helpful", "polite_v2": "polite"})
    of_v2, of_polite = said(False, "helpful_v2", at_ms=2), said(True, "polite_v2", at_ms=3)
    assert judge_of(HELPFUL, [said(True, at_ms=1), of_v2, of_polite], None, mapped) is of_v2
    assert judge_of(HELPFUL, [said(True, at_ms=1), of_v2, of_polite]) == said(True, at_ms=1)
    a_person = said(True, "helpful_v2", by=HUMAN, at_ms=9)
    assert judge_of(HELPFUL, [a_person], None, mapped) is None


def test_where_a_judge_is_checked_its_newest_verdict_counts_whoever_gave_it_and_no_other_judge_speaks() -> None:
    checked = Rules(judges={"helpful_v2": "helpful"}, checked="helpful_v2")
    by_judge, by_code = said("yes", "helpful_v2", at_ms=1), said("no", "helpful_v2", by=CODE, at_ms=2)
    assert judge_of(HELPFUL, [by_judge, by_code, said(True, at_ms=3)], None, checked) is by_code


def person_said(value: JsonValue, who: str = "bo", at_ms: int = 5, **more: Unpack[AssessmentFields]) -> Assessment:
    return replace(said(value, by=HUMAN, at_ms=at_ms, **more), source=Source(HUMAN, who))


TO_ANOTHER = replace(said(False, "polite", by=HUMAN), source=Source(HUMAN, "bo"))


@pytest.mark.parametrize(
    ("others", "disputed"),
    [
        ([], False),
        ([person_said(True)], False),
        ([person_said(False)], True),
        ([person_said("no")], True),
        ([person_said(True), person_said(False, "ana")], True),
        ([person_said(False, at_ms=1), person_said(True, " BO ", at_ms=2)], False),
        ([person_said(False, valid=False)], False),
        ([person_said(False, span_id="00ff")], False),
        ([TO_ANOTHER], False),
        ([person_said("perhaps")], False),
        ([said(False, by=CODE)], False),
        ([said("no", "helpful_v2", at_ms=9), person_said(False)], False),
        ([said("perhaps", "helpful_v2", at_ms=9), person_said(False)], False),
        ([said("yes", "helpful_v2", span_id="00ff"), person_said(False, span_id="00ff")], True),
    ],
)
def test_a_verdict_is_disputed_where_a_persons_last_answer_is_another(others: list[Assessment], disputed: bool) -> None:
    assert is_disputed(HELPFUL, "helpful_v2", [said("yes", "helpful_v2"), *others]) is disputed
