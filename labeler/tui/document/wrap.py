"""Wrapping by terminal cells: where the rows of a line begin.

Nothing is dropped: the rows of a line, joined, are the line. Spaces at which a row ends stay on it and
may hang over its edge, where nobody misses them.
"""

from __future__ import annotations

import re
from typing import Final

from labeler.tui.widgets.cells import clusters, is_plain

_STRETCHES: Final = re.compile(r"(?P<spaces> +)|(?P<word>[\x21-\x7e\xa1-\xac\xae-\u02ff\u0400-\u0482]+)|[^ \x21-\x7e]+")
"""Spaces, words of characters that take one cell each, and everything else."""

_NOT_FIRST: Final = frozenset("、。，．・：；？！）」』】〕》〉〗ー’”…,.:;?!)]}%")
"""Closing punctuation, which never begins a row of Chinese or Japanese."""

_LEAST_FILL: Final = 0.4
"""A row may end early at a space only when this share of it is filled; a very long word is split instead."""


def row_starts(text: str, first: int, rest: int) -> list[int]:
    """Return the offsets (characters) at which the rows of a line begin; the first is 0.

    `first` and `rest` are the widths in cells, at least 2, of the first row and of those after it.
    `text` holds no newline and no tab.
    """
    return _plain_starts(text, first, rest) if is_plain(text) else _wide_starts(text, first, rest)


def _plain_starts(text: str, first: int, rest: int) -> list[int]:
    starts = [0]
    start, width, end = 0, first, len(text.rstrip(" "))
    while end - start > width:
        limit = start + width
        if text[limit] == " ":
            cut = limit
        else:
            cut = text.rfind(" ", start, limit) + 1
            if cut - start < width * _LEAST_FILL or not text[start:cut].strip(" "):
                cut = limit
        while cut < end and text[cut] == " ":
            cut += 1
        starts.append(cut)
        start, width = cut, rest
    return starts


def _wide_starts(text: str, first: int, rest: int) -> list[int]:
    filling = _Filling(first, rest)
    for match in _STRETCHES.finditer(text):
        start, end = match.span()
        if match.lastgroup == "spaces":
            filling.spaces(end, end - start)
        elif match.lastgroup == "word" and filling.fits(end - start):
            filling.take(start, end - start, breakable=filling.after_wide and text[start] not in _NOT_FIRST)
        else:
            for at, taken in clusters(match[0]):
                wide = taken == 2 or filling.after_wide
                filling.take(start + at, taken, breakable=wide and text[start + at] not in _NOT_FIRST)
                filling.after_wide = taken == 2
    return filling.starts


class _Filling:
    """Rows being filled: what the last one holds, and where it could end."""

    def __init__(self, first: int, rest: int) -> None:
        self.starts = [0]
        self.after_wide = False
        self._width, self._rest = first, rest
        self._filled = self._since = self._chance = 0
        self._in_word = False

    def fits(self, cells: int) -> bool:
        return self._filled + cells <= self._width

    def spaces(self, end: int, count: int) -> None:
        """Spaces up to `end`: they never begin a row, and hang over its edge."""
        self._filled += count
        if self._in_word:
            self._chance, self._since = end, 0
        self.after_wide = False

    def take(self, at: int, cells: int, breakable: bool) -> None:
        """What begins at `at` and takes so many cells; `breakable` tells whether a row may begin with it."""
        if breakable and self._in_word:
            self._chance, self._since = at, 0
        while not self.fits(cells) and at > self.starts[-1]:
            late_enough = self._filled - self._since >= self._width * _LEAST_FILL
            at_chance = late_enough and self._chance > self.starts[-1] and self._since <= self._rest
            self.starts.append(self._chance if at_chance else at)
            self._filled = self._since = self._since if at_chance else 0
            self._width = self._rest
        self._filled += cells
        self._since += cells
        self._in_word = True
        self.after_wide = False
