"""The list of spans: a cursor among rows that are painted when they come into view, however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.reading.views.span_lines import SpanLine
from labeler.tui.appearance import ScreenLook
from labeler.tui.review.span_rows import Columns, Standing, columns, span_row
from labeler.tui.widgets.cursor_list import CursorRows


class SpanList(CursorRows):
    """Shows the spans of a trace. It takes no keys itself; the review screen calls its methods."""

    @dataclass
    class Moved(Message):
        """The cursor is on another span."""

    @dataclass
    class Picked(Message):
        """The span under the cursor was clicked."""

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._signs = look.palette, look.signs
        self._lines: Sequence[SpanLine] = ()
        self._speaking: Set[str] = frozenset()
        self._said: Mapping[str, int] = {}
        self._folded: set[int] = set()
        self._rows: list[int] = []
        self._columns: Columns | None = None
        self._matches: list[int] = []

    def show(self, lines: Sequence[SpanLine], speaking: Set[str], at: str | None, searched: str = "") -> None:
        """Show these spans with the cursor on the one whose ID is `at`. The conversation is read from `speaking`.

        What is `searched` for was searched for before.
        """
        self._lines, self._speaking = lines, speaking
        self._folded, self._matches = set(), self._found(searched)
        self._columns = None
        self._arrange(next((number for number, line in enumerate(lines) if line.span_id == at), 0))

    def mark(self, said: Mapping[str, int]) -> None:
        """Mark spans, by ID, with how many things were said about each."""
        if said != self._said:
            self._said, self._columns = said, None
            self.refresh()

    @property
    def row_count(self) -> int:
        return len(self._rows)

    @property
    def span(self) -> SpanLine | None:
        """The span under the cursor."""
        return self._lines[self._rows[self._cursor]] if self._rows else None

    @property
    def place(self) -> str:
        """Which span the cursor is on: ``span 3 of 14``."""
        return f"span {self._rows[self._cursor] + 1:,} of {len(self._lines):,}" if self._rows else ""

    def go_to(self, span_id: str) -> bool:
        """Put the cursor on a span, showing it where it is hidden; tells whether there is one of that ID."""
        number = next((number for number, line in enumerate(self._lines) if line.span_id == span_id), None)
        if number is not None:
            self._go_to(number)
        return number is not None

    def scroll_line(self, count: int) -> None:
        """Move the cursor, downwards when positive; it stops at the ends."""
        before = self._cursor
        self._put_cursor(before + count)
        if before != self._cursor:
            self.post_message(self.Moved())

    def toggle_fold(self) -> bool:
        """Hide the spans below the one under the cursor, or show them again; False when there are none."""
        number = self._rows[self._cursor] if self._rows else -1
        if not self._has_children(number):
            return False
        self._folded ^= {number}
        self._arrange(number)
        return True

    @property
    def has_folds(self) -> bool:
        """Whether any span has others below it."""
        return any(self._has_children(number) for number in range(len(self._lines)))

    def toggle_all_folds(self) -> bool:
        """Show everything, or only the top-level spans when everything is shown."""
        parents = {number for number in range(len(self._lines)) if self._has_children(number)}
        if not parents:
            return False
        self._folded = set() if self._folded else parents
        self._arrange(self._rows[self._cursor])
        return True

    def next_message(self) -> bool:
        return False

    def previous_message(self) -> bool:
        return False

    def search(self, text: str) -> int:
        """Go to the first span from the cursor on whose name, type or error holds a text; returns how many do.

        Upper and lower case are told apart only when `text` has upper case.
        """
        self._matches = self._found(text)
        if self._matches:
            here = self._rows[self._cursor]
            self._go_to(next((match for match in self._matches if match >= here), self._matches[0]))
        return len(self._matches)

    def _found(self, text: str) -> list[int]:
        if not text:
            return []
        folds_case = text == text.lower()
        told = (f"{line.name} {line.type} {line.error}" for line in self._lines)
        return [n for n, each in enumerate(told) if text in (each.lower() if folds_case else each)]

    def next_match(self) -> tuple[int, int]:
        return self._step_match(1)

    def previous_match(self) -> tuple[int, int]:
        return self._step_match(-1)

    def match_place(self) -> tuple[int, int]:
        """Return the number of the match at or before the cursor, from 1, and how many there are."""
        if not self._matches:
            return 0, 0
        here = self._rows[self._cursor]
        return max(1, sum(match <= here for match in self._matches)), len(self._matches)

    def end_search(self) -> None:
        self._matches = []

    def render_line(self, y: int) -> Strip:
        row, width = self.scroll_offset.y + y, self.size.width
        style = self._palette.style
        if row >= len(self._rows):
            return Strip([Segment(" " * width, style("text"))], width)
        if self._columns is None:
            self._columns = columns(self._lines, width, max(self._said.values(), default=0))
        number = self._rows[row]
        line = self._lines[number]
        is_here = row == self._cursor
        base = ("text", "row.cursor") if is_here else ("text",)
        standing = Standing(
            self._has_children(number),
            number in self._folded,
            line.span_id in self._speaking,
            self._said.get(line.span_id, 0),
        )
        runs = span_row(line, standing, self._columns, self._signs)
        cursor = f"{self._signs.cursor} " if is_here else "  "
        segments = [
            Segment(cursor, style(*base, "cursor")),
            *(Segment(text, style(*base, role)) for text, role in runs),
        ]
        return Strip(segments).adjust_cell_length(width, style(*base))

    def on_resize(self, event: events.Resize) -> None:
        self._columns = None
        self._follow()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y
        if row < len(self._rows):
            self.scroll_line(row - self._cursor)
            self.post_message(self.Picked())

    def _has_children(self, number: int) -> bool:
        return 0 <= number < len(self._lines) - 1 and self._lines[number + 1].depth > self._lines[number].depth

    def _step_match(self, step: int) -> tuple[int, int]:
        if self._matches:
            here = self._rows[self._cursor]
            beyond = [match for match in self._matches if (match > here if step > 0 else match < here)]
            ends = self._matches[0] if step > 0 else self._matches[-1]
            self._go_to((beyond[0] if step > 0 else beyond[-1]) if beyond else ends)
        return self.match_place()

    def _go_to(self, number: int) -> None:
        """Put the cursor on a span, showing it where it is hidden."""
        depth = self._lines[number].depth
        for above in range(number - 1, -1, -1):
            if self._lines[above].depth < depth:
                depth = self._lines[above].depth
                self._folded.discard(above)
        self._arrange(number)

    def _arrange(self, number: int) -> None:
        """Work out which spans are shown, with the cursor on one of them, or on what hides it."""
        self._rows = []
        hidden_below: int | None = None
        cursor = 0
        for each, line in enumerate(self._lines):
            if hidden_below is not None and line.depth > hidden_below:
                continue
            hidden_below = line.depth if each in self._folded else None
            if each <= number:
                cursor = len(self._rows)
            self._rows.append(each)
        self._cursor = cursor
        self._follow()
        self.refresh()
        self.post_message(self.Moved())
