"""Values: which a server keeps alike, and which none can store."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.value import (
    MAX_EXACT_INTEGER,
    MAX_NAME_LENGTH,
    JsonValue,
    UnusableValue,
    check_expectation_value,
    check_feedback_value,
    check_name,
    check_text,
    same_value,
)

storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
storable: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_EXACT_INTEGER, MAX_EXACT_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable_text, inner, max_size=3),
    max_leaves=8,
)
poison: st.SearchStrategy[JsonValue] = st.sampled_from(
    ["a\x00b", "\ud83d", math.nan, math.inf, -math.inf, 2**53 + 1, -(2**60)]
)


@given(storable)
def test_a_storable_value_is_itself(value: JsonValue) -> None:
    assert check_feedback_value(value) is value
    assert check_expectation_value(value) is value
    assert same_value(value, value)


@given(storable, storable)
def test_sameness_has_no_direction(one: JsonValue, other: JsonValue) -> None:
    assert same_value(one, other) == same_value(other, one)


@given(poison, st.integers(0, 4))
def test_what_would_change_on_the_way_is_refused_however_deep_it_lies(value: JsonValue, depth: int) -> None:
    for level in range(depth):
        value = {"in": value} if level % 2 else [True, value]
    with pytest.raises(UnusableValue):
        check_feedback_value(value)


@pytest.mark.parametrize("name", ["nul\x00", "half \ud83d"])
def test_names_of_fields_are_checked_too(name: str) -> None:
    for check in check_feedback_value, check_expectation_value:
        with pytest.raises(UnusableValue):
            check([{name: 1}])


def test_integers_of_any_size_survive_inside_expectations_only() -> None:
    huge = 2**53 + 1
    with pytest.raises(UnusableValue, match="would be rounded"):
        check_expectation_value(huge)
    assert check_expectation_value({"n": [huge, -huge]}) == {"n": [huge, -huge]}
    with pytest.raises(UnusableValue, match=r"9007199254740993 is beyond ±2\^53"):
        check_feedback_value({"n": [huge]})
    assert check_feedback_value([MAX_EXACT_INTEGER, -MAX_EXACT_INTEGER, True])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_value_is_infinite_or_not_a_number(number: float) -> None:
    for check in check_feedback_value, check_expectation_value:
        with pytest.raises(UnusableValue, match="not a finite number"):
            check([number])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0, -0.0),
        ([1, {"a": 2.0}], (1.0, {"a": 2})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ("é", "é"),
        (None, None),
        ([], ()),
    ],
)
def test_a_server_keeps_these_alike(one: JsonValue, other: JsonValue) -> None:
    assert same_value(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1.0, True),
        ([1], [True]),
        ({"a": 0}, {"a": False}),
        (1, "1"),
        (True, "true"),
        ("a", ["a"]),
        (["a"], "a"),
        ([], ""),
        ([], {}),
        ([], None),
        (0, None),
        (False, None),
        ("", None),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": None}),
        ("é", "e\u0301"),
        (2**53, 2**53 + 1),
    ],
)
def test_a_server_tells_these_apart(one: JsonValue, other: JsonValue) -> None:
    assert not same_value(one, other)
    assert not same_value(other, one)


def test_text_says_what_it_is_when_it_cannot_be_stored() -> None:
    assert check_text("a\tb\n\u202e🙂", "The comment") == "a\tb\n\u202e🙂"
    with pytest.raises(UnusableValue, match="The comment contains a NUL character"):
        check_text("a\x00", "The comment")
    for half in "\ud800", "\udbff", "\udc00", "\udfff":
        with pytest.raises(UnusableValue, match="The note contains half a character"):
            check_text(f"a{half}", "The note")


def test_names_are_of_one_to_250_storable_characters() -> None:
    longest = "é" * MAX_NAME_LENGTH
    assert check_name(longest) == longest
    with pytest.raises(UnusableValue, match="251 characters long; at most 250"):
        check_name(longest + "é")
    for name in "", " \t", "nul\x00", "half \ud83d":
        with pytest.raises(UnusableValue):
            check_name(name)
