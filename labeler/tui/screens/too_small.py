"""What is shown while the terminal is too small to judge anything fairly."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static


class TooSmallScreen(Screen[None]):
    """Says how large the terminal has to be. No key does anything: nothing is labelled, saved or left unseen.

    What is typed or pasted goes to `typed` and `pasted`: a field may be open below, and its text is not to be lost.
    """

    def __init__(
        self, width: int, height: int, typed: Callable[[str], object], pasted: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._needed = f"{width}x{height}"
        self._typed = typed
        self._pasted = pasted

    def compose(self) -> ComposeResult:
        says = "Nothing is lost; enlarge the terminal. Keys do nothing here, Ctrl+C leaves."
        yield Static(f"labeler needs {self._needed}. {says}", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.character is not None and event.is_printable:
            self._typed(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._pasted(event.text)
