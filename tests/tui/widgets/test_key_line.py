"""What is said in place of the keys."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from labeler.tui.action_table import Situation
from labeler.tui.appearance import UNICODE
from labeler.tui.keymap import build_keymap
from labeler.tui.widgets.key_line import details_lines, key_line, message_lines
from labeler.tui.widgets.styled_text import width_of

_WORDS = st.lists(st.text(alphabet="abcdé船🚢", min_size=1, max_size=30), min_size=1, max_size=40).map(" ".join)


@given(_WORDS, st.integers(10, 120))
def test_a_sentence_is_said_whole_in_lines_that_fit(sentence: str, width: int) -> None:
    lines = message_lines(sentence, "warning", width, 1000, UNICODE)
    assert all(width_of(line) < width for line in lines)
    assert "".join(text for line in lines for text, _ in line).replace(" ", "") == sentence.replace(" ", "")


@given(_WORDS, st.integers(10, 120), st.integers(1, 5))
def test_only_a_sentence_that_has_no_room_at_all_ends_in_an_ellipsis(sentence: str, width: int, most: int) -> None:
    whole = message_lines(sentence, "warning", width, 1000, UNICODE)
    lines = message_lines(sentence, "warning", width, most, UNICODE)
    assert len(lines) <= most
    assert all(width_of(line) < width for line in lines)
    assert (lines == whole) == (len(whole) <= most)
    assert lines[-1][-1][0].endswith(UNICODE.ellipsis) == (len(whole) > most)


@given(
    st.lists(st.sampled_from(["60 selected", "all opened", "“Is it running?”, “When?”"]), min_size=1),
    st.integers(30, 120),
)
def test_what_is_told_of_a_question_is_broken_between_its_parts(parts: list[str], width: int) -> None:
    text = " · ".join(["quality: 4", *parts])
    lines = ["".join(said for said, _ in line).strip() for line in details_lines(text, width, 1000, UNICODE)]
    assert all(len(line) < width for line in lines)
    assert all(line.strip(" ·") == line for line in lines), "no line begins or ends between two parts"
    broken = [part for line in lines for part in re.split(r" · |(?<=”,) ", line)]
    assert broken == re.split(r" · |(?<=”,) ", text)
    assert len(details_lines(text, width, 1, UNICODE)) == 1


@given(st.integers(12, 250))
def test_the_way_to_all_keys_is_named_once_however_narrow_the_line(width: int) -> None:
    line = key_line(build_keymap({}), lambda action: action.keys, width, UNICODE)
    assert width_of(line) <= width
    assert "".join(text for text, _ in line).count("? help") == 1


def test_what_a_queue_and_a_hidden_list_make_worth_most_is_on_the_narrow_line_too() -> None:
    keymap = build_keymap({})
    now = {"answer.positive", "answer.negative", "answer.comment", "item.back", "view.search", "view.fold", "app.help"}

    def offered(holding: set[Situation]) -> str:
        more = now | {"item.decline", "item.flag", "worklist.toggle"}
        line = key_line(keymap, lambda action: action.keys if action.id in more else (), 80, UNICODE, holding)
        return "".join(text for text, _ in line)

    assert "D decline  f flag  p back" in offered({Situation.IN_QUEUE})
    assert "l list  p back" in offered({Situation.LIST_HIDDEN})
    assert "p back  z fold  / search  f flag" in offered(set())
