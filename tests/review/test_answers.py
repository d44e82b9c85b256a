"""Answer keys: thumbs, digits, and what each kind of question makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.worklist import ItemState
from labeler.review.action import AskText, Clear, Digit, FocusBy, SetAnswer, Submit, Thumb
from labeler.review.decision import FieldKind
from labeler.review.state import Advance
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, POLITE, QUALITY, REMARK, SCORE, FocusOn, Sitting

UP, DOWN = Thumb(True), Thumb(False)


def test_one_key_labels_a_trace_with_one_question_and_shows_the_next() -> None:
    sitting = Sitting(HELPFUL)
    sitting.do(UP)
    assert sitting.value(HELPFUL) is True
    assert sitting.item_state("t0") is ItemState.LABELLED
    assert sitting.here == "t1"


def test_n_questions_cost_n_keys() -> None:
    sitting = Sitting(HELPFUL, CLARITY, QUALITY, POLITE)
    sitting.do(UP, Digit("2"), Digit("5"), DOWN)
    assert [sitting.value(question) for question in (HELPFUL, CLARITY, QUALITY, POLITE)] == [True, "vague", 5, False]
    assert sitting.here == "t1"


def test_a_thumb_answers_the_focused_pass_fail_question_even_when_it_is_answered() -> None:
    sitting = Sitting(HELPFUL, POLITE, CLARITY)
    sitting.do(UP, UP, FocusOn(1), DOWN)
    assert (sitting.value(HELPFUL), sitting.value(POLITE)) == (True, False)


def test_a_thumb_elsewhere_answers_the_first_unanswered_pass_fail_question() -> None:
    sitting = Sitting(CLARITY, HELPFUL, POLITE)
    sitting.do(DOWN)
    assert (sitting.value(HELPFUL), sitting.value(POLITE)) == (False, None)
    assert sitting.focused is POLITE
    sitting.do(FocusOn(0), UP)
    assert sitting.value(POLITE) is True
    assert sitting.focused is CLARITY


def test_a_thumb_without_a_pass_fail_question_to_answer_says_so() -> None:
    assert "No pass/fail question" in Sitting(CLARITY).refusal(UP)
    sitting = Sitting(HELPFUL, CLARITY)
    sitting.do(UP)
    assert "is answered" in sitting.refusal(UP)


def test_a_thumb_works_on_a_pass_fail_expectation_too() -> None:
    refuses = Question("should_refuse", PassFail("Yes", "No"), kind=EXPECTED.kind)
    sitting = Sitting(refuses)
    change = sitting.do(DOWN).change
    assert change is not None
    assert sitting.value(refuses) is False
    assert getattr(change.effects[0], "kind", None) is EXPECTED.kind


def test_digits_on_pass_fail_are_one_and_two() -> None:
    sitting = Sitting(HELPFUL)
    assert "{answer.option.1} Helpful or {answer.option.2} Not helpful" in sitting.refusal(Digit("3"))
    assert "{answer.option.1} Helpful or {answer.option.2} Not helpful" in sitting.refusal(Digit("-"))
    sitting.digits("12")
    assert (sitting.value(HELPFUL, "t0"), sitting.value(HELPFUL, "t1")) == (True, False)


@pytest.mark.parametrize(("key", "option"), [("1", "a"), ("9", "i"), ("0", "j")])
def test_a_digit_chooses_the_nth_option_and_zero_the_tenth(key: str, option: str) -> None:
    letters = Question("letters", Categorical(tuple("abcdefghij")))
    sitting = Sitting(letters)
    sitting.do(Digit(key))
    assert sitting.value(letters) == option


def test_a_digit_beyond_the_options_says_how_many_there_are() -> None:
    sitting = Sitting(CLARITY)
    for char in "4", "0", "-", ".":
        assert sitting.refusal(Digit(char)) == "clarity: {answer.option.1} to {answer.option.3}"
    assert sitting.value(CLARITY) is None


def test_several_may_be_chosen_each_key_turns_one_on_or_off_and_enter_ends() -> None:
    sitting = Sitting(MODES, HELPFUL)
    sitting.digits("31")
    assert sitting.value(MODES) == ["wrong", "unsafe"]
    assert sitting.focused is MODES
    sitting.digits("3")
    assert sitting.value(MODES) == ["wrong"]
    sitting.do(Submit())
    assert sitting.focused is HELPFUL
    assert sitting.item_state() is ItemState.OPEN
    sitting.do(UP)
    assert sitting.item_state() is ItemState.LABELLED


def test_ending_the_only_choice_of_several_submits() -> None:
    sitting = Sitting(MODES)
    sitting.digits("2")
    assert sitting.here == "t0"
    sitting.do(Submit())
    assert sitting.here == "t1"
    assert sitting.item_state() is ItemState.LABELLED


@pytest.mark.parametrize("before", ["", "22", "2112"])
def test_enter_never_answers_a_choice_of_several_and_says_what_does(before: str) -> None:
    sitting = Sitting(MODES, HELPFUL)
    sitting.do(FocusOn(0), *map(Digit, before))
    assert sitting.refusal(Submit()) == "modes: choose, or {answer.option.minus} for none"
    assert (sitting.focused, sitting.value(MODES)) == (MODES, None)


@pytest.mark.parametrize("before", ["", "2", "22", "31"])
def test_minus_answers_a_choice_of_several_with_none_of_them_and_ends_it(before: str) -> None:
    sitting = Sitting(MODES, HELPFUL)
    sitting.do(*map(Digit, before), Digit("-"))
    assert (sitting.value(MODES), sitting.focused, sitting.item_state()) == ([], HELPFUL, ItemState.OPEN)
    sitting.do(UP)
    assert sitting.item_state() is ItemState.LABELLED


def test_a_choice_of_one_takes_no_minus() -> None:
    sitting = Sitting(CLARITY)
    assert sitting.refusal(Digit("-")) == "clarity: {answer.option.1} to {answer.option.3}"


def test_an_optional_choice_turned_off_again_is_as_if_it_were_not_there() -> None:
    optional = replace(MODES, required=False)
    sitting = Sitting(HELPFUL, optional, EXPECTED)
    sitting.do(UP, Digit("1"), Digit("1"))
    assert sitting.value(optional) is None
    sitting.do(Submit())
    assert (sitting.value(optional), sitting.item_state()) == (None, ItemState.LABELLED)


def test_enter_on_an_optional_choice_that_was_not_begun_submits() -> None:
    sitting = Sitting(HELPFUL, replace(MODES, required=False))
    sitting.do(UP, Submit())
    assert sitting.value(MODES) is None
    assert sitting.item_state() is ItemState.LABELLED


def test_a_choice_of_several_begun_elsewhere_is_over_when_the_focus_moved() -> None:
    sitting = Sitting(HELPFUL, replace(MODES, required=False))
    sitting.do(UP, Digit("1"), FocusBy(-1), Submit())
    assert sitting.value(MODES) == ["wrong"]
    assert sitting.here == "t1"


def test_whole_numbers_within_nine_take_one_digit() -> None:
    sitting = Sitting(QUALITY)
    for char in "0", "6", "9", "-", ".":
        assert sitting.attempt(Digit(char)).says.endswith("1 to 5")
    sitting.digits("5")
    assert sitting.value(QUALITY) == 5
    assert isinstance(sitting.value(QUALITY), int)


@pytest.mark.parametrize(
    "numeric",
    [
        Numeric(0, 100),
        Numeric(0, 1),
        Numeric(-2, 2),
        Numeric(0, 5, 0.5),
        Numeric(),
        Numeric(minimum=0),
        Numeric(1, 10),
    ],
    ids=repr,
)
@pytest.mark.parametrize("char", ["7", "-", "."])
def test_other_numbers_open_a_field_that_begins_with_the_key(numeric: Numeric, char: str) -> None:
    number = Question("number", numeric)
    sitting = Sitting(number)
    ask = sitting.do(Digit(char)).ask
    assert ask is not None
    assert (ask.field, ask.question, ask.text) == (FieldKind.NUMBER, "number", char)
    assert sitting.value(number) is None


def test_a_number_typed_out_of_range_says_the_range() -> None:
    sitting = Sitting(SCORE)
    assert sitting.refusal(SetAnswer("score", 101)) == "101 is out of range; 0 to 100"
    assert "whole numbers" in sitting.refusal(SetAnswer("score", 7.5))
    sitting.give(SCORE, 85.0)
    assert sitting.value(SCORE) == 85
    assert isinstance(sitting.value(SCORE), int)


def test_steps_are_kept_to() -> None:
    even = Question("even", Numeric(0, 8, 2))
    sitting = Sitting(even)
    assert sitting.refusal(Digit("3")) == "3 is between two steps; 0 to 8 in steps of 2"
    sitting.digits("4")
    assert sitting.value(even) == 4


def test_a_digit_on_a_text_question_says_which_key_writes() -> None:
    assert "{answer.text} writes" in Sitting(REMARK).refusal(Digit("1"))


def test_text_is_edited_at_the_focused_text_question_else_the_first() -> None:
    sitting = Sitting(HELPFUL, REMARK, EXPECTED)
    ask = sitting.do(AskText()).ask
    assert ask is not None
    assert (ask.field, ask.question, ask.text) == (FieldKind.TEXT, "remark", "")
    assert sitting.focused is REMARK
    sitting.give(REMARK, "short")
    ask = sitting.do(FocusOn(2), AskText()).ask
    assert ask is not None
    assert ask.question == "expected"
    ask = sitting.do(FocusOn(1), AskText()).ask
    assert ask is not None
    assert (ask.question, ask.text) == ("remark", "short")
    assert "takes text" in Sitting(HELPFUL).refusal(AskText())


def test_an_empty_text_is_no_answer() -> None:
    sitting = Sitting(HELPFUL, REMARK)
    assert "Nothing is written" in sitting.refusal(SetAnswer("remark", " \n"))
    sitting.give(REMARK, "short")
    assert "Nothing is written" in sitting.refusal(SetAnswer("remark", ""))
    assert sitting.value(REMARK) == "short"


def test_what_no_server_can_store_is_refused_at_entry_with_a_sentence() -> None:
    sitting = Sitting(REMARK)
    for text in "a\x00b", "half \ud83d":
        assert "contains" in sitting.refusal(SetAnswer("remark", text))
    assert "contains" in Sitting(HELPFUL).refusal(Thumb(True, "a\x00b"))
    assert sitting.value(REMARK) is None


def test_the_same_answer_again_changes_nothing_and_goes_on() -> None:
    sitting = Sitting(HELPFUL, QUALITY, POLITE)
    sitting.do(UP, FocusOn(0))
    assert sitting.do(UP).change is None
    assert sitting.focused is QUALITY


def test_a_changed_answer_supersedes_the_one_that_stood() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP)
    first = sitting.answer(HELPFUL)
    assert first is not None
    sitting.do(FocusOn(0), DOWN)
    second = sitting.answer(HELPFUL)
    assert second is not None
    assert second.overrides == first.assessment_id != second.assessment_id


def test_an_answer_edited_in_place_keeps_its_id() -> None:
    sitting = Sitting(HELPFUL, POLITE, edits_in_place=True)
    sitting.do(UP)
    first = sitting.answer(HELPFUL)
    assert first is not None
    sitting.do(FocusOn(0), DOWN)
    second = sitting.answer(HELPFUL)
    assert second is not None
    assert (second.assessment_id, second.value, second.overrides) == (first.assessment_id, False, None)


def test_backspace_clears_the_focused_answer() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, FocusOn(0), Clear())
    assert sitting.value(HELPFUL) is None
    assert sitting.focused is HELPFUL


def test_backspace_on_an_unanswered_question_goes_back_to_the_one_answered_before() -> None:
    sitting = Sitting(HELPFUL, CLARITY, POLITE, advance=Advance.MANUAL)
    assert "Nothing is answered" in sitting.refusal(Clear())
    sitting.do(UP, FocusOn(2), UP, Clear())
    assert sitting.focused is POLITE
    assert sitting.value(POLITE) is True
    sitting.do(Clear(), Clear())
    assert sitting.value(POLITE) is None
    assert sitting.focused is HELPFUL


def test_nothing_can_be_answered_on_a_trace_that_is_not_downloaded() -> None:
    sitting = Sitting(HELPFUL)
    sitting.state.worklist.set_absent({"t0"})
    for action in UP, Digit("1"), SetAnswer("helpful", True), Clear(), Submit():
        assert "not downloaded" in sitting.refusal(action)


def test_an_empty_worklist_and_a_review_without_questions_refuse_in_a_sentence() -> None:
    assert Sitting(HELPFUL, items=0).refusal(UP) == "The worklist is empty"
    sitting = Sitting()
    for action in UP, Digit("1"), Clear(), AskText(), Submit():
        assert sitting.refusal(action)
    sitting.do(FocusBy(1))
