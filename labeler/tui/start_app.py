"""The start as an app of its own: it ends before the review begins."""

from __future__ import annotations

from labeler.tui.safe_app import SafeApp
from labeler.tui.screens.start import Begin, StartScreen
from labeler.tui.theme import Theme


class StartApp(SafeApp[Begin]):
    """Returns what the reviewer chose, or None."""

    def __init__(self, theme: Theme, screen: StartScreen) -> None:
        super().__init__(theme)
        self._start = screen

    def on_mount(self) -> None:
        self.push_screen(self._start, self.exit)
