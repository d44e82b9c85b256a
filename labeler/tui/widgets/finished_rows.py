"""Widgets whose rows come finished, and areas that are nothing but background: painted without Textual's styling.

Textual lays borders, padding, hatching, tint and opacity of the style sheet over every row of every widget it paints,
each time. Ours have none of that: their rows are styled already. That halves what a screenful costs.
"""

from __future__ import annotations

from typing import Self

from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from labeler.tui.control_character_filter import FilterChain
from labeler.tui.theme.palette import Palette


class FinishedRows(Widget):
    """Paints what `render_line` returns, which has the width of the widget, and keeps it until it is refreshed.

    Of the style sheet only size, position and background count.
    """

    _palette: Palette

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        self._finished: dict[int, Strip] = {}
        self._finished_width = 0
        self._filter = FilterChain(())
        super().__init__(name=name, id=id, classes=classes)

    @property
    def palette(self) -> Palette:
        """The styles of the theme in force; may be set at any time."""
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette = palette
        self._forget_styled()
        self.refresh()

    def _forget_styled(self) -> None:
        """Forget what was made in the styles of the theme before."""

    def render_lines(self, crop: Region) -> list[Strip]:
        width, finished = self.size.width, self._finished
        if width != self._finished_width:
            self._finished_width = width
            finished.clear()
        _, background = self.background_colors
        filters = tuple(self.get_line_filters())
        if self._filter.filters != filters:
            self._filter = FilterChain(filters)
            finished.clear()
        rows = []
        for y in crop.line_range:
            row = finished.get(y)
            if row is None:
                row = finished[y] = self.render_line(y).apply_filter(self._filter, background)
            rows.append(row)
        first, last = crop.column_span
        return rows if (first, last) == (0, width) else [row.crop(first, last) for row in rows]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if repaint and regions:
            for region in regions:
                for y in region.line_range:
                    self._finished.pop(y, None)
        elif repaint:
            self._finished.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Beside(Horizontal):
    """Areas side by side that cover it wholly."""

    BLANK = True


class Stacked(Vertical):
    """Areas one above the other that cover it wholly."""

    BLANK = True
