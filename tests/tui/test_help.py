"""The help: a view of the one table, the keys of an item first, on one screen where that has room for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from labeler.tui.appearance import ASCII, UNICODE, Signs
from labeler.tui.keymap import build_keymap
from labeler.tui.screens.help import HelpSheet
from labeler.tui.widgets.styled_text import Line

ROOM = 116, 38
"""What the frame leaves of 120x40."""


def sheet(keys: Mapping[str, list[str]] = MappingProxyType({}), signs: Signs = UNICODE) -> HelpSheet:
    return HelpSheet(build_keymap({name.replace("__", "."): spelled for name, spelled in keys.items()}), signs)


def plain(lines: list[Line] | object) -> list[str]:
    assert isinstance(lines, list)
    return ["".join(run for run, _ in line) for line in lines]


def text(**keys: list[str]) -> list[str]:
    return plain(sheet(keys).lines(100))


def on_one_screen(**keys: list[str]) -> list[str]:
    return plain(sheet(keys).whole(*ROOM))


def columns(lines: list[str]) -> list[str]:
    """The lines of the columns, one column below the other."""
    width = 29
    rows = lines[: lines.index("")]
    return [row[start : start + width].rstrip() for start in range(0, ROOM[0], width) for row in rows]


def test_the_ten_keys_worth_most_on_an_item_come_first_each_on_a_line() -> None:
    first = text()[1 : text().index("")]
    assert [line.split()[0] for line in first] == ["y", "n", "N", "1", "c", "enter", "u", "p", "z", "/"]


def test_they_are_the_reviewer_s_own_keys() -> None:
    assert text(edit__undo=["K"])[7].split()[:2] == ["K", "undo,"]


def test_every_key_stands_under_its_group_as_well() -> None:
    lines = text()
    rest = lines[lines.index("answer") :]
    for key in "y", "u", "p", "z", "/", "?", "l", "D":
        assert any(line.split()[:1] == [key] for line in rest)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_everything_is_on_one_screen_of_120_by_40_the_keys_of_an_item_first(signs: Signs) -> None:
    lines = plain(sheet(signs=signs).whole(*ROOM))
    assert len(lines) <= ROOM[1]
    assert max(map(len, lines)) <= ROOM[0]
    told = columns(lines)
    assert told[0] == "on an item"
    assert [line.split()[0] for line in told[1:11]] == ["y", "n", "N", "1", "c", "enter", "u", "p", "z", "/"]
    entries = [line.split() for line in told if line.startswith(" ")]
    for action in build_keymap({}).actions:
        shown = ("1", "to", "0") if action.id.startswith("answer.option.") and action.keys[0].isdigit() else action.keys
        assert any(set(entry[:4]) & set(shown) for entry in entries), action.id
    below = " ".join(lines[lines.index("") :])
    assert all(sign in below for sign in (signs.partly, signs.conflict, signs.parked, signs.folded, "* required"))


def test_remapped_keys_stand_there_and_what_has_none_is_said_to_have_none() -> None:
    told = columns(on_one_screen(edit__undo=["ctrl+e"], item__previous=["ctrl+p"], worklist__toggle=[]))
    assert told.count(" ctrl+e  undo") == 2, "on an item, and in its group"
    assert " j ctrl+p next, previous" in told
    assert " unbound show or hide it" in told


@pytest.mark.parametrize(("width", "height"), [(68, 18), (96, 38), (116, 30)])
def test_where_a_screen_has_no_room_for_all_of_it_it_is_a_list_of_full_sentences(width: int, height: int) -> None:
    assert sheet().whole(width, height) is None
    assert any("those to which a judge says no" in line for line in text())


def test_a_wide_screen_has_whole_sentences_in_fewer_columns() -> None:
    lines = plain(sheet().whole(196, 58))
    assert len(lines) <= 58
    assert any("thumbs down, with a comment typed first" in line for line in lines)


def test_a_search_finds_whole_sentences_actions_and_keys_once_each_under_their_headings() -> None:
    lines, count = sheet().found("$editor", 40)
    assert (plain(list(lines)), count) == (
        ["answer", "  C               comment in $EDITOR", "  E               write it in $EDITOR"],
        2,
    )
    assert sheet().found("of mine, which", 40) == ([], 0)
    lines, count = sheet().found("a draft", 24)
    told = " ".join(" ".join(plain(list(lines))).split())
    assert "field escape leave the field; a text in it is kept as a draft" in told.replace("a draft signs", "a draft")
    assert "signs ✎ has a draft" in told, "wrapped lines stay together"
    assert count == 2
    assert sheet().found("edit.undo", 80).finds == 1
