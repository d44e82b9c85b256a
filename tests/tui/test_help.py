"""The help: a view of the one table, the keys of an item first."""

from __future__ import annotations

from labeler.tui.appearance import UNICODE
from labeler.tui.keymap import build_keymap
from labeler.tui.screens.help import help_lines


def text(**keys: list[str]) -> list[str]:
    keymap = build_keymap({name.replace("__", "."): spelled for name, spelled in keys.items()})
    return ["".join(run for run, _ in line) for line in help_lines(keymap, UNICODE, 100)]


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
