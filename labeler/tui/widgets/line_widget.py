"""Widgets of a few fixed lines, repainted without layout and only where something changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from labeler.tui.appearance import UNICODE, ScreenLook, Signs
from labeler.tui.theme.palette import Palette
from labeler.tui.widgets.finished_rows import FinishedRows
from labeler.tui.widgets.styled_text import Line, Run, spelled

V = TypeVar("V")


class LineWidget(FinishedRows):
    """Shows lines of runs. `base_role` is what empty cells look like."""

    base_role = "chrome"

    def __init__(self, palette: Palette, signs: Signs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette = palette
        self._spelling = signs.spelling
        self._lines: list[Line] = []

    def set_lines(self, lines: Sequence[Sequence[Run]]) -> None:
        """Show these lines; only rows that differ are painted again."""
        old, new = self._lines, [spelled(line, self._spelling) for line in lines]
        self._lines = new
        width = self.size.width
        for row in range(max(len(old), len(new))):
            if row >= len(old) or row >= len(new) or old[row] != new[row]:
                self.refresh(Region(0, row, width, 1))

    def render_line(self, y: int) -> Strip:
        base = self._palette.style(self.base_role)
        line = self._lines[y] if y < len(self._lines) else []
        segments = [Segment(text, self._palette.style(self.base_role, role)) for text, role in line]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def plain_lines(self) -> list[str]:
        """Return the text shown, for tests and screen readers."""
        return ["".join(text for text, _ in line) for line in self._lines]


class ViewWidget(LineWidget, Generic[V]):
    """Shows one value, `view`. Who inherits says in `lines` what of it stands in which line.

    A plain property, not a reactive: that would have Textual lay out the screen for each value.
    """

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(look.palette, look.signs, id=id)
        self._signs = look.signs
        self._view: V | None = None
        self._shown_in = Size()

    @property
    def view(self) -> V | None:
        """What is shown; None before anything is."""
        return self._view

    @view.setter
    def view(self, view: V | None) -> None:
        if view != self._view:
            self._view = view
            self.show_view()

    @abstractmethod
    def lines(self, view: V, width: int, height: int) -> Sequence[Line]:
        """Return the lines that show `view` in so many cells and rows."""

    def show_view(self) -> None:
        """Paint what differs from what stands there."""
        self._shown_in = self.size
        width, height = self._shown_in
        if width and height:
            self.set_lines([] if self._view is None else self.lines(self._view, width, height))

    def on_resize(self) -> None:
        self.show_view()

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual tells a widget that appears its size only if nothing asked where widgets stand before it is laid out.
        if self._shown_in != self.size:
            self.show_view()
        return super().render_lines(crop)
