"""A widget of a few fixed lines, repainted without layout and only where something changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from labeler.tui.appearance import UNICODE, Signs
from labeler.tui.theme.palette import Palette
from labeler.tui.widgets.finished_rows import FinishedRows
from labeler.tui.widgets.styled_text import Line, Run, spelled


class LineWidget(FinishedRows):
    """Shows lines of runs. `base_role` is what empty cells look like."""

    base_role = "chrome"

    def __init__(self, palette: Palette, signs: Signs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette = palette
        self._spelling = signs.spelling
        self._lines: list[Line] = []

    @property
    def palette(self) -> Palette:
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette = palette
        self.refresh()

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
        """The text shown, for tests and screen readers."""
        return ["".join(text for text, _ in line) for line in self._lines]
