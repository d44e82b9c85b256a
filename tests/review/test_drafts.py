"""A draft that a submission would leave behind is said once, whichever key would submit; nothing is taken from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.question import PassFail, Question, Text
from labeler.domain.worklist import ItemState
from labeler.review.action import Action, AskComment, Comment, Go, Repeat, SetAnswer, Submit, Thumb, Where
from labeler.review.decision import Decision, FieldKind, FieldRequest
from labeler.review.field_input import draft_slot
from labeler.review.state import Advance
from tests.review.sitting import Sitting

HELPFUL = Question("helpful", PassFail("Yes", "No"))
POLITE = Question("polite", PassFail("Yes", "No"))
NOTE = Question("note", Text(), required=False)


def with_draft(*questions: Question, field: FieldKind, about: str, advance: Advance = Advance.AUTO) -> Sitting:
    sitting = Sitting(*questions, advance=advance)
    sitting.state.drafts = {"t0": {draft_slot(FieldRequest(field, about), None)}}
    return sitting


SUBMITTING: dict[str, tuple[Action, ...]] = {
    "the last answer": (Thumb(True),),
    "enter": (Thumb(True), Submit()),
}


@pytest.mark.parametrize("how", SUBMITTING)
def test_what_would_submit_the_item_stops_once_and_keeps_the_answer(how: str) -> None:
    advance = Advance.REQUIRED if how == "the last answer" else Advance.MANUAL
    sitting = with_draft(HELPFUL, NOTE, field=FieldKind.TEXT, about="note", advance=advance)
    decision = sitting.do(*SUBMITTING[how])
    assert decision.says == "✎ draft of note: {answer.text} opens it, {item.submit} submits without it"
    assert (sitting.here, sitting.item_state(), sitting.value(HELPFUL)) == ("t0", ItemState.OPEN, True)
    assert sitting.focused is NOTE
    sitting.do(Submit())
    assert (sitting.here, sitting.state.items[0].state) == ("t1", ItemState.LABELLED)


def test_a_repeated_answer_stops_at_a_draft_too() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(Thumb(True))
    sitting.state.drafts = {"t1": {draft_slot(FieldRequest(FieldKind.COMMENT, "helpful"), None)}}
    decision = sitting.do(Repeat())
    assert "draft of the comment on helpful: {answer.comment} opens it" in decision.says
    assert (sitting.here, sitting.value(HELPFUL)) == ("t1", True)
    sitting.do(Submit())
    assert sitting.here == "t2"


def test_the_text_that_is_saved_is_no_draft_that_is_left() -> None:
    sitting = with_draft(HELPFUL, NOTE, field=FieldKind.TEXT, about="note")
    sitting.do(Thumb(True), SetAnswer("note", "written"))
    assert sitting.here == "t1"
    sitting = with_draft(HELPFUL, NOTE, field=FieldKind.COMMENT, about="helpful", advance=Advance.REQUIRED)
    sitting.do(SetAnswer("helpful", True, "because"))
    assert sitting.here == "t1"


def test_a_draft_of_a_comment_goes_with_no_other_answer_and_its_key_offers_it() -> None:
    sitting = with_draft(HELPFUL, POLITE, field=FieldKind.COMMENT, about="polite")
    sitting.do(Thumb(True))
    assert sitting.state.given["helpful"].comment is None
    asked = sitting.do(AskComment()).ask
    assert asked is not None
    assert asked.question == "polite", "the focused question has the draft, although another was answered last"
    decision = sitting.do(Thumb(False))
    assert "the comment on polite" in decision.says
    assert sitting.state.given["polite"].comment is None


def test_a_comment_that_waits_and_finds_no_answer_is_not_left_without_a_word() -> None:
    silent = replace(HELPFUL, takes_comment=False)
    sitting = Sitting(silent)
    sitting.do(Comment("helpful", "waits"))
    decision = sitting.do(Thumb(True))
    assert "draft of a comment" in decision.says
    assert sitting.here == "t0"


def test_what_only_leaves_the_item_keeps_its_draft_and_stops_again_later() -> None:
    sitting = with_draft(HELPFUL, NOTE, field=FieldKind.TEXT, about="note", advance=Advance.REQUIRED)
    assert sitting.do(Thumb(True)).stops
    sitting.do(Go(Where.NEXT), Go(Where.PREVIOUS))
    assert sitting.here == "t0"
    assert sitting.do(Submit()).stops
    assert isinstance(sitting.do(Submit()), Decision)
    assert sitting.state.items[0].state is ItemState.LABELLED


def test_nothing_answered_where_nothing_is_required_is_submitted_by_the_second_press() -> None:
    sitting = Sitting(NOTE)
    assert sitting.do(Submit()).says == "submit with nothing? {item.submit} again does"
    assert sitting.item_state() is ItemState.OPEN
    sitting.do(Submit())
    assert sitting.state.items[0].state is ItemState.LABELLED
    assert sitting.here == "t1"


def test_enter_goes_to_the_first_that_is_missing_and_lists_all() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    assert sitting.refusal(Submit()).endswith("2 still to answer: helpful, polite")
    sitting.state.focus = 1
    assert sitting.do(Submit()).says == "2 still to answer: helpful, polite"
    assert sitting.focused is HELPFUL
