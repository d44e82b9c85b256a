"""A menu of keys: what the next key chooses, each with its words and how many that is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from labeler.dataclass import dataclass
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, cut, fit, flow, width_of

_GAP = 3
_NARROW_GAP = 2
_WORDS = 24
"""Cells that the words of a choice may take."""


class MenuChoice(NamedTuple):
    """What a key chooses; `matches` is how many that is, None where that is not told. Display text."""

    key: str
    words: str
    matches: int | None = None


@dataclass(frozen=True, slots=True)
class KeyMenuView:
    """A menu: what it is about, its choices, and what is to be said of them."""

    title: str
    choices: tuple[MenuChoice, ...]
    note: str = ""


class KeyMenu(ViewWidget[KeyMenuView]):
    """Shows a menu while it has one. The screen that hears the keys says whether it is displayed."""

    DEFAULT_CSS = "KeyMenu { display: none; height: 1fr; }"

    @property
    def is_open(self) -> bool:
        return self.view is not None

    def lines(self, view: KeyMenuView, width: int, height: int) -> Sequence[Line]:
        ellipsis = self._signs.ellipsis
        choices = [_choice(each, ellipsis) for each in view.choices]
        note: Line = [(view.note, "chrome.dim")] if view.note else []
        lines = _in_columns(choices, width - 2)
        if len(lines) + 1 > height:
            lines = flow([*choices, *([note] if note else [])], width - 2, _NARROW_GAP, "chrome")
            note = []
        if len(lines) < height:
            lines = [[(f"{view.title}  ", "chrome.strong"), *note], *lines]
        return [[(" ", "chrome"), *fit(line, width - 2, ellipsis)] for line in lines[:height]]


def _choice(choice: MenuChoice, ellipsis: str) -> Line:
    role, number = ("chrome.dim", "chrome.dim") if choice.matches == 0 else ("chrome", "chrome.strong")
    line: Line = [(choice.key, "key"), (f" {cut(choice.words, _WORDS, ellipsis)}", role)]
    return line if choice.matches is None else [*line, (f" {choice.matches}", number)]


def _in_columns(choices: Sequence[Line], width: int) -> list[Line]:
    """Return the choices in columns of one width, read along the lines."""
    column = max(map(width_of, choices), default=0) + _GAP
    fitting = max((width + _GAP) // column, 1)
    rows = -(-len(choices) // fitting)
    in_a_row = -(-len(choices) // max(rows, 1))
    lines: list[Line] = []
    for start in range(0, len(choices), max(in_a_row, 1)):
        row = choices[start : start + in_a_row]
        padded = ([*choice, (" " * (column - width_of(choice)), "chrome")] for choice in row[:-1])
        lines.append([*chain.from_iterable(padded), *row[-1]])
    return lines
