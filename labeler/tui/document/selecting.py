"""Selecting text with the mouse: Textual's offsets and this view's lines told from each other.

Textual orders places by a line number and asks for nothing else of it, so a line's number here is made of
its section's number and its own. Lines are selected unwrapped.
"""

from __future__ import annotations

from typing import Final

from textual.selection import Selection
from textual.strip import Strip

from labeler.tui.document.layout import Layout, Place
from labeler.tui.document.lines import Line, Span
from labeler.tui.document.paint import GUTTER
from labeler.tui.widgets.cells import cells

_LINES: Final = 1 << 20
"""More lines than a section can have."""


def with_offsets(strip: Strip, layout: Layout, place: Place) -> Strip:
    """Return a painted row that tells Textual which place in the document each of its characters is."""
    section = layout.sections[place.section]
    if place.row < 0 or section.rows is None:
        return strip
    line, start, end, indent = section.rows[place.row]
    left = GUTTER + indent
    right = min(left + cells(section.lines[line].text[start:end]), strip.cell_length)
    text = strip.crop(left, right).apply_offsets(start, place.section * _LINES + line)
    return Strip([*strip.crop(0, left), *text, *strip.crop(right)], strip.cell_length)


def selected_span(selection: Selection, section: int, number: int, line: Line) -> list[Span]:
    """Return what of a line is selected, as a span of its text."""
    chosen = selection.get_span(section * _LINES + number)
    if chosen is None:
        return []
    start, end = chosen
    end = len(line.text) if end < 0 else min(end, len(line.text))
    return [(start, end, ("selection",))] if start < end else []


def selected_text(selection: Selection, layout: Layout) -> str:
    """Return the selected text, its lines unwrapped."""
    first = 0 if selection.start is None else selection.start.y // _LINES
    last = len(layout.sections) - 1 if selection.end is None else selection.end.y // _LINES
    lines: list[str] = []
    for number in range(first, min(last, len(layout.sections) - 1) + 1):
        section = layout.wrapped(number)
        if lines:
            lines += [""] * section.gap
        for line_number, line in enumerate(section.lines):
            chosen = selection.get_span(number * _LINES + line_number)
            if chosen is not None:
                start, end = chosen
                lines.append(line.text[start : None if end < 0 else end])
    return "\n".join(lines)
