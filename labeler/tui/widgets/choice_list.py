"""A list to choose from: rows of a title and how much is there, narrowed by the words that are searched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.tui.appearance import ScreenLook
from labeler.tui.widgets.cursor_list import CursorRows
from labeler.tui.widgets.styled_text import Line, cut, fit, spelled

_MOST_TITLE: Final = 52
"""Cells of a title at most, so that what is said beside it stays in view."""

_CURSOR: Final = 3
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be chosen. Texts are display text.

    `detail` tells what it is and how much there is. `why_not` says in a sentence why it cannot be chosen; empty where
    it can.
    """

    id: str
    title: str
    detail: str
    why_not: str = ""


class ChoiceList(CursorRows):
    """Shows offers, in their order, those that have every word that is searched for."""

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._signs = look.palette, look.signs
        self._offers: list[Offer] = []
        self._shown: list[int] = []
        self._words = ""

    @property
    def row_count(self) -> int:
        return len(self._shown)

    @property
    def count(self) -> int:
        """How many offers there are, shown or not."""
        return len(self._offers)

    @property
    def words(self) -> str:
        """What is searched for; empty where every offer is shown."""
        return self._words

    @property
    def current(self) -> Offer | None:
        """The offer under the cursor."""
        return self._offers[self._shown[self._cursor]] if self._shown else None

    def show(self, offers: Sequence[Offer]) -> None:
        """Show these offers, the cursor on the first."""
        self._offers, self._cursor = list(offers), 0
        self.narrow("")

    def narrow(self, words: str) -> None:
        """Show the offers that have each of these words in their title or detail; the cursor stays on its offer."""
        before = self._shown[self._cursor] if self._shown else 0
        self._words = words
        wanted = words.casefold().split()
        texts = (f"{offer.title} {offer.detail}".casefold() for offer in self._offers)
        self._shown = [index for index, text in enumerate(texts) if all(word in text for word in wanted)]
        self._cursor = self._shown.index(before) if before in self._shown else 0
        self._follow()
        self.refresh()

    def put_detail(self, offer_id: str, detail: str) -> None:
        """Say something else beside an offer. No row moves."""
        for index, offer in enumerate(self._offers):
            if offer.id == offer_id:
                self._offers[index] = replace(offer, detail=detail)
                if index in self._shown:
                    self._repaint(self._shown.index(index))

    def render_line(self, y: int) -> Strip:
        row, width, style = self.scroll_offset.y + y, self.size.width, self._palette.style
        is_here = row == self._cursor and bool(self._shown)
        base = ("chrome", "row.cursor") if is_here else ("chrome",)
        line = fit(self._line(row, width), width, self._signs.ellipsis)
        segments = [Segment(text, style(*base, role)) for text, role in spelled(line, self._signs.spelling)]
        return Strip(segments).adjust_cell_length(width, style(*base))

    def on_resize(self, event: events.Resize) -> None:
        self._follow()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        self._put_cursor(self.scroll_offset.y + event.y)

    def _line(self, row: int, width: int) -> Line:
        if not self._shown and row == 0 and self._words:
            return [(" " * _CURSOR + "nothing has these words", "chrome.dim")]
        if row >= len(self._shown):
            return []
        offer = self._offers[self._shown[row]]
        room = min(_MOST_TITLE, max(width * 2 // 5, 1))
        title = cut(offer.title, room, self._signs.ellipsis)
        mark = self._signs.cursor if row == self._cursor else " "
        role = "chrome.dim" if offer.why_not else "option.focused" if row == self._cursor else "chrome"
        padding = " " * (room + _GAP - cell_len(title))
        return [(f" {mark} ", "cursor"), (title + padding, role), (offer.detail, "chrome.dim")]
