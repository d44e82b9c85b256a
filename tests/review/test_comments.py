"""Comments: which answer they belong to, and those that come before any answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.question import Question
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    Action,
    AskComment,
    AskThumbComment,
    Comment,
    Digit,
    Proceed,
    Redo,
    SetAnswer,
    SetFlag,
    Submit,
    Thumb,
    Undo,
)
from labeler.review.decision import FieldKind, FieldRequest
from labeler.review.state import Advance
from tests.review.sitting import CLARITY, HELPFUL, MODES, POLITE, QUALITY, FocusOn, Sitting

UP, DOWN = Thumb(True), Thumb(False)
MUTE = Question("mute", HELPFUL.input, takes_comment=False)


def test_a_comment_is_for_the_focused_question() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP, FocusOn(0))
    assert sitting.do(AskComment()).ask == FieldRequest(FieldKind.COMMENT, "helpful", "")
    sitting.do(Comment("helpful", " nice "))
    assert sitting.comment(HELPFUL) == "nice"
    sitting.do(FocusOn(0))
    assert sitting.do(AskComment()).ask == FieldRequest(FieldKind.COMMENT, "helpful", "nice")


def test_at_an_unanswered_question_a_comment_is_for_the_one_answered_last() -> None:
    sitting = Sitting(HELPFUL, CLARITY, QUALITY)
    sitting.do(UP, Digit("1"))
    assert sitting.focused is QUALITY
    assert sitting.do(AskComment()).ask == FieldRequest(FieldKind.COMMENT, "clarity", "")
    sitting.do(Comment("clarity", "crisp"))
    assert sitting.comment(CLARITY) == "crisp"
    assert sitting.focused is QUALITY


def test_a_comment_before_any_answer_goes_with_the_answer_to_come() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    assert sitting.do(AskComment()).ask == FieldRequest(FieldKind.COMMENT, "helpful", "")
    assert sitting.do(Comment("helpful", "too long")).change is None
    assert sitting.do(AskComment()).ask == FieldRequest(FieldKind.COMMENT, "helpful", "too long")
    sitting.do(DOWN)
    assert sitting.comment(HELPFUL) == "too long"
    sitting.digits("1")
    assert sitting.comment(CLARITY) is None


def test_a_kept_comment_can_be_taken_away_again() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(Comment("helpful", "hm"), Comment("helpful", " "), UP)
    assert sitting.comment(HELPFUL) is None


def test_a_kept_comment_belongs_to_its_item() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.do(Comment("helpful", "for t0"))
    sitting.state.position = 1
    sitting.do(UP)
    assert sitting.comment(HELPFUL, "t1") is None
    assert sitting.here == "t0"
    sitting.do(UP)
    assert sitting.comment(HELPFUL, "t0") == "for t0"


@pytest.mark.parametrize(("keys", "several"), [([Digit("1"), Submit()], ["wrong"]), ([Digit("-")], [])])
def test_a_kept_comment_goes_with_a_choice_of_several_too(keys: list[Action], several: list[str]) -> None:
    sitting = Sitting(MODES)
    sitting.do(Comment("modes", "see line 3"), *keys)
    assert sitting.value(MODES) == several
    assert sitting.comment(MODES) == "see line 3"


def test_a_kept_comment_waits_for_a_question_that_takes_comments() -> None:
    sitting = Sitting(HELPFUL, MUTE)
    sitting.do(Comment("helpful", "see line 3"), FocusOn(1), UP)
    assert sitting.comment(MUTE) is None
    sitting.do(UP)
    assert sitting.comment(HELPFUL) == "see line 3"


def test_a_flag_does_not_take_the_kept_comment() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(Comment("helpful", "see line 3"), SetFlag("look"), UP)
    assert sitting.comment(HELPFUL) == "see line 3"
    assert sitting.comment("labeler.flag") == "look"


def test_a_redo_does_not_swallow_the_comment_kept_since() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP, Undo(), Comment("helpful", "typed since"), Redo(), FocusOn(1))
    assert sitting.comment(HELPFUL) is None
    sitting.digits("1")
    assert sitting.comment(CLARITY) == "typed since"


def test_a_kept_comment_never_replaces_one_that_was_given() -> None:
    sitting = Sitting(HELPFUL, CLARITY, POLITE)
    sitting.do(Thumb(True, "given"), Undo(), Comment("helpful", "kept"), Redo(), FocusOn(0), DOWN)
    assert sitting.comment(HELPFUL) == "given"


def test_a_comment_for_a_question_that_takes_none_is_refused() -> None:
    sitting = Sitting(MUTE, HELPFUL)
    assert sitting.refusal(AskComment()) == "mute takes no comment"
    assert sitting.refusal(AskThumbComment(True)) == "mute takes no comment"


def test_a_changed_answer_keeps_its_comment() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(Thumb(True, "why"), FocusOn(0), DOWN)
    assert (sitting.value(HELPFUL), sitting.comment(HELPFUL)) == (False, "why")


def test_a_changed_comment_supersedes_the_answer_and_an_unchanged_one_does_not() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP)
    first = sitting.answer(HELPFUL)
    assert first is not None
    assert sitting.do(Comment("helpful", "")).change is None
    sitting.do(Comment("helpful", "why"))
    second = sitting.answer(HELPFUL)
    assert second is not None
    assert (second.value, second.overrides) == (True, first.assessment_id)
    sitting.do(Comment("helpful", ""))
    assert sitting.comment(HELPFUL) is None


def test_a_thumb_with_its_comment_is_one_answer_and_one_undo() -> None:
    sitting = Sitting(HELPFUL)
    ask = sitting.do(AskThumbComment(False)).ask
    assert ask == FieldRequest(FieldKind.THUMB_COMMENT, "helpful", "", positive=False)
    assert sitting.value(HELPFUL) is None
    sitting.do(Thumb(False, " rude "))
    assert (sitting.value(HELPFUL), sitting.comment(HELPFUL)) == (False, "rude")
    assert sitting.here == "t1"
    sitting.do(Undo())
    assert sitting.answer(HELPFUL) is None


def test_a_thumb_whose_comment_was_left_empty_is_an_answer_without_one() -> None:
    always = replace(HELPFUL, comment_on="always")
    sitting = Sitting(always)
    assert sitting.do(Thumb(False, "  ")).ask is None
    assert sitting.comment(always) is None
    assert sitting.here == "t1"


def test_a_thumb_comment_opens_with_the_kept_comment_and_takes_its_place() -> None:
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(Comment("helpful", "draft"))
    assert sitting.do(AskThumbComment(True)).ask == FieldRequest(
        FieldKind.THUMB_COMMENT, "helpful", "draft", positive=True
    )
    sitting.do(Thumb(True, "draft, edited"))
    assert sitting.comment(HELPFUL) == "draft, edited"
    sitting.digits("1")
    assert sitting.comment(CLARITY) is None


@pytest.mark.parametrize(
    ("comment_on", "value", "opens"),
    [
        ("negative", False, True),
        ("negative", True, False),
        ("positive", True, True),
        ("positive", False, False),
        ("always", True, True),
        ("always", False, True),
        (None, False, False),
    ],
)
def test_the_comment_opens_by_itself_after_such_an_answer(comment_on: str | None, value: bool, opens: bool) -> None:
    question = replace(HELPFUL, comment_on=comment_on)
    sitting = Sitting(question)
    decision = sitting.do(Thumb(value))
    assert sitting.value(question) is value
    assert (decision.ask == FieldRequest(FieldKind.COMMENT_AFTER, "helpful")) is opens
    assert (sitting.here == "t0") is opens


def test_only_thumbs_are_positive_or_negative() -> None:
    for asked, key in ((CLARITY, "1"), (QUALITY, "2")):
        for comment_on, opens in (("positive", False), ("negative", False), ("always", True)):
            sitting = Sitting(replace(asked, comment_on=comment_on))
            assert (sitting.digits(key).ask is not None) is opens, (asked.name, comment_on)


def test_the_comment_opens_by_itself_when_a_choice_of_several_ends() -> None:
    ends: tuple[tuple[str, Action, list[str]], ...] = (
        ("12", Submit(), ["wrong", "incomplete"]),
        ("", Digit("-"), []),
        ("1", Digit("-"), []),
    )
    for keys, end, value in ends:
        always = replace(MODES, comment_on="always")
        sitting = Sitting(always)
        for key in keys:
            assert sitting.do(Digit(key)).ask is None
        assert sitting.do(end).ask == FieldRequest(FieldKind.COMMENT_AFTER, "modes")
        assert (sitting.value(always), sitting.here) == (value, "t0")
        sitting.do(Comment("modes", "both"))
        assert (sitting.comment(always), sitting.here) == ("both", "t1")


def test_no_comment_opens_where_none_is_taken_or_one_is_there_already() -> None:
    sitting = Sitting(replace(MUTE, comment_on="always"))
    assert sitting.do(DOWN).ask is None
    sitting = Sitting(replace(HELPFUL, comment_on="always"))
    sitting.do(Comment("helpful", "known"))
    assert sitting.do(DOWN).ask is None


@pytest.mark.parametrize("after", [Comment("helpful", "why"), Comment("helpful", ""), Proceed()], ids=repr)
def test_the_flow_goes_on_after_a_comment_that_opened_by_itself(after: Comment | Proceed) -> None:
    question = replace(HELPFUL, comment_on="always")
    sitting = Sitting(CLARITY, question, QUALITY)
    sitting.do(FocusOn(1), UP)
    assert sitting.focused is question
    sitting.do(after)
    assert sitting.focused is QUALITY
    sitting = Sitting(question)
    sitting.do(UP, after)
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_going_on_twice_passes_over_no_question() -> None:
    sitting = Sitting(replace(HELPFUL, comment_on="always"), CLARITY, QUALITY)
    sitting.do(UP, Comment("helpful", "why"), Proceed())
    assert sitting.focused is CLARITY


def test_a_comment_in_passing_leaves_the_item_where_it_is() -> None:
    sitting = Sitting(HELPFUL, advance=Advance.MANUAL)
    sitting.do(UP, Comment("helpful", "why"))
    assert sitting.here == "t0"
    assert sitting.item_state() is ItemState.OPEN


def test_a_choice_stays_begun_while_it_is_commented_or_flagged() -> None:
    optional = replace(MODES, required=False)
    for between in (AskComment(), Comment("modes", "why"), SetFlag("look")):
        sitting = Sitting(HELPFUL, optional, replace(QUALITY, required=False))
        sitting.do(UP, Digit("1"), between, Submit())
        assert sitting.here == "t0", between
        assert sitting.focused is not None
        assert sitting.focused.name == "quality", between


def test_the_comment_of_a_choice_survives_turning_its_only_option_off() -> None:
    sitting = Sitting(MODES, HELPFUL)
    sitting.do(Digit("1"), Comment("modes", "see line 3"), Digit("1"), Digit("2"))
    assert (sitting.value(MODES), sitting.comment(MODES)) == (["incomplete"], "see line 3")
    sitting.do(Undo())
    assert sitting.value(MODES) is None
    sitting.do(Redo(), Submit(), SetAnswer("helpful", True))
    assert (sitting.value(MODES), sitting.comment(MODES)) == (["incomplete"], "see line 3")
    assert sitting.comment(HELPFUL) is None


def test_what_no_server_can_store_is_refused_in_a_comment_too() -> None:
    sitting = Sitting(HELPFUL)
    assert "contains" in sitting.refusal(Comment("helpful", "a\x00"))
    assert sitting.state.kept_comments == {}
