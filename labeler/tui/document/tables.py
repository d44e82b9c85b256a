"""Markdown tables: columns aligned by padding, nothing else changed.

A table is a row with pipes and below it a row of dashes with as many cells (GitHub's rule). What does not
keep to that is left as written, for that is what the reviewer has to see.
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

from labeler.tui.document.lines import Line, Wrapping

_DASHES: Final = re.compile(r" {0,3}+\|?+ *+:?-++:? *+(?:\| *+:?-++:? *+)*+\|?+ *+")
_PIPE: Final = re.compile(r"(?<!\\)\|")


def align_tables(lines: list[Line], width: int) -> set[int]:
    """Pad the tables among `lines` so that their columns align, where the result is at most `width` cells wide.

    Lines of fenced code are passed over. Returns the numbers of the lines that are rows of tables.
    """
    rows: set[int] = set()
    for number, line in enumerate(lines[1:], 1):
        if number in rows or not _is_delimiter(line) or not _is_row(lines[number - 1]):
            continue
        if len(_cells(lines[number - 1].text)) != len(_cells(line.text)):
            continue
        last = number
        while last + 1 < len(lines) and _is_row(lines[last + 1]):
            last += 1
        _align(lines, number - 1, last, width)
        rows.update(range(number - 1, last + 1))
    return rows


def _is_row(line: Line) -> bool:
    return line.wrapping is Wrapping.PROSE and "|" in line.text


def _is_delimiter(line: Line) -> bool:
    return _is_row(line) and "-" in line.text and _DASHES.fullmatch(line.text) is not None


def _cells(text: str) -> list[tuple[int, int]]:
    """Return the cells of a row as (start, end) without the pipes around them."""
    pipes = [match.start() for match in _PIPE.finditer(text)]
    blank_before = not pipes or not text[: pipes[0]].strip()
    bounds = pipes if pipes and blank_before else [-1, *pipes]
    cells = [(left + 1, right) for left, right in zip(bounds, [*bounds[1:], len(text)], strict=True)]
    last_start, last_end = cells[-1]
    if len(cells) > 1 and not text[last_start:last_end].strip():
        cells.pop()
    return cells


def _align(lines: list[Line], first: int, last: int, width: int) -> None:
    rows = [(lines[number], _cells(lines[number].text)) for number in range(first, last + 1)]
    columns = max(len(cells) for _, cells in rows)
    widths = [0] * columns
    for line, cells in rows:
        for column, (start, end) in enumerate(cells):
            widths[column] = max(widths[column], cell_len(line.text[start:end]))
    for line, _ in rows:
        line.wrapping = Wrapping.WIDE
    if sum(widths) + columns + 1 > width:
        return
    for line, cells in rows:
        if line.inserted:
            continue
        _pad(line, cells, widths)


def _pad(line: Line, cells: list[tuple[int, int]], widths: list[int]) -> None:
    """Widen each cell but an unclosed last one to its column, before the pipe that ends it."""
    text, inserted, shift = line.text, [], 0
    for (start, end), width in zip(cells, widths, strict=False):
        missing = width - cell_len(line.text[start:end])
        if missing and end < len(line.text):
            at = end + shift
            text = text[:at] + " " * missing + text[at:]
            inserted.append((at, missing))
            shift += missing
    line.text, line.inserted = text, tuple(inserted)
