"""A frame of the document view: what stands on each of its rows now."""

from __future__ import annotations

from textual.selection import Selection
from textual.strip import Strip

from labeler.tui.document.layout import Place
from labeler.tui.document.lines import Span
from labeler.tui.document.paint import Margins, Painter
from labeler.tui.document.selecting import selected_span, with_offsets
from labeler.tui.document.viewport import Viewport


class Frame:
    """Paints the rows of a viewport; `selection` is what the mouse has selected."""

    def __init__(self, viewport: Viewport, painter: Painter, selection: Selection | None) -> None:
        self._viewport, self._painter, self._selection = viewport, painter, selection
        self._layout = viewport.layout
        self._pinned = viewport.pinned

    def row(self, y: int) -> Strip:
        """Row `y` of the view."""
        if y < len(self._pinned):
            return self._painter.pinned(self._pinned[y], self._viewport.is_request_above, self._viewport.has_thumb(y))
        place = self._place(y)
        if place is None:
            return self._painter.blank(Margins())
        margins = self._margins(place, y)
        if place.row < 0:
            return self._painter.blank(margins)
        section = self._layout.sections[place.section]
        return self._painter.row(
            section, place.row, self._layout.wording.tone(section), margins, self._highlights(place)
        )

    def row_with_offsets(self, y: int) -> Strip:
        """Return the same, telling Textual which place in the document each character is, for selecting with
        the mouse.
        """
        place = self._place(y)
        return self.row(y) if place is None else with_offsets(self.row(y), self._layout, place)

    def _place(self, y: int) -> Place | None:
        row = self._viewport.top + y
        return self._layout.place(row) if len(self._pinned) <= y and row < self._layout.height else None

    def _margins(self, place: Place, y: int) -> Margins:
        wording, sections = self._layout.wording, self._layout.sections
        section, thumb = sections[place.section], self._viewport.has_thumb(y)
        is_answer = wording.is_answer(section)
        if place.row < 0:
            continues = is_answer and place.section > 0 and wording.is_answer(sections[place.section - 1])
            return Margins(bar=continues, thumb=thumb)
        fold = wording.fold_sign(section) if place.row == 0 else ""
        return Margins(is_answer, self._viewport.marks(place), fold, thumb)

    def _highlights(self, place: Place) -> list[Span]:
        search = self._viewport.search
        if search is None and self._selection is None:
            return []
        section = self._layout.wrapped(place.section)
        number = section.rows[place.row].line if section.rows else 0
        line = section.lines[number]
        if self._selection is not None:
            return selected_span(self._selection, place.section, number, line)
        return search.spans(section.block, line) if search else []
