"""The flow of an item: from question to question, when it is submitted, and editing it afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.change import Act, StateEffect
from labeler.domain.worklist import ItemState
from labeler.review.action import Clear, Comment, Digit, FocusBy, Go, GoTo, SetAnswer, Submit, Thumb, Where
from labeler.review.state import Advance
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, POLITE, QUALITY, REMARK, FocusOn, Sitting

UP, DOWN = Thumb(True), Thumb(False)


def test_after_an_answer_focus_goes_to_the_next_unanswered_question_else_the_first() -> None:
    sitting = Sitting(HELPFUL, CLARITY, QUALITY, POLITE)
    sitting.do(FocusOn(2), Digit("3"))
    assert sitting.focused is POLITE
    sitting.do(UP)
    assert sitting.focused is HELPFUL
    sitting.do(UP)
    assert sitting.focused is CLARITY


def test_tab_moves_between_questions_and_wraps() -> None:
    sitting = Sitting(HELPFUL, CLARITY, QUALITY)
    sitting.do(FocusBy(-1))
    assert sitting.focused is QUALITY
    sitting.do(FocusBy(1))
    assert sitting.focused is HELPFUL


def test_auto_submits_when_everything_is_answered() -> None:
    sitting = Sitting(HELPFUL, EXPECTED)
    sitting.give(EXPECTED, "tea")
    assert sitting.item_state() is ItemState.OPEN
    decision = sitting.do(UP)
    assert decision.submits
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_auto_with_only_optional_questions_left_goes_to_the_first_of_them_and_enter_submits() -> None:
    sitting = Sitting(EXPECTED, HELPFUL, REMARK)
    sitting.do(FocusOn(1), UP)
    assert sitting.item_state() is ItemState.OPEN
    assert sitting.focused is EXPECTED
    sitting.do(Submit())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_required_goes_on_as_soon_as_the_required_ones_are_answered() -> None:
    sitting = Sitting(EXPECTED, HELPFUL, CLARITY, REMARK, advance=Advance.REQUIRED)
    sitting.do(UP)
    assert sitting.focused is CLARITY
    sitting.digits("1")
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_manual_waits_for_enter() -> None:
    sitting = Sitting(HELPFUL, POLITE, advance=Advance.MANUAL)
    sitting.do(UP, UP)
    assert sitting.item_state() is ItemState.OPEN
    assert sitting.here == "t0"
    sitting.do(Submit())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


@pytest.mark.parametrize("advance", Advance)
def test_an_item_without_required_questions_is_submitted_by_enter_alone(advance: Advance) -> None:
    sitting = Sitting(REMARK, EXPECTED, advance=advance)
    sitting.give(REMARK, "odd")
    sitting.give(EXPECTED, "tea")
    assert sitting.item_state() is ItemState.OPEN
    sitting.do(Submit())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_enter_with_some_missing_goes_to_the_first_missing_and_says_how_many() -> None:
    sitting = Sitting(HELPFUL, CLARITY, REMARK, QUALITY)
    sitting.do(UP, FocusOn(2))
    decision = sitting.do(Submit())
    assert decision.says == "2 still to answer: clarity, quality"
    assert sitting.focused is CLARITY
    assert sitting.item_state() is ItemState.OPEN


def test_enter_with_nothing_answered_says_so_and_stays() -> None:
    sitting = Sitting(HELPFUL, REMARK)
    assert "Nothing is answered" in sitting.refusal(Submit())
    assert sitting.here == "t0"


def test_a_submission_goes_to_the_next_open_item_and_the_last_one_stays() -> None:
    sitting = Sitting(HELPFUL, items=3)
    sitting.load("t1", [(HELPFUL, True)], ItemState.LABELLED)
    sitting.do(UP)
    assert sitting.here == "t2"
    decision = sitting.do(UP)
    assert sitting.here == "t2"
    assert decision.submits
    assert decision.at_end
    assert sitting.state.labelled == 3


def test_a_submission_is_one_change_with_the_answer_that_completed_it() -> None:
    sitting = Sitting(HELPFUL)
    change = sitting.do(UP).change
    assert change is not None
    assert change.act is Act.ANSWER
    assert len(change.effects) == 2


def test_on_a_submitted_item_nothing_advances_by_itself() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP, Digit("1"), Go(Where.BACK))
    for action, changed in (
        (DOWN, "helpful Helpful → Not helpful"),
        (Digit("1"), "helpful Not helpful → Helpful"),
        (Comment("helpful", "why"), "comment on helpful"),
    ):
        decision = sitting.do(action)
        left = "goes out when you leave this item · {edit.undo} takes it back"
        assert decision.says == f"changed: {changed} · {left}"
        assert sitting.do(action).says == "", "the same again changes nothing"
        assert (sitting.here, sitting.focused, sitting.item_state()) == ("t0", HELPFUL, ItemState.LABELLED)


def test_a_choice_of_several_is_edited_like_the_rest() -> None:
    sitting = Sitting(MODES)
    sitting.do(Digit("1"), Submit(), Go(Where.BACK))
    assert sitting.digits("2").says.startswith("changed: modes wrong → wrong, incomplete · goes out when you leave")
    assert sitting.value(MODES) == ["wrong", "incomplete"]
    sitting.do(Submit())
    assert sitting.here == "t1"


def test_a_submitted_choice_with_nothing_on_is_none_and_stays_submitted() -> None:
    sitting = Sitting(MODES)
    sitting.do(Digit("1"), Submit(), Go(Where.BACK), Digit("1"))
    assert sitting.value(MODES) == []
    assert sitting.item_state() is ItemState.LABELLED
    sitting.digits("3")
    assert sitting.value(MODES) == ["unsafe"]


def test_a_comment_that_opens_by_itself_does_so_on_a_submitted_item_too() -> None:
    question = replace(HELPFUL, comment_on="negative")
    sitting = Sitting(question)
    sitting.do(UP, Go(Where.BACK))
    decision = sitting.do(DOWN)
    assert decision.ask is not None
    assert decision.says.startswith("changed: helpful ")
    sitting.do(Comment("helpful", "why"))
    assert sitting.here == "t0"


@pytest.mark.parametrize(
    ("label", "journey"),
    [
        ("p", [Go(Where.BACK)]),
        ("p p", [Go(Where.BACK), Go(Where.BACK)]),
        ("k", [Go(Where.PREVIOUS)]),
        ("k k", [Go(Where.PREVIOUS), Go(Where.PREVIOUS)]),
        ("g", [Go(Where.FIRST)]),
        (":2", [GoTo(2)]),
        ("p p P", [Go(Where.BACK), Go(Where.BACK), Go(Where.FORWARD)]),
        ("g j", [Go(Where.FIRST), Go(Where.NEXT)]),
    ],
)
def test_enter_on_a_submitted_item_submits_the_change_and_returns_to_where_i_came_from(
    label: str, journey: list[Go | GoTo]
) -> None:
    sitting = Sitting(HELPFUL, items=6)
    sitting.do(UP, UP, UP)
    assert sitting.here == "t3"
    sitting.do(*journey)
    edited = sitting.here
    sitting.do(DOWN)
    decision = sitting.do(Submit())
    assert decision.submits
    assert decision.change is None
    assert sitting.here == "t3"
    assert sitting.value(HELPFUL, edited) is False
    assert sitting.item_state(edited) is ItemState.LABELLED


def test_when_all_is_labelled_enter_returns_to_the_end() -> None:
    for there in Where.BACK, Where.PREVIOUS:
        sitting = Sitting(HELPFUL, items=3)
        sitting.do(UP, UP, UP)
        assert sitting.here == "t2"
        decision = sitting.do(Go(there), DOWN, Submit())
        assert (decision.at_end, decision.says) == (True, "submitted")
        assert (sitting.do(Submit()).at_end, sitting.here) == (True, "t1")


def test_an_edited_deferred_item_is_come_back_to_as_well() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.load("t1", [], ItemState.DEFERRED)
    sitting.do(UP)
    assert sitting.here == "t1"
    sitting.do(Go(Where.BACK), DOWN, Submit())
    assert sitting.here == "t1"


def test_at_the_start_of_a_review_enter_on_a_submitted_item_goes_to_the_next_open_one() -> None:
    sitting = Sitting(HELPFUL)
    sitting.load("t0", [(HELPFUL, True)], ItemState.LABELLED)
    sitting.do(DOWN, Submit())
    assert sitting.here == "t1"


def test_clearing_a_required_answer_of_a_submitted_item_opens_it_again() -> None:
    sitting = Sitting(HELPFUL, REMARK)
    sitting.do(SetAnswer("remark", "odd"), UP, Go(Where.BACK), FocusOn(1), Clear())
    assert sitting.item_state() is ItemState.LABELLED
    sitting.do(FocusOn(0), Clear())
    assert sitting.item_state() is ItemState.OPEN
    assert sitting.state.labelled == 0


def test_clearing_the_only_answer_of_an_item_without_required_questions_opens_it_again() -> None:
    sitting = Sitting(REMARK, EXPECTED)
    sitting.do(SetAnswer("remark", "odd"), SetAnswer("expected", "tea"), Submit(), Go(Where.BACK))
    sitting.do(FocusOn(0), Clear())
    assert sitting.item_state() is ItemState.LABELLED
    sitting.do(FocusOn(1), Clear())
    assert sitting.item_state() is ItemState.OPEN


def test_labelled_elsewhere_is_submitted_earlier() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.load("t0", [(HELPFUL, True), (CLARITY, "clear")], ItemState.LABELLED)
    decision = sitting.do(DOWN)
    assert decision.says.startswith("changed: helpful ")
    assert sitting.here == "t0"
    assert decision.change is not None
    assert StateEffect("t0", ItemState.LABELLED, ItemState.LABELLED) in decision.change.effects
