"""Questions aimed at a span: their answers are about it and nothing else, until the aim ends."""

from __future__ import annotations

from labeler.domain.change import AnswerEffect
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    AskComment,
    Clear,
    Comment,
    Defer,
    EndAim,
    FocusBy,
    Go,
    Redo,
    Submit,
    TargetSpan,
    Thumb,
    Undo,
    Where,
)
from labeler.review.decision import FieldKind
from tests.review.sitting import HELPFUL, MODES, POLITE, QUALITY, Sitting

SPAN = "9321a84d740f2ce4"
OTHER = "00000000000000ff"


def said(sitting: Sitting, span_id: str | None = SPAN, trace_id: str = "t0") -> dict[str, JsonValue]:
    return {name: answer.value for name, answer in sitting.state.answers_of(trace_id, span_id).items()}


def test_an_answer_is_about_the_span_aimed_at_and_carries_its_id() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    change = sitting.do(TargetSpan(SPAN), Thumb(False)).change
    assert change is not None
    (effect,) = change.effects
    assert isinstance(effect, AnswerEffect)
    assert (effect.trace_id, effect.span_id, effect.question) == ("t0", SPAN, "helpful")
    assert said(sitting) == {"helpful": False}
    assert said(sitting, None) == {}


def test_a_span_answered_whole_neither_submits_the_item_nor_leaves_it() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(TargetSpan(SPAN), Thumb(True))
    assert sitting.focused is QUALITY
    decision = sitting.digits("4")
    assert said(sitting) == {"helpful": True, "quality": 4}
    assert sitting.here == "t0"
    assert sitting.item_state() is ItemState.OPEN
    assert not decision.submits
    assert not sitting.state.is_partly_answered("t0")
    assert [part.question for part in sitting.state.missing("t0")] == [HELPFUL, QUALITY]


def test_an_item_of_which_only_spans_were_judged_is_untouched_so_that_labels_given_elsewhere_count() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(TargetSpan(SPAN), Thumb(True))
    assert sitting.state.touched == set()
    sitting.do(EndAim(), Thumb(True))
    assert sitting.state.touched == {"t0"}


def test_the_same_key_after_the_aim_answers_the_trace_and_moves_on() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(TargetSpan(SPAN), Thumb(False), EndAim())
    assert sitting.here == "t0"
    sitting.do(Thumb(True))
    assert sitting.here == "t1"
    assert (said(sitting), said(sitting, None)) == ({"helpful": False}, {"helpful": True})


def test_each_span_has_answers_of_its_own_and_opens_at_its_first_unanswered_question() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(Thumb(True))
    assert sitting.focused is POLITE
    sitting.do(TargetSpan(SPAN))
    assert sitting.focused is HELPFUL
    sitting.do(Thumb(False), TargetSpan(OTHER))
    assert sitting.focused is HELPFUL
    assert said(sitting, OTHER) == {}
    sitting.do(TargetSpan(SPAN))
    assert sitting.focused is POLITE
    sitting.do(EndAim())
    assert sitting.focused is POLITE


def test_a_changed_answer_about_a_span_supersedes_the_one_about_that_span() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(Thumb(True), TargetSpan(SPAN), Thumb(True))
    first = sitting.state.answers_of("t0", SPAN)["helpful"]
    sitting.do(FocusBy(-1), Thumb(False))
    changed = sitting.state.answers_of("t0", SPAN)["helpful"]
    assert changed.overrides == first.assessment_id
    assert sitting.value(HELPFUL) is True


def test_comments_belong_to_the_span_given_or_kept_for_the_answer_to_come() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(Comment("helpful", "about the trace"), TargetSpan(SPAN))
    ask = sitting.do(AskComment()).ask
    assert ask is not None
    assert (ask.field, ask.text) == (FieldKind.COMMENT, "")
    sitting.do(Comment("helpful", "wrong tide table"), Thumb(False))
    assert sitting.state.answers_of("t0", SPAN)["helpful"].comment == "wrong tide table"
    sitting.do(FocusBy(-1), Comment("helpful", "last year's tide table"))
    assert sitting.state.answers_of("t0", SPAN)["helpful"].comment == "last year's tide table"
    sitting.do(EndAim(), Thumb(True))
    assert sitting.comment(HELPFUL) == "about the trace"


def test_backspace_clears_the_answer_about_the_span_alone() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(Thumb(True), TargetSpan(SPAN), Thumb(False), Clear())
    assert sitting.focused is HELPFUL
    sitting.do(Clear())
    assert said(sitting) == {}
    assert said(sitting, None) == {"helpful": True}


def test_a_submitted_item_stays_submitted_whatever_is_said_about_its_spans() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(Thumb(True), Go(Where.BACK), TargetSpan(SPAN), Thumb(False), Clear())
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t0"


def test_a_choice_of_several_about_a_span_is_ended_by_enter_which_submits_nothing() -> None:
    sitting = Sitting(MODES)
    sitting.do(TargetSpan(SPAN))
    sitting.digits("13")
    sitting.do(Submit())
    assert said(sitting) == {"modes": ["wrong", "unsafe"]}
    assert not sitting.state.choosing
    assert sitting.here == "t0"
    assert "about a span" in sitting.refusal(Submit())


def test_the_aim_ends_when_the_item_is_left() -> None:
    for leaving in (Go(Where.NEXT), Defer()):
        sitting = Sitting(HELPFUL)
        sitting.do(TargetSpan(SPAN), leaving)
        assert sitting.here == "t1"
        assert sitting.state.aim is None


def test_undo_takes_back_what_was_said_about_a_span_and_redo_says_it_again() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(TargetSpan(SPAN), Thumb(True), FocusBy(-1), Thumb(False), Undo())
    assert said(sitting) == {"helpful": True}
    sitting.do(Undo())
    assert said(sitting) == {}
    sitting.do(Redo(), Redo())
    assert said(sitting) == {"helpful": False}
    assert sitting.state.aim == SPAN


def test_undo_while_aimed_goes_to_what_it_takes_back() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(Thumb(True), TargetSpan(SPAN), Thumb(True), TargetSpan(OTHER), Undo())
    assert (sitting.state.aim, sitting.focused) == (SPAN, HELPFUL)
    sitting.do(Undo())
    assert (sitting.state.aim, sitting.focused) == (None, HELPFUL)


def test_undo_from_elsewhere_takes_back_a_spans_answer_without_aiming() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(TargetSpan(SPAN), Thumb(True), Go(Where.NEXT), Undo())
    assert sitting.here == "t0"
    assert sitting.state.aim is None
    assert said(sitting) == {}


def test_what_cannot_be_shown_cannot_be_aimed_at() -> None:
    sitting = Sitting(HELPFUL)
    sitting.state.worklist.set_absent({"t0"})
    assert "not downloaded" in sitting.refusal(TargetSpan(SPAN))
    assert Sitting().refusal(TargetSpan(SPAN)) == "This review asks no question"
