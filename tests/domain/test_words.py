"""What people read of sizes, durations, moments and values: one form each, and never an error."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.byte_size import limit_words, size_words
from labeler.domain.duration import duration_words, rough_duration_words
from labeler.domain.moment import (
    date_and_time,
    exact_time_of_day,
    parse_time,
    short_date_and_time,
    time_of_day,
    time_or_date,
    utc_text,
)
from labeler.domain.question import PassFail, Question
from labeler.domain.value_words import number_words, short_json, value_words


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0.4, "0.4 ms"),
        (5, "5 ms"),
        (111.4, "111 ms"),
        (999.6, "1.0 s"),
        (1_849, "1.8 s"),
        (59_970, "1 min 0 s"),
        (185_000, "3 min 5 s"),
        (7_800_000, "2 h 10 min"),
    ],
)
def test_a_duration_is_told_as_it_was_measured(ms: float, words: str) -> None:
    assert duration_words(ms) == words


@pytest.mark.parametrize(
    ("ms", "words"), [(0, "0 s"), (40_000, "40 s"), (59_900, "1 min"), (720_000, "12 min"), (4_200_000, "1 h 10")]
)
def test_what_is_to_come_is_told_roughly(ms: int, words: str) -> None:
    assert rough_duration_words(ms) == words


def test_a_size_never_has_a_thousand_of_its_unit() -> None:
    assert [size_words(size) for size in (0, 1023, 10_239, (1 << 20) - 1, 12 << 20)] == [
        "0 B",
        "1023 B",
        "10 KB",
        "1.0 MB",
        "12 MB",
    ]
    assert limit_words(2 << 30) == "2,048 MB"


@given(st.integers() | st.floats())
def test_no_moment_that_a_server_may_tell_is_an_error(at_ms: float) -> None:
    for words in (date_and_time, short_date_and_time, time_of_day, exact_time_of_day):
        assert isinstance(words(at_ms), str)
    assert isinstance(time_or_date(at_ms, 0), str)
    if isinstance(at_ms, int):
        text = utc_text(at_ms)
        assert text is None or parse_time(text) == at_ms


def test_numbers_are_written_as_people_write_them() -> None:
    assert [number_words(number) for number in (3, 3.0, -0.5, math.inf, 10**400)] == [
        "3",
        "3",
        "-0.5",
        "inf",
        str(10**400),
    ]


def test_values_are_told_as_their_question_calls_them() -> None:
    thumb = Question("thumb", PassFail("Helpful", "Not helpful"))
    assert [value_words(value, thumb) for value in (True, False)] == ["Helpful", "Not helpful"]
    assert [value_words(value) for value in (True, 4.0, ["a", "b"], [], {"a": "é"})] == [
        "yes",
        "4",
        "a, b",
        "none",
        '{"a": "é"}',
    ]


def test_a_value_in_few_characters_can_be_kept_anywhere() -> None:
    assert short_json("4", 10) == '"4"'
    assert short_json("x" * 20, 10) == f'"{"x" * 9}…'
    assert short_json("\ud800", 20).encode() == b'"\\ud800"'
