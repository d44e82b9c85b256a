"""The scrolled part of the page of what was done: figures to read, and rows of items with a cursor among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.segment import Segment
from textual import events
from textual.strip import Strip

from labeler.tui.appearance import ScreenLook
from labeler.tui.progress.view_models import OpenedRow, PageRow
from labeler.tui.widgets.cursor_list import CursorRows
from labeler.tui.widgets.styled_text import Line, spelled

_CURSOR: Final = 2
"""Cells of the cursor sign, on the left of every row."""


class PageList(CursorRows):
    """Shows rows made by `make` for a width. `paint` makes the line of an item's row when it comes into view.

    The cursor stands on rows of items only. Where there is none further on, moving it scrolls.
    """

    def __init__(
        self,
        look: ScreenLook,
        make: Callable[[int], Sequence[PageRow]],
        paint: Callable[[OpenedRow, int], Line],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._palette, self._signs = look.palette, look.signs
        self._make = make
        self._paint = paint
        self._rows: Sequence[PageRow] = ()
        self._has_moved = False

    @property
    def row_count(self) -> int:
        return len(self._rows)

    @property
    def current(self) -> OpenedRow | None:
        """The item under the cursor; None while the page lists none, or the cursor was not moved to one yet."""
        row = self._rows[self._cursor] if self._cursor < len(self._rows) else None
        return row if isinstance(row, OpenedRow) else None

    def show(self) -> None:
        """Make the rows anew. The cursor stays on its item while that is listed."""
        before = self.current
        self._rows = self._make(max(self.size.width - _CURSOR, 1))
        if before is not None:
            at = next((number for number, row in enumerate(self._rows) if row == before), None)
            self._cursor = at if at is not None else self._nearest(self._cursor, 1)
        elif not self._has_moved:
            self._cursor = 0
        self._follow()
        self.refresh()

    def scroll_line(self, count: int) -> None:
        """Go to the next item's row in that direction; without one, scroll."""
        step = 1 if count > 0 else -1
        row = self._cursor if self.current is not None or step < 0 else max(self._cursor, self.scroll_offset.y) - 1
        for _ in range(abs(count)):
            found = self._next(row, step)
            if found is None:
                break
            row = found
        if row != self._cursor and 0 <= row < self.row_count and isinstance(self._rows[row], OpenedRow):
            self._has_moved = True
            self._put_cursor(row)
        else:
            self.scroll_relative(y=count, animate=False)

    def scroll_page(self, count: int) -> None:
        height = max(1, self.size.height - 2)
        if self.current is None:
            self.scroll_relative(y=count * height, animate=False)
        else:
            self._put_cursor(self._nearest(self._cursor + count * height, count))

    def go_home(self) -> None:
        self._cursor = 0
        self._has_moved = False
        self.scroll_home(animate=False)
        self.refresh()

    def go_end(self) -> None:
        last = self._next(self.row_count, -1)
        if last is None:
            self.scroll_end(animate=False)
        else:
            self._has_moved = True
            self._put_cursor(last)

    def render_line(self, y: int) -> Strip:
        number, width, style = self.scroll_offset.y + y, self.size.width, self._palette.style
        row = self._rows[number] if number < len(self._rows) else []
        is_here = number == self._cursor and isinstance(row, OpenedRow)
        made = self._paint(row, width - _CURSOR) if isinstance(row, OpenedRow) else row
        base = ("chrome", "row.cursor") if is_here else ("chrome",)
        segments = [
            Segment(f"{self._signs.cursor} " if is_here else "  ", style(*base, "cursor")),
            *(Segment(text, style(*base, role)) for text, role in spelled(made, self._signs.spelling)),
        ]
        return Strip(segments).adjust_cell_length(width, style(*base))

    def on_resize(self, event: events.Resize) -> None:
        self.show()

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y
        if row < self.row_count and isinstance(self._rows[row], OpenedRow):
            self._has_moved = True
            self._put_cursor(row)

    def _next(self, row: int, step: int) -> int | None:
        """Return the next item's row in the direction of `step`; None without one."""
        row += step
        while 0 <= row < self.row_count:
            if isinstance(self._rows[row], OpenedRow):
                return row
            row += step
        return None

    def _nearest(self, row: int, step: int) -> int:
        """Return an item's row near this one: onwards in the direction of `step`, else back; the first row
        without any.
        """
        row = max(0, min(row, self.row_count - 1))
        onwards = self._next(row - step, step)
        found = onwards if onwards is not None else self._next(row + step, -step)
        return 0 if found is None else found
