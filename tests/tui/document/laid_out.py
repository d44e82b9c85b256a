"""A document laid out in full, and its rows as text."""

from __future__ import annotations

from labeler.reading.document import Document
from labeler.tui.appearance import UNICODE
from labeler.tui.document.layout import Layout


def measured(document: Document, width: int, folded: frozenset[int] | None = None) -> Layout:
    layout = Layout(document, width, UNICODE)
    if folded is not None:
        layout.fold(folded)
    while not layout.is_measured:
        layout.measure_next(1000)
    return layout


def shown(layout: Layout, first: int = 0, last: int | None = None) -> list[str]:
    """The rows from `first` up to `last`, as text."""
    rows = []
    for number, row in layout.rows(first, layout.height if last is None else last):
        section = layout.sections[number]
        if row < 0 or section.rows is None:
            rows.append("")
            continue
        line, start, end, indent = section.rows[row]
        rows.append(" " * indent + section.lines[line].text[start:end])
    return rows
