"""Repeating: the same answers as on the item submitted last, in one step, marked with where they came from."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.change import Act, AnswerEffect
from labeler.domain.question import Categorical
from labeler.domain.worklist import ItemState
from labeler.review.action import Clear, Comment, Digit, Go, Repeat, SetAnswer, SetFlag, Submit, Thumb, Undo, Where
from labeler.review.decision import Refusal
from labeler.review.repeat import repeatable
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, QUALITY, REMARK, Sitting


def values(sitting: Sitting, trace_id: str) -> dict[str, object]:
    return {name: answer.value for name, answer in sitting.state.answers_of(trace_id).items()}


def test_answers_and_comments_are_repeated_and_the_item_submitted_by_one_key_and_one_undo() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(Thumb(False, "too late"), Digit("2"))
    decision = sitting.do(Repeat())
    assert (decision.submits, sitting.state.position) == (True, 2)
    assert values(sitting, "t1") == {"helpful": False, "quality": 2}
    helpful = sitting.state.answers_of("t1")["helpful"]
    assert (helpful.comment, helpful.repeats) == ("too late", "t0")
    assert decision.change is not None
    assert decision.change.act is Act.REPEAT
    sitting.do(Repeat())
    assert sitting.state.answers_of("t2")["quality"].repeats == "t1"
    sitting.do(Undo(), Undo())
    assert (values(sitting, "t1"), values(sitting, "t2")) == ({}, {})
    assert sitting.state.items[1].state is ItemState.OPEN


def test_what_is_repeated_is_what_stands_there_now_and_nothing_that_was_taken_back() -> None:
    sitting = Sitting(QUALITY)
    sitting.do(Digit("2"), Digit("3"))
    sitting.do(Go(Where.FIRST), Digit("5"), Go(Where.NEXT_OPEN))
    found = repeatable(sitting.state)
    assert found is not None
    assert (found[0], found[1]["quality"].value) == ("t1", 3)
    sitting.do(Undo(), Undo())
    assert sitting.state.position == 1
    found = repeatable(sitting.state)
    assert found is not None
    assert (found[0], found[1]["quality"].value) == ("t0", 2)


def test_what_was_left_empty_stays_empty_and_expectations_flags_and_notes_stay_where_they_are() -> None:
    sitting = Sitting(QUALITY, REMARK, EXPECTED)
    sitting.do(Digit("2"), SetAnswer("expected", "Channel 12"), SetFlag("ask the pilot"), Submit())
    sitting.do(Repeat())
    assert values(sitting, "t1") == {"quality": 2}
    assert sitting.state.items[1].state is ItemState.LABELLED


def test_an_item_that_is_not_complete_then_goes_to_what_is_missing() -> None:
    sitting = Sitting(replace(QUALITY, required=False), CLARITY)
    sitting.do(Digit("2"), Digit("1"))
    sitting.state.questions = (sitting.state.questions[0], CLARITY, replace(HELPFUL, name="new"))
    decision = sitting.do(Repeat())
    assert (decision.submits, decision.focus, sitting.state.position) == (False, 2, 1)


def test_answers_that_the_item_has_already_are_replaced_and_equal_ones_left() -> None:
    sitting = Sitting(QUALITY, CLARITY)
    sitting.do(Digit("2"), Digit("1"))
    sitting.do(Digit("2"))
    decision = sitting.do(Repeat())
    assert decision.change is not None
    assert [each.question for each in decision.change.effects if isinstance(each, AnswerEffect)] == ["clarity"]


def test_an_answer_that_is_none_any_more_is_named_and_nothing_is_given() -> None:
    sitting = Sitting(QUALITY, CLARITY)
    sitting.do(Digit("2"), Digit("1"))
    sitting.state.ask((QUALITY, replace(CLARITY, input=Categorical(("bright", "dim")))))
    refused = sitting.attempt(Repeat())
    assert isinstance(refused, Refusal)
    assert "clarity" in refused.says
    assert values(sitting, "t1") == {}


def test_without_an_item_submitted_before_it_says_so() -> None:
    sitting = Sitting(QUALITY, CLARITY)
    sitting.do(Digit("2"), Comment("quality", "half done"))
    assert isinstance(sitting.attempt(Repeat()), Refusal)
    sitting.do(Clear(), Clear())
    assert isinstance(sitting.attempt(Repeat()), Refusal)
