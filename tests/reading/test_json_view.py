import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.json.pretty import WIDTH, pretty, pretty_json, pretty_text
from labeler.reading.json.respaced import respaced

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=12), inner, max_size=6),
    max_leaves=30,
)
CONTAINERS = st.lists(VALUES, max_size=6) | st.dictionaries(st.text(max_size=12), VALUES, max_size=6)

_STRING = re.compile(r'("(?:[^"\\]|\\.)*")', re.DOTALL)


def without_space(text: str) -> str:
    """A JSON text without the white space between its tokens."""
    pieces = _STRING.split(text)
    return "".join(piece if number % 2 else "".join(piece.split()) for number, piece in enumerate(pieces))


@given(VALUES)
def test_a_value_is_written_exactly(value: Any) -> None:
    shown = pretty_json(value)
    if not shown.apart:
        assert json.loads(shown.text) == value


@pytest.mark.slow
@given(CONTAINERS, st.sampled_from([None, 0, 1, 3, "\t"]), st.booleans())
def test_a_json_text_changes_in_nothing_but_white_space(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    shown = pretty_text(text)
    assert shown is not None
    if not shown.apart and shown.language == "json":
        assert without_space(shown.text) == without_space(text)
    assert without_space(respaced(text, 40)) == without_space(text)


@pytest.mark.parametrize(
    "text", ['{"a":1.0,"a":1e5}', '{ "a" : [ 1.50 , -0 ] }', r'{"a":"\u00e9\/"}', "[1E400,0.10]", "{}", "[ ]"]
)
def test_numbers_escapes_and_repeated_keys_stay_as_they_are(text: str) -> None:
    shown = pretty_text(text)
    assert shown is not None
    assert without_space(shown.text) == without_space(text)


@pytest.mark.parametrize(
    "text", ["", "plain", "7", '"quoted"', "[note] not json", "{broken", "[1] and [2]", "[" * 5000]
)
def test_prose_is_no_json(text: str) -> None:
    assert pretty_text(text) is None


@given(st.lists(st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=3), min_size=1, max_size=8))
def test_what_fits_on_a_line_is_on_one_line(value: list[dict[str, int]]) -> None:
    text = pretty_json(value).text
    flat = json.dumps(value)
    assert (text == flat) == (len(flat) <= WIDTH)
    assert max(map(len, text.splitlines())) <= WIDTH


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20), max_size=4)


@pytest.mark.slow
@given(st.recursive(LINES.map("\n".join), lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner)))
def test_every_line_of_every_text_can_be_read(value: Any) -> None:
    shown = pretty(value)
    leaves = [value]
    while leaves:
        leaf = leaves.pop()
        if isinstance(leaf, str):
            escaped = json.dumps(leaf, ensure_ascii=False)[1:-1]
            assert all(line in shown.text for line in leaf.split("\n")) or escaped in shown.text
        else:
            leaves.extend(leaf.values() if isinstance(leaf, dict) else leaf)


def test_texts_of_several_lines_are_outlined() -> None:
    value: Any = {
        "query": "SELECT *\n  FROM tides",
        "limit": 3,
        "note": "3",
        "rows": [{"a": 'say "hi"', "b": [1, 2]}, {}],
    }
    shown = pretty(value)
    assert shown.language == "yaml"
    assert shown.text.split("\n") == [
        "query: |",
        "  SELECT *",
        "    FROM tides",
        "limit: 3",
        'note: "3"',
        "rows:",
        '  - a: say "hi"',
        "    b: [1, 2]",
        "  - {}",
    ]


def test_vectors_and_media_are_set_apart() -> None:
    value: Any = {"v": [n / 7 for n in range(1536)], "img": "data:image/png;base64," + "A" * 400, "few": [1, 2, 3]}
    shown = pretty(value)
    assert '"v": [1536 numbers]' in shown.text
    assert '"img": [image/png 300 B]' in shown.text
    assert '"few": [1, 2, 3]' in shown.text
    assert [(apart.path, apart.label) for apart in shown.apart] == [
        ("v", "[1536 numbers]"),
        ("img", "[image/png 300 B]"),
    ]
    assert [float(number) for number in shown.apart[0].text.replace("\n", ",").split(",")] == value["v"]
