"""What is shown while the terminal is too small to judge anything fairly."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static


class TooSmallScreen(Screen[None]):
    """Says how large the terminal has to be. Every key but q is ignored: nothing is labelled unseen."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self._needed = f"{width}x{height}"

    def compose(self) -> ComposeResult:
        yield Static(f"labeler needs {self._needed}. Nothing is lost; enlarge the terminal, or q leaves.", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "q":
            self.app.exit(0)
