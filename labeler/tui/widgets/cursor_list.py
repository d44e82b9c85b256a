"""Rows with a cursor among them, which stays clear of the edges: what every list of ours has in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

from labeler.tui.widgets.finished_rows import FinishedRows

_MARGIN: Final = 3
"""Rows that the cursor keeps from the edges: nearer, the list scrolls."""


class CursorRows(FinishedRows, ScrollView, can_focus=False, inherit_bindings=False):
    """A list whose rows are painted as they come into view. It takes no keys itself; a screen calls its methods.

    Who inherits has `row_count`, and where not every row can be under the cursor a `scroll_line` of its own.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CursorRows { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 0; background: $background; }
    """

    _cursor = 0

    @property
    @abstractmethod
    def row_count(self) -> int:
        """Return how many rows there are."""

    def scroll_line(self, count: int) -> None:
        """Move the cursor, downwards when positive; it stops at the ends."""
        self._put_cursor(self._cursor + count)

    def scroll_page(self, count: int) -> None:
        """Move the cursor by pages; two rows of the last one stay in view."""
        self.scroll_line(count * max(1, self.size.height - 2))

    def go_home(self) -> None:
        self.scroll_line(-self.row_count)

    def go_end(self) -> None:
        self.scroll_line(self.row_count)

    def _put_cursor(self, row: int) -> None:
        """Put the cursor on a row and bring it into view. Repaints two rows, or all when the view has to scroll."""
        before, self._cursor = self._cursor, max(0, min(row, self.row_count - 1))
        if not self._follow() and before != self._cursor:
            self._repaint(before)
            self._repaint(self._cursor)

    def _repaint(self, row: int) -> None:
        """Paint a row again, if it is in view."""
        y = row - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _follow(self) -> bool:
        """Scroll where the cursor came close to an edge, so that it stands in the middle; tells whether the view moved.

        By a row at a time every key there would paint all rows anew, and send them over a line that may be slow.
        """
        height, count = self.size.height, self.row_count
        self.set_reactive(Widget.virtual_size, Size(self.size.width, count))
        if not height:
            return False
        margin = min(_MARGIN, (height - 1) // 2)
        top = self.scroll_offset.y
        is_clear = self._cursor + margin + 1 - height <= top <= self._cursor - margin
        wanted = max(0, min(top if is_clear else self._cursor - height // 2, count - height))
        if wanted == top:
            return False
        self.set_reactive(Widget.scroll_y, float(wanted))
        self.set_reactive(Widget.scroll_target_y, float(wanted))
        self.refresh()
        return True
