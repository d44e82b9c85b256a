"""Items that open with answers filled in: the same keys mean the same there as on an empty item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from labeler.domain.change import Act, StateEffect
from labeler.domain.question import Question
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import Clear, Digit, FocusBy, Go, GoTo, Submit, TargetSpan, Thumb, Undo, Where
from labeler.review.filled_in import FilledIn, fill_in, filled_in
from labeler.review.shared_queue import open_again
from labeler.review.state import Advance
from tests.review.sitting import CLARITY, HELPFUL, MODES, QUALITY, REMARK, FocusOn, Sitting

Given: TypeAlias = Sequence[tuple[Question, JsonValue]]

UP, DOWN = Thumb(True), Thumb(False)
TUESDAY_MS = 1_764_669_600_000  # 2025-12-02 10:00 UTC
FRIDAY_MS = TUESDAY_MS + 3 * 86_400_000


def filled(*questions: Question, given: Given, at_ms: int = 0, advance: Advance = Advance.AUTO) -> Sitting:
    """A sitting at a queue that has just come to its second item, which was answered elsewhere at `at_ms`."""
    sitting = Sitting(*questions, for_queue=True, advance=advance)
    sitting.load("t1", given, ItemState.OPEN)
    for name, answer in list(sitting.state.answers_of("t1").items()):
        sitting.state.set_answer(("t1", None), name, replace(answer, answered_at_ms=at_ms))
    sitting.do(Go(Where.NEXT))
    return sitting


def test_focus_starts_at_the_first_question_and_walks_through_answered_ones_too() -> None:
    sitting = filled(HELPFUL, CLARITY, QUALITY, given=[(HELPFUL, True), (CLARITY, "vague")])
    walk = [sitting.focused]
    for key in (UP, Digit("1")):
        sitting.do(key)
        walk.append(sitting.focused)
    assert walk == [HELPFUL, CLARITY, QUALITY]
    assert sitting.item_state("t1") is ItemState.OPEN
    sitting.digits("3")
    assert sitting.item_state("t1") is ItemState.LABELLED
    assert [sitting.value(each, "t1") for each in (HELPFUL, CLARITY, QUALITY)] == [True, "clear", 3]


@pytest.mark.parametrize("given", [[], [(QUALITY, 4)], [(HELPFUL, False)], [(HELPFUL, True), (QUALITY, 4)]])
def test_a_rhythm_means_the_same_there_as_on_an_empty_item(given: Given) -> None:
    sitting = filled(HELPFUL, QUALITY, given=given)
    sitting.do(UP)
    assert (sitting.here, sitting.focused) == ("t1", QUALITY)
    assert sitting.item_state("t1") is ItemState.OPEN
    sitting.digits("4")
    assert sitting.here == "t2"
    assert sitting.item_state("t1") is ItemState.LABELLED
    assert [sitting.value(each, "t1") for each in (HELPFUL, QUALITY)] == [True, 4]


def test_what_was_confirmed_is_not_said_again_and_the_queue_hears_whose_answers_complete_it() -> None:
    sitting = filled(HELPFUL, QUALITY, given=[(HELPFUL, True), (QUALITY, 4)], at_ms=TUESDAY_MS)
    sitting.do(UP)
    decision = sitting.digits("4")
    assert decision.change is not None
    assert decision.change.effects == (StateEffect("t1", ItemState.OPEN, ItemState.LABELLED),)
    assert decision.says.startswith("completed with your answers of ")


def test_enter_submits_at_once_where_the_item_is_complete() -> None:
    sitting = filled(HELPFUL, QUALITY, given=[(HELPFUL, True), (QUALITY, 4)])
    decision = sitting.do(Submit())
    assert decision.change is not None
    assert decision.change.act is Act.SUBMIT
    assert sitting.item_state("t1") is ItemState.LABELLED


def test_enter_passes_what_stands_before_the_first_missing_one() -> None:
    sitting = filled(HELPFUL, CLARITY, QUALITY, given=[(HELPFUL, True), (QUALITY, 4)])
    assert sitting.do(Submit()).says == "1 still to answer: clarity"
    assert sitting.focused is CLARITY
    sitting.digits("1")
    assert (sitting.focused, sitting.item_state("t1")) == (QUALITY, ItemState.OPEN)
    sitting.digits("4")
    assert sitting.item_state("t1") is ItemState.LABELLED


def test_tab_passes_a_question_and_going_back_does_not() -> None:
    sitting = filled(HELPFUL, CLARITY, QUALITY, given=[(HELPFUL, True), (CLARITY, "vague")])
    sitting.do(FocusBy(1), FocusBy(1), FocusBy(-1), FocusBy(1))
    assert sitting.focused is QUALITY
    sitting.digits("3")
    assert sitting.item_state("t1") is ItemState.LABELLED
    sitting = filled(HELPFUL, CLARITY, given=[(HELPFUL, True)])
    sitting.do(FocusBy(-1), Digit("1"))
    assert (sitting.focused, sitting.item_state("t1")) == (HELPFUL, ItemState.OPEN)


def test_optional_answers_are_walked_through_and_hold_nothing_back() -> None:
    sitting = filled(REMARK, HELPFUL, QUALITY, given=[(REMARK, "odd"), (QUALITY, 4)])
    assert sitting.focused is REMARK
    sitting.do(UP)
    assert sitting.focused is QUALITY
    sitting.digits("4")
    assert sitting.item_state("t1") is ItemState.LABELLED


def test_with_manual_nothing_is_submitted_by_itself() -> None:
    sitting = filled(HELPFUL, QUALITY, given=[(HELPFUL, True), (QUALITY, 4)], advance=Advance.MANUAL)
    sitting.do(UP, Digit("4"))
    assert sitting.item_state("t1") is ItemState.OPEN


def test_a_choice_of_several_is_walked_through_as_it_stands() -> None:
    sitting = filled(MODES, HELPFUL, given=[(MODES, ["wrong"]), (HELPFUL, False)])
    sitting.digits("2")
    sitting.do(Submit())
    assert (sitting.value(MODES, "t1"), sitting.focused) == (["wrong", "incomplete"], HELPFUL)
    sitting.do(DOWN)
    assert sitting.item_state("t1") is ItemState.LABELLED


def test_an_item_left_half_done_opens_filled_in_and_one_that_undo_leads_back_to_does_not() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(UP, GoTo(2), GoTo(1))
    assert sitting.focused is HELPFUL
    sitting.do(UP, Digit("4"))
    assert (sitting.here, sitting.item_state()) == ("t1", ItemState.LABELLED)
    sitting.do(Undo())
    assert (sitting.here, sitting.focused, sitting.state.filled_in) == ("t0", QUALITY, set())
    sitting.digits("5")
    assert sitting.item_state() is ItemState.LABELLED


def test_answers_that_come_while_the_item_is_in_view_move_nothing_and_are_walked_through() -> None:
    sitting = Sitting(HELPFUL, CLARITY, QUALITY, for_queue=True)
    sitting.do(UP)
    sitting.load("t0", [(QUALITY, 4)], ItemState.OPEN)
    fill_in(sitting.state, "t0", ["quality"])
    assert sitting.focused is CLARITY
    sitting.digits("1")
    assert (sitting.focused, sitting.item_state()) == (QUALITY, ItemState.OPEN)
    sitting.digits("4")
    assert sitting.item_state() is ItemState.LABELLED
    fill_in(sitting.state, "t0", ["quality"])
    assert sitting.state.filled_in == set()


def test_an_item_in_view_that_somebody_opened_again_is_filled_in() -> None:
    sitting = Sitting(HELPFUL, QUALITY, for_queue=True)
    sitting.do(UP, Digit("4"), Go(Where.BACK))
    open_again(sitting.state, "t0")
    assert sitting.state.filled_in == {"helpful", "quality"}
    sitting.do(FocusOn(0), UP)
    assert (sitting.focused, sitting.item_state()) == (QUALITY, ItemState.OPEN)


def test_answers_about_a_span_leave_the_walk_alone() -> None:
    sitting = filled(HELPFUL, QUALITY, given=[(HELPFUL, True), (QUALITY, 4)])
    sitting.do(TargetSpan("s1"), DOWN)
    assert sitting.state.filled_in == {"helpful", "quality"}
    assert filled_in(sitting.state, FRIDAY_MS) is None
    assert sitting.item_state("t1") is ItemState.OPEN


def test_the_first_line_tells_what_is_still_to_be_passed_and_of_when_it_is() -> None:
    sitting = filled(HELPFUL, QUALITY, CLARITY, given=[(HELPFUL, True), (QUALITY, 4)], at_ms=TUESDAY_MS)
    words = [filled_in(sitting.state, FRIDAY_MS)]
    for key in (UP, Digit("4")):
        sitting.do(key)
        words.append(filled_in(sitting.state, FRIDAY_MS))
    tuesday = "yours of Tue"
    assert words == [FilledIn("helpful Helpful, quality 4", tuesday), FilledIn("quality 4", tuesday), None]


def test_what_is_cleared_is_not_filled_in_any_more() -> None:
    sitting = filled(REMARK, HELPFUL, given=[(REMARK, "odd"), (HELPFUL, True)])
    assert filled_in(sitting.state, FRIDAY_MS) == FilledIn("remark odd, helpful Helpful", "yours")
    sitting.do(Clear())
    assert filled_in(sitting.state, FRIDAY_MS) == FilledIn("helpful Helpful", "yours")


def test_an_item_that_is_submitted_opens_with_nothing_said() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.load("t1", [(HELPFUL, True), (QUALITY, 4)], ItemState.LABELLED)
    sitting.do(Go(Where.NEXT))
    assert (sitting.state.filled_in, filled_in(sitting.state, FRIDAY_MS)) == (set(), None)
