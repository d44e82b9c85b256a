from __future__ import annotations

import tomllib
from typing import Any

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from labeler.config.toml_lines import key_lines, nearest_line

TEXT = '''\
# comment with [brackets] and key = "x"
title = "a # no comment"  # a comment
dotted.key."with space" = 1
long = """
fake = 1
[fake]
\\""" still inside """
literal = \'\'\'
[[fake]]\'\'\'

[table]
list = [
  "a]b",  # "]"
  { inner = "}" },
]
after = 2
[table.'sub table']
x = 1979-05-27T07:32:00Z
[[array]]
name = "first"
[array.more]
deep = true
[[array]]
"name" = "second"
[[array.nested]]
n = 1
[[array.nested]]
n = 2
'''


def test_every_key_is_found_on_its_line_through_strings_comments_and_arrays() -> None:
    assert tomllib.loads(TEXT)
    lines = key_lines(TEXT)
    source = TEXT.splitlines()
    for path, starts in {
        ("title",): "title",
        ("dotted", "key", "with space"): "dotted.key",
        ("long",): "long",
        ("literal",): "literal",
        ("table",): "[table]",
        ("table", "list"): "list",
        ("table", "after"): "after",
        ("table", "sub table", "x"): "x = ",
        ("array", 0, "more", "deep"): "deep",
        ("array", 1): "[[array]]",
        ("array", 1, "name"): '"name"',
        ("array", 1, "nested", 1, "n"): "n = 2",
    }.items():
        assert source[lines[path] - 1].startswith(starts), path
    assert not any("fake" in path for path in lines)
    assert nearest_line(lines, ("table", "list", 1, "inner")) == lines["table", "list"]


keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6) | st.sampled_from(["a", "b.c", '"', "'"])
scalars = st.integers(-9, 9) | st.booleans() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tables = st.recursive(
    st.dictionaries(keys, scalars | st.lists(scalars, max_size=3), max_size=3),
    lambda inner: st.dictionaries(keys, inner | scalars | st.lists(inner, min_size=1, max_size=3), max_size=3),
    max_leaves=10,
)


@given(tables, st.booleans())
def test_no_key_of_any_valid_text_is_lost_or_invented(document: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    lines = key_lines(text)
    assert {path[0] for path in lines} == set(tomllib.loads(text))
    for path in lines:
        value: Any = document
        for part in path:
            value = value[part]
