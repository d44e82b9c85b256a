"""Values at entry: what a question takes, and the sentence when it does not."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, Question, Text
from labeler.domain.value import JsonValue, UnusableValue, same_value
from labeler.review.answer_values import allowed, check_value, parse_number, takes_single_digits, toggled
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, QUALITY, SCORE

ANY = Question("any", Numeric())
TENTHS = Question("tenths", Numeric(0, 1, 0.1))


@pytest.mark.parametrize(
    ("question", "typed", "value"),
    [
        (SCORE, "85", 85),
        (SCORE, " 85 ", 85),
        (SCORE, "85.0", 85),
        (ANY, "-3", -3),
        (ANY, "+3", 3),
        (ANY, ".5", 0.5),
        (ANY, "2.", 2.0),
        (ANY, "2,5", 2.5),
        (ANY, "1e3", 1000.0),
        (TENTHS, "0.3", 0.3),
        (TENTHS, "0.7", 0.7),
    ],
)
def test_a_typed_number_is_that_number(question: Question, typed: str, value: float) -> None:
    parsed = parse_number(question, typed)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    "typed", ["", "-", ".", "abc", "1_0", "nan", "inf", "-Infinity", "0x10", "1 2", "²", "9" * 5000]
)
def test_what_is_no_number_says_so_and_the_range(typed: str) -> None:
    with pytest.raises(UnusableValue, match="is not a number; 0 to 100"):
        parse_number(SCORE, typed)


@pytest.mark.parametrize(
    ("question", "typed", "sentence"),
    [
        (SCORE, "101", "101 is out of range; 0 to 100"),
        (SCORE, "-1", "-1 is out of range; 0 to 100"),
        (SCORE, "1e999", "inf is out of range; 0 to 100"),
        (SCORE, "9" * 300, "is out of range; 0 to 100"),
        (SCORE, "1.5", "score takes whole numbers; 0 to 100"),
        (TENTHS, "0.25", "0.25 is between two steps; 0 to 1 in steps of 0.1"),
        (ANY, "1e999", "not a finite number"),
        (ANY, "9007199254740993", "beyond ±2^53"),
        (Question("least", Numeric(minimum=2)), "1", "1 is out of range; 2 or more"),
        (Question("most", Numeric(maximum=2)), "3", "3 is out of range; 2 or less"),
    ],
)
def test_a_number_that_cannot_be_taken_says_why_and_what_can(question: Question, typed: str, sentence: str) -> None:
    with pytest.raises(UnusableValue) as refused:
        parse_number(question, typed)
    assert sentence in str(refused.value)


def test_expected_numbers_are_refused_where_a_server_would_round_them() -> None:
    expected = replace(ANY, kind=AssessmentKind.EXPECTATION)
    stepped = Question("stepped", Numeric(step=1), AssessmentKind.EXPECTATION)
    for question in expected, stepped:
        assert parse_number(question, str(2**53)) == 2**53
        with pytest.raises(UnusableValue, match="rounded"):
            parse_number(question, "9" * 300)


@given(st.floats() | st.integers(), st.sampled_from([Numeric(), Numeric(0, 1, 0.1), Numeric(1, 5), Numeric(step=2)]))
def test_any_number_is_taken_unchanged_or_refused(value: float, numeric: Numeric) -> None:
    question = Question("number", numeric)
    try:
        taken = check_value(question, value)
    except UnusableValue:
        return
    assert math.isfinite(value)
    assert same_value(taken, value)
    assert not numeric.whole or isinstance(taken, int)


@given(st.text())
def test_any_typing_is_a_number_or_refused(text: str) -> None:
    with suppress(UnusableValue):
        assert isinstance(parse_number(ANY, text), int | float)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (HELPFUL, 1),
        (HELPFUL, "yes"),
        (HELPFUL, None),
        (CLARITY, "foggy"),
        (CLARITY, ["clear"]),
        (CLARITY, 1),
        (MODES, "wrong"),
        (MODES, ["wrong", "odd"]),
        (MODES, [["wrong"]]),
        (QUALITY, True),
        (QUALITY, "3"),
        (QUALITY, math.nan),
        (EXPECTED, 3),
        (EXPECTED, None),
        (EXPECTED, "nul \x00"),
        (Question("short", Text(3)), "long"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_questions_name_or_a_reason(
    question: Question, value: JsonValue
) -> None:
    with pytest.raises(UnusableValue) as refused:
        check_value(question, value)
    assert len(str(refused.value).split()) > 2


def test_a_choice_of_several_is_kept_in_the_order_of_its_options_once() -> None:
    assert check_value(MODES, ["unsafe", "wrong", "unsafe"]) == ["wrong", "unsafe"]
    assert check_value(MODES, ()) == []


@given(st.lists(st.sampled_from("abc"), unique=True), st.sampled_from("abc"))
def test_turning_an_option_on_and_off_again_changes_nothing(chosen: list[str], option: str) -> None:
    options = ("a", "b", "c")
    once = toggled(options, chosen, option)
    assert (option in once) is (option not in chosen)
    assert toggled(options, once, option) == sorted(chosen)


def test_chosen_strings_of_an_older_schema_are_kept() -> None:
    assert toggled(("a", "b"), ["old", "b"], "a") == ["a", "b", "old"]


@pytest.mark.parametrize(
    ("numeric", "single"),
    [
        (Numeric(1, 5), True),
        (Numeric(0, 9), True),
        (Numeric(0, 8, 2), True),
        (Numeric(0, 1, 1), True),
        (Numeric(0, 1), False),
        (Numeric(0, 10), False),
        (Numeric(-1, 5), False),
        (Numeric(0, 5, 0.5), False),
        (Numeric(minimum=0), False),
    ],
    ids=repr,
)
def test_single_digits_answer_whole_numbers_within_nine(numeric: Numeric, single: bool) -> None:
    assert takes_single_digits(numeric) is single


def test_what_is_allowed_is_said_in_a_few_words() -> None:
    said = {
        "Helpful or Not helpful": HELPFUL,
        "one of 3 options": CLARITY,
        "one of 10 options": Question("ten", Categorical(tuple("abcdefghij"))),
        "1 to 5": QUALITY,
        "any number": ANY,
        "whole numbers": Question("whole", Numeric(step=1)),
        "0 to 1 in steps of 0.1": TENTHS,
        "text": EXPECTED,
        "text of at most 3 characters": Question("short", Text(3)),
    }
    assert [allowed(question) for question in said.values()] == list(said)
