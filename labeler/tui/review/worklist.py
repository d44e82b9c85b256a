"""The worklist view: a column of signs and titles that never costs more than the rows in view."""

from __future__ import annotations

from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.tui.appearance import UNICODE, Signs
from labeler.tui.review.worklist_rows import RowFacts, WorklistRowView, WorklistSource
from labeler.tui.theme import Palette, load_theme
from labeler.tui.widgets.cells import cells, clipped
from labeler.tui.widgets.cursor_list import CursorRows

__all__ = ["RowPicked", "WorklistRowView", "WorklistSource", "WorklistView"]

_KEPT_STRIPS: Final = 1000

_VALUE_CELLS: Final = 3
_TITLE_COLUMN: Final = 8 + _VALUE_CELLS
"""Cells before the title: cursor, selection, three signs, my value, the sign of an error, and a space around these."""

_FACTS_FROM_WIDTH: Final = 72
"""Cells of the list from which a row tells more of a trace: a screen of 160 has as many."""

_FACT_CELLS: Final = (6, 8, 10, 8)
"""Cells of when, how long, the name and who else answered."""


@dataclass
class RowPicked(Message):
    """A row was clicked."""

    view: WorklistView
    index: int

    @property
    def control(self) -> WorklistView:
        return self.view


def _facts(facts: RowFacts, ellipsis: str) -> str:
    """Return the facts in columns, each with a space before it."""
    shown = (set_cell_size(clipped(fact, room, ellipsis), room) for fact, room in zip(facts, _FACT_CELLS, strict=True))
    return "".join(f" {fact}" for fact in shown)


class WorklistView(CursorRows):
    """Shows a `WorklistSource`. It takes no keys itself and keeps no rows: it asks for those in view."""

    def __init__(
        self,
        source: WorklistSource,
        palette: Palette | None = None,
        signs: Signs = UNICODE,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._source = source
        self._palette = palette or load_theme().palette
        self._signs = signs
        self._is_on_row = True
        self._strips: dict[tuple[WorklistRowView, bool, int], Strip] = {}

    def _forget_styled(self) -> None:
        self._strips.clear()

    @property
    def row_count(self) -> int:
        return self._source.row_count

    @property
    def cursor(self) -> int:
        """The row the cursor is on, from 0."""
        return self._cursor

    def move_cursor(self, index: int, *, is_on_row: bool = True) -> None:
        """Put the cursor on a row and bring it into view; without `is_on_row` it is only near, and not to be seen."""
        if is_on_row is not self._is_on_row:
            self._is_on_row = is_on_row
            self._repaint(self._cursor)
        self._put_cursor(index)

    def row_changed(self, index: int) -> None:
        """Paint a row again, if it is in view."""
        self._repaint(index)

    def rows_changed(self) -> None:
        """Rows were added or taken away: ask for everything again."""
        self._cursor = max(0, min(self._cursor, self._source.row_count - 1))
        self._follow()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index, width = self.scroll_offset.y + y, self.size.width
        if index >= self._source.row_count:
            return Strip([Segment(" " * width, self._palette.style("row"))], width)
        return self._painted(self._source.row(index), index == self._cursor and self._is_on_row, width)

    def _painted(self, row: WorklistRowView, here: bool, width: int) -> Strip:
        """Return a row as a strip, the same one as long as it looks the same, wherever the view was scrolled to."""
        strip = self._strips.get((row, here, width))
        if strip is None:
            if len(self._strips) >= _KEPT_STRIPS:
                self._strips.clear()
            strip = self._strips[row, here, width] = self._paint(row, here, width)
        return strip

    def _paint(self, row: WorklistRowView, here: bool, width: int) -> Strip:
        look = "row.cursor" if here else "row.dim" if row.dim else "row"
        style = self._palette.style

        def signed(sign: str, role: str) -> Style:
            """Return the style of a sign; a blank has none of its own, which would show where colours are reversed."""
            return style(look, role) if role and sign.strip() else style(look)

        facts = _facts(row.facts, self._signs.ellipsis) if width >= _FACTS_FROM_WIDTH else ""
        title = clipped(row.title, max(1, width - _TITLE_COLUMN - 1 - cells(facts)), self._signs.ellipsis)
        rest = width - _TITLE_COLUMN - cells(title) - cells(facts)
        value = set_cell_size(row.value, _VALUE_CELLS).rstrip()
        segments = [
            Segment(self._signs.cursor, style(look, "cursor")) if here else Segment(" ", style(look)),
            Segment(row.selected, signed(row.selected, "cursor")),
            Segment(row.sign, style(look, row.sign_role)),
            Segment(row.second, style(look, row.second_role)),
            Segment(row.draft, signed(row.draft, "sign.draft")),
            Segment(" ", style(look)),
            Segment(value, signed(value, row.value_role)),
            Segment(" " * (_VALUE_CELLS - cells(value)), style(look)),
            Segment(row.failed, signed(row.failed, "sign.refused")),
            Segment(" ", style(look)),
            Segment(title + " " * max(0, rest), style(look)),
            Segment(facts, style(look)),
        ]
        return Strip(segments).adjust_cell_length(width)

    def on_resize(self, event: events.Resize) -> None:
        self._follow()

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y
        if index < self._source.row_count:
            self.post_message(RowPicked(self, index))
