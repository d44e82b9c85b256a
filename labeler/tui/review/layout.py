"""How much room the areas of the review screen get. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.tui.review.question_panel import PanelView, height_needed

_LEAST_DOCUMENT: Final = 76
"""Cells that the document keeps beside the worklist."""

_LEAST_WORKLIST: Final = 28
"""Cells that a worklist is worth showing with; as many it gets where it is wanted on a narrow screen."""

_MOST_WORKLIST: Final = 45
"""Percent of a screen that the worklist takes at most."""

_LEAST_PANEL: Final = 3
_MOST_PANEL: Final = 6
"""Lines of the panel on a screen of 24: they leave 13 to the trace."""


def worklist_width(width: int, documents: int = 1) -> int:
    """Cells of the worklist on a screen of so many: what the documents side by side and the edges between leave."""
    left = width - documents * (_LEAST_DOCUMENT + 1)
    return max(_LEAST_WORKLIST, min(width * _MOST_WORKLIST // 100, left))


class WorklistDisplay:
    """Whether the worklist is shown: as the width has it, unless the reviewer wants it otherwise."""

    def __init__(self) -> None:
        self._wanted: bool | None = None

    def toggle(self, width: int) -> None:
        """Show or hide it, whatever the width; what the width would do is left to it from now on."""
        wanted = not self.is_shown(width)
        self._wanted = None if wanted == self._has_room(width) else wanted

    def is_shown(self, width: int) -> bool:
        """Return whether it is shown on a screen of so many cells."""
        return self._has_room(width) if self._wanted is None else self._wanted

    @staticmethod
    def _has_room(width: int) -> bool:
        return width >= _LEAST_WORKLIST + 1 + _LEAST_DOCUMENT


def panel_rows(view: PanelView, width: int, height: int) -> int:
    """Lines of the panel on a screen of that size, the one that tells what happened last included.

    It is what the questions need unanswered, at most six, or a quarter of a taller screen. It hangs on nothing that
    differs from item to item, so the document's edge never moves within a review.
    """
    if not view.questions:
        return _LEAST_PANEL
    bare = replace(view, answers={}, judges={})
    return max(_LEAST_PANEL, min(1 + height_needed(bare, width), max(min(_MOST_PANEL, height // 3), height // 4)))
