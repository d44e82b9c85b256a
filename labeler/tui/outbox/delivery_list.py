"""The outbox's list: headings and deliveries, of which only those in view and around it are in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.desk.outbox import OutboxPlace, OutboxRow
from labeler.tui.appearance import ScreenLook
from labeler.tui.widgets.cursor_list import CursorRows
from labeler.tui.widgets.styled_text import Line, spelled

_KEPT: Final = 600
"""Rows kept in memory; beyond them only those around the view."""

_CURSOR: Final = 2


@dataclass(frozen=True, slots=True)
class RowPainter:
    """Makes a heading, or a delivery's row, for a width in cells."""

    heading: Callable[[OutboxPlace, int], Line]
    entry: Callable[[OutboxRow, int], Line]


class OutboxList(CursorRows):
    """Shows what is where. Rows that are not in memory are asked for with `Wanted` and given with `take`."""

    @dataclass
    class Wanted(Message):
        """These deliveries came into view, or nearly."""

        ids: Sequence[int]

    @dataclass
    class Moved(Message):
        """The cursor is on another delivery."""

    def __init__(self, look: ScreenLook, painter: RowPainter, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._signs = look.palette, look.signs
        self._painter = painter
        self._places: Sequence[OutboxPlace] = ()
        self._starts: list[int] = []
        self._count = 0
        self._known: dict[int, OutboxRow] = {}
        self._asked: set[int] = set()

    @property
    def row_count(self) -> int:
        return self._count

    @property
    def current_id(self) -> int | None:
        """The ID of the delivery under the cursor."""
        return self._delivery_at(self._cursor)

    @property
    def current(self) -> OutboxRow | None:
        """The delivery under the cursor, once it is here."""
        current_id = self.current_id
        return None if current_id is None else self._known.get(current_id)

    def show(self, places: Sequence[OutboxPlace]) -> None:
        """Show what is where now. The cursor stays on its delivery; when that is gone, where it was."""
        before = self.current_id
        self._places, self._starts, self._count = places, [], 0
        for place in places:
            self._starts.append(self._count)
            self._count += 1 + len(place.ids)
        self._asked.clear()
        row = self._row_of(before) if before is not None else None
        self._cursor = self._on_a_delivery(self._cursor if row is None else row, 1)
        self._follow()
        self.refresh()
        self._ask(anew=True)
        self.post_message(self.Moved())

    def take(self, rows: Mapping[int, OutboxRow], asked: Sequence[int]) -> None:
        """These are the deliveries that were asked for; those that are not among them are gone."""
        if len(self._known) > _KEPT:
            around = set(self._around())
            self._known = {each: row for each, row in self._known.items() if each in around}
        for each in asked:
            self._known.pop(each, None)
        self._known.update(rows)
        self._asked.difference_update(asked)
        self.refresh()
        self.post_message(self.Moved())

    def scroll_line(self, count: int) -> None:
        """Move the cursor, downwards when positive, over headings; it stops at the ends."""
        before = self._cursor
        self._put_cursor(self._on_a_delivery(before + count, 1 if count > 0 else -1))
        if before != self._cursor:
            self._ask(anew=False)
            self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        row, width, style = self.scroll_offset.y + y, self.size.width, self._palette.style
        is_here = row == self._cursor
        line = spelled(self._line(row, width - _CURSOR), self._signs.spelling)
        base = ("chrome", "row.cursor") if is_here and self._count else ("chrome",)
        cursor = f"{self._signs.cursor} " if is_here and self.current_id is not None else "  "
        segments = [
            Segment(cursor, style(*base, "cursor")),
            *(Segment(text, style(*base, role)) for text, role in line),
        ]
        return Strip(segments).adjust_cell_length(width, style(*base))

    def on_resize(self, event: events.Resize) -> None:
        self._follow()
        self.refresh()
        self._ask(anew=False)

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y
        if row < self._count:
            self.scroll_line(row - self._cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask(anew=False)

    def _line(self, row: int, width: int) -> Line:
        if not self._count:
            return [(" Everything is delivered." if row == 0 else "", "chrome")]
        if row >= self._count:
            return []
        delivery_id = self._delivery_at(row)
        if delivery_id is None:
            return self._painter.heading(self._places[bisect_right(self._starts, row) - 1], width)
        known = self._known.get(delivery_id)
        return [("…", "chrome.dim")] if known is None else self._painter.entry(known, width)

    def _delivery_at(self, row: int) -> int | None:
        """Return the ID of the delivery in a row; None for a heading, or when there is no such row."""
        if not 0 <= row < self._count:
            return None
        number = bisect_right(self._starts, row) - 1
        at = row - self._starts[number] - 1
        return None if at < 0 else self._places[number].ids[at]

    def _row_of(self, delivery_id: int) -> int | None:
        if self._delivery_at(self._cursor) == delivery_id:
            return self._cursor
        for start, place in zip(self._starts, self._places, strict=True):
            with suppress(ValueError):
                return start + 1 + place.ids.index(delivery_id)
        return None

    def _on_a_delivery(self, row: int, step: int) -> int:
        """Return the row, or the next one in the direction of `step` where it is a heading."""
        row = max(1, min(row, self._count - 1))
        return row if self._delivery_at(row) is not None else row + step

    def _around(self) -> list[int]:
        """Return the deliveries in view, and a screenful before and after it."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        rows = range(max(0, top - height), min(self._count, top + 2 * height))
        return [each for row in rows if (each := self._delivery_at(row)) is not None]

    def _ask(self, *, anew: bool) -> None:
        """Ask for what is in view and not here, or for all that is in view `anew`."""
        wanted = [each for each in self._around() if (anew or each not in self._known) and each not in self._asked]
        if wanted:
            self._asked.update(wanted)
            self.post_message(self.Wanted(wanted))
