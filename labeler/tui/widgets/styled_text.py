"""Lines of runs: text with a role, measured in terminal cells. What the small widgets are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from rich.cells import cell_len, chop_cells, set_cell_size

Run: TypeAlias = tuple[str, str]
"""Text (display text, one line) and the role it is drawn in."""

Line: TypeAlias = list[Run]

_WORDS: Final = re.compile(r"\S+\s*|\s+")
"""Words, each with the spaces behind it."""


def width_of(line: Sequence[Run]) -> int:
    """Cells that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def spelled(line: Sequence[Run], spelling: Mapping[int, int]) -> Line:
    """Return the line with characters spelled otherwise (see `Signs.spelling`)."""
    return [(text.translate(spelling), role) for text, role in line] if spelling else list(line)


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells, its end replaced by the ellipsis when it is longer."""
    if cell_len(text) <= width:
        return text
    if width <= cell_len(ellipsis):
        return set_cell_size(text, max(width, 0))
    return set_cell_size(text, width - cell_len(ellipsis)).rstrip() + ellipsis


def fit(line: Sequence[Run], width: int, ellipsis: str = "…") -> Line:
    """Return the line in at most `width` cells; where more would follow, the ellipsis says so."""
    if width_of(line) <= width:
        return list(line)
    ellipsis = set_cell_size(ellipsis, min(cell_len(ellipsis), max(width, 0)))
    fitted: Line = []
    left = width - cell_len(ellipsis)
    for text, role in line:
        size = cell_len(text)
        if size >= left:
            fitted.append((set_cell_size(text, max(left, 0)).rstrip() + ellipsis, role))
            break
        fitted.append((text, role))
        left -= size
    return fitted


def spread(left: Sequence[Run], right: Sequence[Run], width: int, role: str, ellipsis: str = "…") -> Line:
    """`left` and `right` at the two edges of `width` cells, at least two apart; the left gives way."""
    room = width - width_of(right)
    if room < 3:
        return fit(right, width, ellipsis)
    fitted = fit(left, room - 2, ellipsis)
    return [*fitted, (" " * (room - width_of(fitted)), role), *right]


def flow(groups: Sequence[Sequence[Run]], width: int, gap: int, role: str) -> list[Line]:
    """Groups of runs side by side, `gap` cells apart, going on in a new line where they do not fit.

    A group that is longer than a line goes on in the next one, broken at a space where there is one.
    """
    lines: list[Line] = [[]]
    for group in groups:
        used = width_of(lines[-1])
        if used and used + gap + width_of(group) > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append((" " * gap, role))
        first, *rest = _broken(group, width) if width_of(group) > width else [list(group)]
        lines[-1].extend(first)
        lines += rest
    return lines


def _broken(line: Sequence[Run], width: int) -> list[Line]:
    """Return a line as several of at most `width` cells."""
    lines: list[Line] = [[]]
    for text, role in line:
        for word in _WORDS.findall(text):
            if lines[-1] and width_of(lines[-1]) + cell_len(word.rstrip()) > width:
                lines.append([])
            *full, rest = chop_cells(word, width)
            for piece in full:
                lines[-1].append((piece, role))
                lines.append([])
            lines[-1].append((rest, role))
    return lines


def wrapped(text: str, width: int, role: str = "chrome") -> list[Line]:
    """Display text as lines of at most `width` cells, broken at spaces; a word longer than a line goes on in the next.

    `width` is at least 2, which the widest character takes.
    """
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        current: str | None = None
        for word in paragraph.split(" "):
            joined = word if current is None else f"{current} {word}"
            if cell_len(joined) <= width:
                current = joined
                continue
            full = [current] if current and current.strip() else []
            *pieces, current = chop_cells(word, width) or [""]
            lines += [[(each, role)] for each in (*full, *pieces)]
        lines.append([(current or "", role)])
    return lines
