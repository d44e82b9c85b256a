"""Which assessments on a trace are my answers, and whether they make it labelled by me."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Answer
from labeler.domain.question import FLAG_NAME
from labeler.domain.value import JsonValue
from labeler.review.labelled import is_labelled
from labeler.review.own_assessments import by_others, own_answers, own_answers_by_span
from tests.review.sitting import EXPECTED, HELPFUL, POLITE, QUALITY, REMARK

ME = "Rhea.K@harbour.example"
ASKED = (HELPFUL, QUALITY, EXPECTED)


def given(name: str, value: JsonValue, by: str = ME, at_ms: int = 0) -> Assessment:
    source = Source(SourceType.HUMAN, by)
    return Assessment(f"a-{name}{at_ms}", "t0", name, AssessmentKind.FEEDBACK, value, source, created_at_ms=at_ms)


def mine(*assessments: Assessment) -> dict[str, JsonValue]:
    return {name: answer.value for name, answer in own_answers(assessments, ME, ASKED).items()}


def test_my_valid_answers_about_the_trace_are_mine_however_my_id_is_written() -> None:
    assert mine(given("helpful", True, " rhea.k@HARBOUR.example ")) == {"helpful": True}


def test_others_judges_spans_superseded_and_unasked_ones_are_not() -> None:
    helpful = given("helpful", True)
    assert (
        mine(
            given("helpful", True, "someone"),
            replace(helpful, source=Source(SourceType.LLM_JUDGE, ME)),
            replace(helpful, span_id="00ff"),
            replace(helpful, valid=False),
            given("elsewhere_asked", True),
        )
        == {}
    )


def test_an_answer_that_the_question_would_not_take_today_is_mine_and_converted_where_that_is_certain() -> None:
    assert mine(given("helpful", "yes"), given("quality", 9)) == {"helpful": True, "quality": 9}


def test_feedback_is_no_expectation_of_the_same_name() -> None:
    assert mine(given("expected", "tea")) == {}
    expectation = replace(given("expected", "tea"), kind=AssessmentKind.EXPECTATION)
    assert mine(expectation) == {"expected": "tea"}


def test_the_newest_of_several_stands_in_whatever_order_they_come() -> None:
    older, newer = given("quality", 2, at_ms=1), given("quality", 4, at_ms=2)
    assert mine(older, newer) == mine(newer, older) == {"quality": 4}


def test_what_the_journal_knows_to_be_taken_back_does_not_come_back() -> None:
    assert own_answers([given("helpful", True, at_ms=7)], ME, ASKED, taken_back={"a-helpful7"}) == {}


def test_flags_are_read_as_notes() -> None:
    assert mine(given(FLAG_NAME, True)) == {FLAG_NAME: True}


def test_comment_time_and_override_come_along() -> None:
    assessment = replace(
        given("helpful", True, at_ms=5),
        rationale="why",
        overrides="a-before",
        metadata={"labeler.duration_ms": "5120"},
    )
    answer = own_answers([assessment], ME, ASKED)["helpful"]
    assert answer == Answer("a-helpful5", True, "why", 5, 5120, overrides="a-before")
    for odd in "²", "-5", "", "9" * 5000:
        strange = replace(assessment, metadata={"labeler.duration_ms": odd})
        assert own_answers([strange], ME, ASKED)["helpful"].value is True


def test_an_expectations_comment_is_in_its_metadata() -> None:
    assessment = replace(
        given("expected", "tea"), kind=AssessmentKind.EXPECTATION, metadata={"labeler.rationale": "it is four o'clock"}
    )
    assert own_answers([assessment], ME, ASKED)["expected"].comment == "it is four o'clock"


def test_labelled_is_every_required_question_or_any_one_where_none_is_required() -> None:
    answer = Answer("a", True, None, 0, 0)
    assert not is_labelled({"helpful": answer}, [HELPFUL, POLITE, REMARK])
    assert is_labelled({"helpful": answer, "polite": answer}, [HELPFUL, POLITE, REMARK])
    assert is_labelled({"remark": answer}, [REMARK, EXPECTED])
    assert not is_labelled({FLAG_NAME: answer}, [REMARK, EXPECTED])


def test_by_others_is_everything_that_stands_and_is_not_mine() -> None:
    own, other = given("helpful", True), given("helpful", False, "someone")
    gone = replace(other, valid=False)
    assert by_others([own, other, gone, replace(own, span_id="ff")], ME) == [other]


def test_what_i_said_about_spans_is_mine_by_span_and_never_about_the_trace() -> None:
    said = [given("helpful", True), replace(given("helpful", False), id="a-span", span_id="ff")]
    by_span = own_answers_by_span(said, ME, ASKED)
    assert {about: answers["helpful"].value for about, answers in by_span.items()} == {None: True, "ff": False}
    assert own_answers(said[1:], ME, ASKED) == {}
