"""The guide of a sprint, shown before the first item and whenever it has changed."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.screens.overlay import Overlay, TextSheet
from labeler.tui.widgets.styled_text import wrapped


class GuidePage(Overlay):
    """Shows a guide over the review. The key that opens elsewhere begins here, beside those that close."""

    def __init__(self, title: str, guide: str, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__(title, TextSheet(lambda width: wrapped(guide, width)), keymap, look)
        self._begins = keymap.spelled("{overlay.open} begins")

    def enter(self) -> None:
        """Begin."""
        self.close()

    def _tell(self, words: str) -> None:
        self.query_one(Vertical).border_subtitle = Content(words + self._begins)
