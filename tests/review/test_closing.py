"""Closing an item without answers, for now or for good; and flags."""

from __future__ import annotations

import pytest

from labeler.domain.change import AnswerEffect
from labeler.domain.question import DECLINED_NAME, FLAG_NAME
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    AskDecline,
    Decline,
    Defer,
    Go,
    GoTo,
    Redo,
    SetFlag,
    Submit,
    Thumb,
    ToggleFlag,
    Undo,
    Where,
)
from labeler.review.decision import Decision, FieldKind, FieldRequest
from tests.review.sitting import EXPECTED, HELPFUL, POLITE, Sitting

UP, DOWN = Thumb(True), Thumb(False)


def _overridden(decision: Decision) -> list[tuple[str | None, str | None]]:
    """For each answer put in place of another: the ID that stood and the one it says it overrides."""
    assert decision.change is not None
    return [
        (effect.before.assessment_id, effect.after.overrides)
        for effect in decision.change.effects
        if isinstance(effect, AnswerEffect) and effect.before is not None and effect.after is not None
    ]


def test_a_deferred_item_comes_back_at_the_end() -> None:
    sitting = Sitting(HELPFUL, items=3)
    decision = sitting.do(Defer())
    assert decision.submits
    assert sitting.item_state() is ItemState.DEFERRED
    sitting.do(UP)
    assert sitting.here == "t2"
    sitting.do(UP)
    assert sitting.here == "t0"
    sitting.do(UP)
    assert sitting.state.labelled == 3
    assert list(sitting.state.worklist.deferred) == []


def test_deferred_items_come_back_in_the_order_they_were_put_off() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(GoTo(3), Defer(), GoTo(1), Defer(), GoTo(2), UP)
    assert sitting.here == "t3"
    sitting.do(UP)
    assert sitting.here == "t2"
    sitting.do(UP)
    assert sitting.here == "t0"


def test_a_deferred_item_comes_back_once_in_its_turn_and_deferred_again_no_more() -> None:
    sitting = Sitting(HELPFUL, items=3)
    visited, ends = [], []
    for _ in range(6):
        visited.append(sitting.here)
        ends.append(sitting.do(Defer()).at_end)
    assert visited == ["t0", "t1", "t2"] * 2
    assert ends == [False] * 5 + [True]
    assert sitting.state.worklist.is_finished
    assert list(sitting.state.worklist.deferred) == ["t0", "t1", "t2"]
    assert sitting.do(Go(Where.NEXT_OPEN)).at_end
    assert sitting.do(Defer()).change is None, "it is deferred again already"


def test_deferring_again_is_taken_back_as_a_step_of_its_own() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.do(Defer(), UP)
    assert sitting.here == "t0"
    assert sitting.do(Defer()).at_end
    sitting.do(Undo())
    assert (sitting.state.worklist.work_left, sitting.item_state()) == (1, ItemState.DEFERRED)
    sitting.do(Redo())
    assert sitting.state.worklist.work_left == 0
    sitting.do(Undo(), Undo())
    assert sitting.here == "t1"
    sitting.do(Undo())
    assert (sitting.here, sitting.item_state()) == ("t0", ItemState.OPEN)


def test_an_item_deferred_again_that_is_labelled_after_all_ends_the_worklist() -> None:
    sitting = Sitting(HELPFUL, items=1)
    first, again = sitting.do(Defer()), sitting.do(Defer())
    assert "again leaves it deferred" in first.says
    assert not first.at_end
    assert again.at_end
    assert sitting.do(UP).at_end
    assert sitting.item_state() is ItemState.LABELLED


def test_no_worklist_has_ended_while_something_of_it_cannot_be_shown() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.state.worklist.set_absent({"t1"})
    assert not sitting.do(UP).at_end
    sitting.state.worklist.set_present("t1")
    sitting.do(Go(Where.NEXT_OPEN))
    assert sitting.do(UP).at_end


def test_deferring_keeps_the_answers_given_so_far() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, Defer(), GoTo(1))
    assert sitting.value(HELPFUL) is True
    assert (sitting.focused, sitting.state.filled_in) == (HELPFUL, {"helpful"})


def test_deferring_the_only_item_left_stays_there() -> None:
    sitting = Sitting(HELPFUL, items=1)
    sitting.do(Defer())
    assert sitting.here == "t0"
    assert sitting.item_state() is ItemState.DEFERRED
    sitting.do(UP)
    assert sitting.item_state() is ItemState.LABELLED


def test_what_is_submitted_or_declined_is_not_deferred() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(UP, Decline("spam"), GoTo(1))
    assert "labelled" in sitting.refusal(Defer())
    sitting.do(GoTo(2))
    assert "declined" in sitting.refusal(Defer())


@pytest.mark.parametrize(
    ("for_queue", "is_mine_alone", "scope"),
    [(True, False, "for the whole queue"), (True, True, "for you alone"), (False, False, "for this review")],
)
def test_declining_says_for_whom_and_asks_for_a_reason(for_queue: bool, is_mine_alone: bool, scope: str) -> None:
    sitting = Sitting(HELPFUL, for_queue=for_queue)
    sitting.state.queue.is_mine_alone = is_mine_alone
    decision = sitting.do(AskDecline())
    assert decision.ask == FieldRequest(FieldKind.DECLINE)
    assert scope in decision.says
    assert sitting.item_state() is ItemState.OPEN


def test_declining_takes_a_reason_and_goes_on() -> None:
    sitting = Sitting(HELPFUL)
    assert "reason" in sitting.refusal(Decline("  "))
    assert "contains" in sitting.refusal(Decline("a\x00"))
    decision = sitting.do(Decline(" not ours "))
    assert decision.submits
    assert sitting.item_state() is ItemState.DECLINED
    assert sitting.comment(DECLINED_NAME) == "not ours"
    assert sitting.here == "t1"
    sitting.do(Go(Where.BACK))
    assert "Declined already" in sitting.refusal(AskDecline())


def test_a_declined_item_is_not_come_back_to() -> None:
    sitting = Sitting(HELPFUL, items=2)
    assert not sitting.do(Decline("spam")).at_end
    assert sitting.do(UP).at_end
    assert sitting.here == "t1"
    assert sitting.do(Go(Where.NEXT_OPEN)).at_end
    assert sitting.here == "t1"


@pytest.mark.parametrize("by_enter", [True, False])
def test_a_submission_undoes_the_decline(by_enter: bool) -> None:
    sitting = Sitting(HELPFUL, EXPECTED) if by_enter else Sitting(HELPFUL)
    sitting.do(Decline("spam"), Go(Where.BACK), UP)
    if by_enter:
        assert sitting.item_state() is ItemState.DECLINED
        sitting.do(Submit())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.answer(DECLINED_NAME) is None
    sitting.do(Undo())
    assert sitting.item_state() is ItemState.DECLINED
    assert sitting.comment(DECLINED_NAME) == "spam"


def test_a_submitted_item_can_be_declined_and_that_undone() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(UP, Go(Where.BACK), Decline("on reflection"))
    assert sitting.item_state() is ItemState.DECLINED
    assert sitting.state.labelled == 0
    sitting.do(Undo())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.state.labelled == 1


def test_a_flag_is_on_with_an_optional_note_and_off_again() -> None:
    sitting = Sitting(HELPFUL)
    for note, kept in ((" why? ", "why?"), ("", None)):
        assert sitting.do(ToggleFlag()).ask == FieldRequest(FieldKind.FLAG)
        sitting.do(SetFlag(note))
        assert sitting.state.is_flagged("t0")
        assert sitting.comment(FLAG_NAME) == kept
        assert sitting.here == "t0"
        sitting.do(ToggleFlag())
        assert not sitting.state.is_flagged("t0")


def test_a_flag_is_no_answer() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(SetFlag("look"))
    assert "Nothing is answered" in sitting.refusal(Submit())
    assert not sitting.state.is_partly_answered("t0")
    sitting.do(UP)
    assert sitting.focused is POLITE


def test_a_flag_stays_through_submission_and_can_be_set_after_it() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(SetFlag("look"), UP, Go(Where.BACK))
    assert sitting.state.is_flagged("t0")
    sitting.do(ToggleFlag())
    assert sitting.item_state() is ItemState.LABELLED


def test_a_note_in_place_of_another_supersedes_it() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.do(SetFlag("look"))
    (flag,) = _overridden(sitting.do(SetFlag("look again")))
    assert flag[0] == flag[1]
    sitting.do(Decline("spam"), Go(Where.BACK))
    (reason,) = _overridden(sitting.do(Decline("worse than spam")))
    assert reason[0] == reason[1]
