"""Selecting, and doing the same to all that is selected: what is counted before, what one step does and takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.change import Act, AnswerEffect
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.worklist import ItemState
from labeler.review import action as act
from labeler.review.bulk import BulkPlan, plan
from labeler.review.decision import AskBack, AskBulk, Decision, FieldKind, FieldRequest
from labeler.review.field_input import draft_slot
from labeler.review.repeat import repeatable
from labeler.review.shared_queue import learn_item
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, POLITE, QUALITY, REMARK, SCORE, Sitting

NO, YES = act.Thumb(False), act.Thumb(True)
SELECT, UP_TO_HERE, ALL = act.ToggleSelected(), act.SelectRange(), act.SelectAll(is_agreed=True)


def planned(sitting: Sitting, action: act.Action) -> BulkPlan:
    """What a key comes to with a selection, as it is asked."""
    asked = sitting.attempt(action)
    assert isinstance(asked, AskBulk), asked
    return plan(sitting.state, asked.each)


def confirm(sitting: Sitting, action: act.Action) -> Decision:
    """Press a key with a selection, and take what is proposed first."""
    found = planned(sitting, action)
    return sitting.do(act.Bulk(found.each, found.first))


def states(sitting: Sitting) -> list[ItemState]:
    return [item.state for item in sitting.state.items]


def test_drafts_that_a_bulk_answer_would_leave_behind_are_counted_before() -> None:
    sitting = Sitting(HELPFUL, REMARK, items=6)
    drafts: dict[str, set[str]] = {}
    sitting.state.drafts = drafts
    sitting.do(SELECT, SELECT, SELECT, SELECT)
    assert planned(sitting, NO).drafts == 0
    text = draft_slot(FieldRequest(FieldKind.TEXT, REMARK.name), None)
    comment = draft_slot(FieldRequest(FieldKind.COMMENT, HELPFUL.name), None)
    drafts |= {"t1": {text, comment}, "t2": {comment}, "t6": {text}}
    sitting.state.kept_comments[("t3", None)] = "half a thought"
    assert planned(sitting, NO).drafts == 3, "a comment that waits goes with the answer, and t6 is not selected"
    assert planned(sitting, act.Defer()).drafts == 0, "what only puts items off keeps them"
    assert planned(sitting, act.SetAnswer(REMARK.name, "all alike")).drafts == 0, "it submits nothing"


def test_an_item_is_selected_and_the_next_one_gone_to_and_a_range_goes_up_to_here() -> None:
    sitting = Sitting(HELPFUL, items=6)
    sitting.do(act.Go(act.Where.NEXT), SELECT)
    assert sitting.here == "t2"
    assert sitting.state.selection.trace_ids == {"t1"}
    sitting.do(act.Go(act.Where.LAST), UP_TO_HERE)
    assert sitting.state.selection.trace_ids == {"t1", "t2", "t3", "t4", "t5"}
    sitting.do(act.GoTo(4), SELECT)
    assert "t3" not in sitting.state.selection
    sitting.do(act.DropSelection())
    assert not sitting.state.selection
    assert "nothing is selected" in sitting.refusal(UP_TO_HERE).lower()


def test_all_open_items_are_asked_for_first_and_the_others_are_counted_and_left_out() -> None:
    sitting = Sitting(HELPFUL, items=7)
    sitting.load("t1", [(HELPFUL, True)], ItemState.LABELLED)
    sitting.state.worklist.set_state("t2", ItemState.DECLINED)
    sitting.state.worklist.set_state("t3", ItemState.DEFERRED)
    sitting.state.worklist.set_absent({"t4", "t5"})
    asked = sitting.attempt(act.SelectAll())
    assert isinstance(asked, AskBack)
    for told in ("Select 3 open items", "1 labelled", "1 declined", "2 not downloaded"):
        assert told in asked.says
    assert not sitting.state.selection
    sitting.do(asked.then)
    assert sitting.state.selection.trace_ids == {"t0", "t3", "t6"}


def test_a_selection_takes_no_more_than_the_most_that_are_taken_at_once() -> None:
    sitting = Sitting(HELPFUL, items=5)
    sitting.state.rules = replace(sitting.state.rules, bulk_max=3)
    sitting.do(ALL)
    assert len(sitting.state.selection) == 3
    sitting.do(act.Go(act.Where.LAST))
    assert "At most 3" in sitting.refusal(SELECT)
    assert "At most 3" in sitting.refusal(UP_TO_HERE)


def test_one_answer_is_given_to_all_in_one_change_that_one_undo_takes_back() -> None:
    sitting = Sitting(HELPFUL, items=5)
    sitting.do(ALL)
    decision = confirm(sitting, act.Thumb(False, "the CRM timed out"))
    assert states(sitting) == [ItemState.LABELLED] * 5
    change = sitting.changes[-1]
    assert (len(sitting.changes), change.act) == (1, Act.BULK)
    given = [effect.after for effect in change.effects if isinstance(effect, AnswerEffect) and effect.after]
    assert {(each.value, each.comment, each.bulk, each.duration_ms) for each in given} == {
        (False, "the CRM timed out", 5, 0)
    }
    assert len({each.assessment_id for each in given}) == 5
    assert "5 done together · 5 submitted" in decision.says
    assert len(sitting.state.selection) == 5, "it stays for the next question"
    sitting.do(act.Undo())
    assert states(sitting) == [ItemState.OPEN] * 5
    assert not any(sitting.state.answers.values())
    sitting.do(act.Redo(), act.Undo(), act.Redo())
    assert [sitting.value(HELPFUL, f"t{number}") for number in range(5)] == [False] * 5


def test_those_with_an_answer_of_mine_are_left_alone_unless_all_are_wanted() -> None:
    sitting = Sitting(HELPFUL, QUALITY, items=4)
    sitting.do(YES, act.Go(act.Where.FIRST), ALL)
    sitting.do(act.FocusBy(-sitting.state.focus))
    found = planned(sitting, NO)
    assert (found.without, len(found.everyone), found.has_two_ways) == (("t1", "t2", "t3"), 4, True)
    sitting.do(act.Bulk(found.each, found.first))
    assert sitting.value(HELPFUL, "t0") is True
    sitting.do(act.Undo(), act.Bulk(found.each, found.everyone))
    assert sitting.value(HELPFUL, "t0") is False
    assert sitting.state.answers_of("t0")["helpful"].overrides is not None


def test_what_was_opened_in_this_sitting_is_told_apart() -> None:
    sitting = Sitting(HELPFUL, items=6)
    sitting.state.trail.visit(0)
    sitting.do(act.Go(act.Where.NEXT), act.Go(act.Where.NEXT), act.Go(act.Where.BACK), act.GoTo(6), ALL)
    found = planned(sitting, NO)
    assert (found.not_opened, found.samples) == (2, ("t0", "t1", "t2"))


def test_items_that_are_not_complete_then_stay_open_until_the_last_required_question() -> None:
    sitting = Sitting(HELPFUL, QUALITY, REMARK, items=3)
    sitting.do(ALL)
    confirm(sitting, NO)
    assert states(sitting) == [ItemState.OPEN] * 3
    assert sitting.focused is QUALITY
    confirm(sitting, act.Digit("2"))
    assert states(sitting) == [ItemState.LABELLED] * 3


def test_what_cannot_take_the_answer_is_counted_before_and_left_as_it_was() -> None:
    sitting = Sitting(HELPFUL, items=6, for_queue=True)
    learn_item(sitting.state, QueueItem("", "t1", QueueItemState.COMPLETE, "sam@x.io"))
    sitting.state.worklist.set_state("t2", ItemState.DECLINED)
    sitting.do(SELECT, act.Go(act.Where.LAST), UP_TO_HERE)
    sitting.state.worklist.set_absent({"t3"})
    found = planned(sitting, NO)
    assert found.everyone == ("t0", "t4", "t5")
    assert found.left_out == {"done by others, or taken out": 1, "declined": 1, "not downloaded": 1}
    learn_item(sitting.state, QueueItem("", "t4", QueueItemState.COMPLETE, "sam@x.io"))
    decision = sitting.do(act.Bulk(found.each, found.first))
    assert "2 done together" in decision.says
    assert "1 done by others" in decision.says
    assert sitting.state.answers_of("t4") == {}


@pytest.mark.parametrize(
    ("question", "keys", "value"),
    [
        (HELPFUL, [act.Digit("2")], False),
        (CLARITY, [act.Digit("3")], "muddled"),
        (QUALITY, [act.Digit("4")], 4),
        (MODES, [act.Digit("3"), act.Digit("1"), act.Submit()], ["wrong", "unsafe"]),
        (MODES, [act.Digit("-")], []),
        (SCORE, [act.SetAnswer("score", 85)], 85),
        (REMARK, [act.SetAnswer("remark", "a timeout")], "a timeout"),
        (EXPECTED, [act.SetAnswer("expected", "Channel 12")], "Channel 12"),
    ],
)
def test_every_kind_of_question_is_answered_for_all(question, keys, value) -> None:  # type: ignore[no-untyped-def]
    sitting = Sitting(question, items=3)
    sitting.do(ALL, *keys[:-1])
    assert not any(sitting.state.answers.values()), "nothing is given before it was asked about"
    confirm(sitting, keys[-1])
    assert [sitting.value(question, f"t{number}") for number in range(3)] == [value] * 3


def test_a_choice_of_several_that_was_begun_for_all_ends_where_the_focus_moves() -> None:
    sitting = Sitting(MODES, CLARITY, items=3)
    sitting.do(ALL, act.Digit("1"), act.FocusBy(1), act.FocusBy(1))
    assert "drops the selection" in sitting.refusal(act.Submit())


def test_numbers_texts_comments_and_notes_are_typed_for_all() -> None:
    sitting = Sitting(SCORE, REMARK, HELPFUL, items=3)
    sitting.do(ALL)
    keys: list[tuple[act.Action, FieldKind]] = [
        (act.Digit("8"), FieldKind.NUMBER),
        (act.AskText(), FieldKind.TEXT),
        (act.AskThumbComment(False), FieldKind.THUMB_COMMENT),
        (act.ToggleFlag(), FieldKind.FLAG),
        (act.AskDecline(), FieldKind.DECLINE),
    ]
    for key, kind in keys:
        asked = sitting.do(key).ask
        assert asked is not None
        assert (asked.field, asked.selected) == (kind, 3)


def test_items_are_flagged_deferred_and_declined_together() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(YES, ALL)
    confirm(sitting, act.SetFlag("ask Sam"))
    assert sitting.comment("labeler.flag", "t3") == "ask Sam"
    confirm(sitting, act.ToggleFlag())
    assert not any(sitting.state.is_flagged(f"t{number}") for number in range(4))
    confirm(sitting, act.Defer())
    assert states(sitting)[1:] == [ItemState.DEFERRED] * 3
    confirm(sitting, act.Decline("not ours"))
    assert states(sitting) == [ItemState.LABELLED, *[ItemState.DECLINED] * 3]
    sitting.do(*[act.Undo()] * 4)
    assert states(sitting) == [ItemState.LABELLED, *[ItemState.OPEN] * 3]


@pytest.mark.parametrize(
    "action",
    [act.AskComment(), act.Comment("helpful", "x"), act.Clear(), act.Repeat(), act.Submit(), act.TargetSpan("0a")],
)
def test_every_other_key_that_would_change_something_says_what_is_selected(action: act.Action) -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(YES, act.Go(act.Where.FIRST), SELECT, SELECT)
    assert sitting.refusal(action) == "2 selected · {app.leave} drops the selection"


def test_what_is_no_value_of_the_question_is_refused_before_anything_is_asked() -> None:
    sitting = Sitting(QUALITY, POLITE, HELPFUL)
    sitting.do(SELECT)
    assert "1 to 5" in sitting.refusal(act.Digit("9"))
    assert "Several pass/fail questions" in sitting.refusal(NO)
    assert "reason" in sitting.refusal(act.Decline(" "))
    assert "not asked any more" in sitting.refusal(act.SetAnswer("gone", 1))


def test_a_bulk_answer_is_never_repeated_and_a_comment_that_waited_goes_with_its_answer() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(act.Comment("helpful", "see line 3"), ALL)
    confirm(sitting, NO)
    assert sitting.comment(HELPFUL, "t0") == "see line 3"
    assert sitting.comment(HELPFUL, "t1") is None
    sitting.state.add_items([replace(sitting.state.items[0], trace_id="t9", state=ItemState.OPEN)])
    assert repeatable(sitting.state) is None


def test_undo_leaves_the_queue_alone_where_somebody_finished_an_item_since() -> None:
    sitting = Sitting(HELPFUL, items=3, for_queue=True)
    sitting.do(ALL)
    confirm(sitting, NO)
    learn_item(sitting.state, QueueItem("", "t1", QueueItemState.COMPLETE, "sam@x.io"))
    change = sitting.do(act.Undo()).change
    assert change is not None
    alone = {each.trace_id for each in change.effects if not isinstance(each, AnswerEffect) and each.leaves_queue_alone}
    assert alone == {"t1"}


def test_undo_stops_where_an_answer_was_changed_since() -> None:
    sitting = Sitting(HELPFUL, items=3)
    sitting.do(ALL)
    confirm(sitting, NO)
    other = replace(sitting.state.answers_of("t2")["helpful"], assessment_id="a-elsewhere", value=True)
    sitting.state.set_answer(("t2", None), "helpful", other)
    assert "changed since" in sitting.refusal(act.Undo())
    assert sitting.value(HELPFUL, "t0") is False
