"""Undo and redo."""

from __future__ import annotations

import pytest

from labeler.domain.change import Act, AnswerEffect
from labeler.domain.question import Categorical, Numeric, Question, Structured
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    Action,
    Clear,
    Comment,
    Decline,
    Defer,
    Digit,
    FocusBy,
    Go,
    GoTo,
    Redo,
    SetAnswer,
    SetFlag,
    Submit,
    Thumb,
    ToggleFlag,
    Undo,
    Where,
)
from labeler.review.apply import apply_change
from labeler.review.state import ReviewState
from labeler.review.worklist import Item
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, POLITE, FocusOn, Sitting

UP, DOWN = Thumb(True), Thumb(False)


def _id(sitting: Sitting, trace_id: str = "t0") -> str:
    answer = sitting.answer(HELPFUL, trace_id)
    assert answer is not None
    return answer.assessment_id


def test_an_undo_takes_back_the_last_change_and_goes_to_its_item_and_question() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP, Digit("2"), GoTo(3))
    decision = sitting.do(Undo())
    assert decision.change is not None
    assert (decision.change.act, decision.change.reverses) == (Act.UNDO, sitting.changes[1].id)
    assert sitting.here == "t0"
    assert sitting.focused is CLARITY
    assert (sitting.value(HELPFUL), sitting.value(CLARITY)) == (True, None)


def test_an_undo_that_takes_back_a_submission_opens_the_item_again() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(UP, Undo())
    assert sitting.item_state() is ItemState.OPEN
    assert sitting.value(HELPFUL) is None
    assert sitting.state.labelled == 0


def test_any_number_of_steps_back_and_forth() -> None:
    sitting = Sitting(HELPFUL, POLITE, items=5)
    keys = [UP, DOWN] * 5
    sitting.do(*keys)
    assert sitting.state.labelled == 5
    sitting.do(*[Undo()] * 10)
    assert "Nothing to undo" in sitting.refusal(Undo())
    assert sitting.state.labelled == 0
    assert all(not sitting.state.is_partly_answered(item.trace_id) for item in sitting.state.items)
    sitting.do(*[Redo()] * 10)
    assert "Nothing to redo" in sitting.refusal(Redo())
    assert sitting.state.labelled == 5
    assert [sitting.value(POLITE, f"t{n}") for n in range(5)] == [False] * 5


def test_a_new_change_ends_the_redo() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, Undo(), DOWN)
    assert "Nothing to redo" in sitting.refusal(Redo())


def test_moving_and_refusals_do_not_end_the_redo() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, Undo(), Go(Where.NEXT), FocusOn(1))
    sitting.refusal(Digit("7"))
    sitting.do(Redo())
    assert sitting.value(HELPFUL) is True


def test_a_redo_mints_a_new_id_because_the_old_one_may_be_deleted() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP)
    first = _id(sitting)
    sitting.do(Undo(), Redo())
    assert _id(sitting) != first
    assert sitting.value(HELPFUL) is True


def test_an_undone_clearing_mints_a_new_id_too() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, FocusOn(0))
    first = _id(sitting)
    sitting.do(Clear(), Undo())
    assert _id(sitting) != first
    answer = sitting.answer(HELPFUL)
    assert answer is not None
    assert answer.overrides is None


def test_an_override_undone_gives_the_old_answer_back_under_its_old_id() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP)
    first = sitting.answer(HELPFUL)
    sitting.do(FocusOn(0), DOWN, FocusOn(0), Comment("helpful", "why"), Undo(), Undo())
    assert sitting.answer(HELPFUL) == first


def test_an_undone_change_of_an_expectation_is_a_new_expectation() -> None:
    sitting = Sitting(HELPFUL, EXPECTED)
    sitting.do(SetAnswer("expected", "tea"), SetAnswer("expected", "coffee"))
    deleted = sitting.changes[0].effects[0]
    sitting.do(Undo())
    answer = sitting.answer(EXPECTED)
    assert answer is not None
    assert answer.value == "tea"
    assert isinstance(deleted, AnswerEffect)
    assert deleted.after is not None
    assert answer.assessment_id != deleted.after.assessment_id


def test_edits_in_place_keep_the_id_through_undo_and_redo() -> None:
    sitting = Sitting(HELPFUL, POLITE, edits_in_place=True)
    sitting.do(UP)
    first = _id(sitting)
    sitting.do(FocusOn(0), DOWN)
    values: list[JsonValue] = []
    for action in Undo(), Redo(), Undo():
        sitting.do(action)
        assert _id(sitting) == first
        values.append(sitting.value(HELPFUL))
    assert values == [True, False, True]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ([Defer()], ItemState.DEFERRED),
        ([Decline("spam")], ItemState.DECLINED),
        ([UP, Digit("1"), Submit()], ItemState.LABELLED),
    ],
)
def test_closing_an_item_is_undone_and_redone(act: list[Defer | Decline | Thumb], expected: ItemState) -> None:
    sitting = Sitting(HELPFUL, MODES)
    sitting.do(*act)
    assert sitting.item_state() is expected
    sitting.do(Undo())
    assert sitting.here == "t0"
    assert sitting.item_state() is ItemState.OPEN
    sitting.do(Redo())
    assert sitting.item_state() is expected


def test_a_flag_and_its_note_are_undone_and_redone() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(SetFlag("look"), Undo())
    assert not sitting.state.is_flagged("t0")
    sitting.do(Redo(), ToggleFlag(), Undo())
    assert sitting.comment("labeler.flag") == "look"


def test_an_undone_edit_of_a_submitted_item_leaves_it_submitted() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(UP, Go(Where.BACK), DOWN, Submit(), Undo())
    assert sitting.here == "t0"
    assert sitting.value(HELPFUL) is True
    assert sitting.item_state() is ItemState.LABELLED


def test_an_undone_deferral_is_not_among_the_deferred() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(Defer(), Undo())
    assert list(sitting.state.worklist.deferred) == []


def test_undo_works_on_what_was_done_before_a_restart() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, UP, DOWN, Undo())
    restarted = Sitting(HELPFUL, POLITE)
    restarted.state = ReviewState(sitting.state.questions, sitting.state.rules)
    restarted.state.add_items(Item(item.trace_id, "e", item.title) for item in sitting.state.items)
    for change in sitting.changes:
        apply_change(restarted.state, change)
    assert restarted.state.answers_of("t0") == sitting.state.answers_of("t0")
    restarted.mint = sitting.mint  # type: ignore[method-assign]
    restarted.do(Undo())
    assert restarted.item_state("t0") is ItemState.OPEN
    assert restarted.value(HELPFUL, "t0") is True
    restarted.do(Redo(), Redo())
    assert restarted.item_state("t0") is ItemState.LABELLED
    assert restarted.value(HELPFUL, "t1") is False


@pytest.mark.parametrize("in_place", [False, True], ids=["superseding", "in place"])
@pytest.mark.parametrize(
    "keys",
    [
        [Digit("1")],
        [*map(Digit, "123")],
        [*map(Digit, "1213")],
        [*map(Digit, "13-")],
        [*map(Digit, "13"), Submit()],
        [*map(Digit, "13"), Comment("modes", "both"), Digit("2"), Submit()],
        [*map(Digit, "13"), FocusBy(1)],
    ],
    ids=["one", "three", "on and off", "none of them", "enter", "a comment on the way", "the focus leaves it"],
)
def test_a_choice_of_several_is_one_step(keys: list[Action], in_place: bool) -> None:
    """Whatever keys it took, on an open item and on a submitted one."""
    sitting = Sitting(MODES, HELPFUL, edits_in_place=in_place)
    sitting.do(*keys)
    chosen = sitting.value(MODES), sitting.comment(MODES)
    sitting.do(Undo())
    assert sitting.state.answers_of("t0") == {}
    assert sitting.focused is MODES
    sitting.do(Redo())
    assert (sitting.value(MODES), sitting.comment(MODES)) == chosen
    submitted = Sitting(MODES, HELPFUL, edits_in_place=in_place)
    submitted.load("t0", [(MODES, ["unsafe"]), (HELPFUL, True)], ItemState.LABELLED)
    before = submitted.answer(MODES)
    for key in keys:
        submitted.attempt(key)
    submitted.do(Undo())
    assert (submitted.answer(MODES), submitted.item_state()) == (before, ItemState.LABELLED)


def test_a_choice_of_several_that_submits_is_one_step_with_that() -> None:
    sitting = Sitting(MODES)
    sitting.do(*map(Digit, "12"), Submit())
    assert (sitting.here, len(sitting.changes)) == ("t1", 3)
    sitting.do(Undo())
    assert (sitting.here, sitting.value(MODES), sitting.item_state()) == ("t0", None, ItemState.OPEN)
    sitting.do(Redo())
    assert (sitting.value(MODES), sitting.item_state()) == (["wrong", "incomplete"], ItemState.LABELLED)


def test_a_field_of_a_choice_of_several_is_one_step() -> None:
    flaws = Question("flaws", Categorical(("long", "vague"), multiple=True), takes_comment=False)
    stars = Question("stars", Numeric(1, 3), takes_comment=False)
    asked = Question("quality", Structured((stars, flaws)))
    sitting = Sitting(asked)
    sitting.digits("312")
    assert sitting.value(asked) == {"stars": 3, "flaws": ["long", "vague"]}
    sitting.do(Undo())
    assert sitting.value(asked) == {"stars": 3}


def test_an_option_turned_on_and_off_again_is_no_step() -> None:
    sitting = Sitting(HELPFUL, MODES)
    sitting.do(UP, Digit("2"), Digit("2"), Undo())
    assert sitting.value(HELPFUL) is None


def test_a_choice_of_several_taken_up_again_or_interrupted_is_a_step_of_its_own() -> None:
    sitting = Sitting(MODES, HELPFUL)
    sitting.do(*map(Digit, "12"), Submit(), FocusBy(1), Digit("3"), SetFlag("look"), Digit("1"))
    assert sitting.value(MODES) == ["incomplete", "unsafe"]
    sitting.do(Undo())
    assert sitting.value(MODES) == ["wrong", "incomplete", "unsafe"]
    sitting.do(Undo(), Undo())
    assert sitting.value(MODES) == ["wrong", "incomplete"]
    sitting.do(Undo())
    assert sitting.value(MODES) is None
