"""An overlay: lines to read over the review, scrolled with the overlay keys, closed with q or Esc."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from labeler.tui.actions import Context, Group
from labeler.tui.chrome.runs import Line, width_of
from labeler.tui.key_names import key_name
from labeler.tui.keymap import Keymap
from labeler.tui.theme.palette import Palette


class _Lines(ScrollView, can_focus=False):
    """The scrolled part. Lines are made for the width there is."""

    def __init__(self, make: Callable[[int], Sequence[Line]], palette: Palette) -> None:
        super().__init__()
        self._make = make
        self._palette = palette
        self._made: Sequence[Line] = ()

    def on_resize(self, event: events.Resize) -> None:
        self._made = self._make(max(event.size.width - 1, 1))
        self.virtual_size = Size(event.size.width, len(self._made))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        base = self._palette.style("chrome")
        line = self._made[at] if at < len(self._made) else []
        segments = [Segment(text, self._palette.style("chrome", role)) for text, role in line]
        return Strip(segments).adjust_cell_length(self.size.width, base)


class Overlay(ModalScreen[str]):
    """Shows a title and lines. `make` gives the lines for a width in cells.

    An answer key closes it too, and is its result: it answers the trace.
    """

    DEFAULT_CSS = """
    Overlay { align: center middle; background: $background 60%; }
    Overlay > Vertical { width: 90%; max-width: 110; height: 85%; border: round $look-rule; padding: 0 1;
                         background: $background; border-title-color: $look-chrome-strong;
                         border-subtitle-color: $look-chrome-dim; }
    """

    def __init__(self, title: str, make: Callable[[int], Sequence[Line]], keymap: Keymap, palette: Palette) -> None:
        super().__init__()
        self._title = title
        self._lines = _Lines(make, palette)
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            yield self._lines
        box.border_title = self._title.replace("[", r"\[")
        box.border_subtitle = "q closes"

    def on_key(self, event: events.Key) -> None:
        """Move or close. A key that was on its way here when this closed is dropped: Textual would close another."""
        event.stop()
        key = key_name(event)
        action = self._keymap.action(Context.OVERLAY, key) or self._keymap.action(Context.REVIEW, key)
        if action is None or not self.is_active:
            return
        if action.group is Group.ANSWER:
            self.dismiss(key)
        match action.id:
            case "overlay.close":
                self.dismiss("")
            case "overlay.down":
                self._lines.scroll_relative(y=1, animate=False)
            case "overlay.up":
                self._lines.scroll_relative(y=-1, animate=False)
            case "overlay.page_down":
                self._lines.scroll_page_down(animate=False)
            case "overlay.page_up":
                self._lines.scroll_page_up(animate=False)
            case "overlay.home":
                self._lines.scroll_home(animate=False)
            case "overlay.end":
                self._lines.scroll_end(animate=False)


def wrapped(text: str, width: int, role: str = "chrome") -> list[Line]:
    """Display text as lines of at most `width` cells, broken at spaces where there are some."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        current = ""
        for word in paragraph.split(" "):
            joined = f"{current} {word}" if current else word
            if current and width_of([(joined, role)]) > width:
                lines.append([(current, role)])
                current = word
            else:
                current = joined
        lines.append([(current, role)])
    return lines
