"""Layouts kept for documents lately shown or about to be."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from labeler.reading.document import Document
from labeler.tui.document.layout import Layout

_KEPT: Final = 16


class Layouts:
    """The layouts lately used, by document and width. Safe to fill from a thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], Layout] = OrderedDict()
        self._lock = Lock()

    def get(self, document: Document, width: int) -> Layout | None:
        """Return the layout of this very document at a width."""
        with self._lock:
            key = id(document), width
            layout = self._kept.get(key)
            if layout is not None:
                self._kept.move_to_end(key)
            return layout

    def add(self, layout: Layout) -> Layout:
        """Keep a layout, unless there is one already, which may be on the screen. Returns the one kept."""
        with self._lock:
            kept = self._kept.setdefault((id(layout.document), layout.width), layout)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return kept

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
