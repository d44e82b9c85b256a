"""Wrapping by terminal cells: where the rows of a line begin.

Nothing is dropped: the rows of a line, joined, are the line. Spaces at which a row ends stay on it and
may hang over its edge, where nobody misses them.
"""

from __future__ import annotations

from typing import Final

from labeler.tui.cells import clusters, is_plain

_NOT_FIRST: Final = frozenset("、。，．・：；？！）」』】〕》〉〗ー’”…,.:;?!)]}%")
"""Closing punctuation, which never begins a row of Chinese or Japanese."""

_LEAST_FILL: Final = 0.4
"""A row may end early at a space only when this share of it is filled; a very long word is split instead."""


def row_starts(text: str, first: int, rest: int) -> list[int]:
    """The offsets (characters) at which the rows of a line begin; the first is 0.

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
    starts = [0]
    width, filled = first, 0
    chance, since = 0, 0
    in_word = after_wide = False
    for at, taken in clusters(text):
        if text[at] == " ":
            filled += 1
            if in_word:
                chance, since = at + 1, 0
            after_wide = False
            continue
        if in_word and (taken == 2 or after_wide) and text[at] not in _NOT_FIRST:
            chance, since = at, 0
        if filled + taken > width and at > starts[-1]:
            early = filled - since < width * _LEAST_FILL
            cut, filled = (chance, since) if chance > starts[-1] and not early else (at, 0)
            starts.append(cut)
            since = filled
            width = rest
        filled += taken
        since += taken
        in_word = True
        after_wide = taken == 2
    return starts
