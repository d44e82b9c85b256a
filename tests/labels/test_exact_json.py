"""JSON output is exact, and holds no character that could do anything to a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.value import JsonValue
from labeler.labels.exact_json import exact_json

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(any_json)
def test_it_parses_to_what_it_was(value: JsonValue) -> None:
    assert json.loads(exact_json(value)) == value


def test_no_control_format_or_bidi_character_and_no_surrogate_is_left_unescaped() -> None:
    invisible = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    ]
    for character in invisible:
        written = exact_json(character)
        assert written.isascii()
        assert json.loads(written) == character


def test_text_that_people_can_see_stays_readable() -> None:
    assert exact_json("fährt 午後 مرحبا e\u0301 🚢") == '"fährt 午後 مرحبا e\u0301 🚢"'
    assert exact_json("👩\u200d🚒 \x1b[31m \u202e") == '"👩\\u200d🚒 \\u001b[31m \\u202e"'


def test_numbers_that_json_lacks_are_named() -> None:
    assert exact_json({"a": [float("nan"), float("inf"), -float("inf"), 1.5]}) == (
        '{"a": ["NaN", "Infinity", "-Infinity", 1.5]}'
    )
