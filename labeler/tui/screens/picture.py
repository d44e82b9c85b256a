"""A picture over the review, as large as the screen lets it be."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from rich.control import Control
from rich.segment import ControlType, Segment
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from labeler.dataclass import dataclass
from labeler.tui.action_table import Context, OnScreen
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap
from labeler.tui.media.terminal import Drawing, Pictures
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.key_line import KeyLine, hints_line
from labeler.tui.widgets.styled_text import Line, fit

if TYPE_CHECKING:
    from PIL.Image import Image

_AS_IT_IS: Final = [(ControlType.CURSOR_FORWARD, 0)]
"""Marks a segment that takes no cell and is written as it is."""


class _Canvas(Widget, can_focus=False):
    """Shows a drawing in its middle. It is as wide as the screen, so that no row of it is ever cut."""

    DEFAULT_CSS = "_Canvas { height: 1fr; width: 100%; }"

    class Failed(Message):
        """The picture cannot be drawn."""

    def __init__(self, pictures: Pictures, picture: Image, look: ScreenLook) -> None:
        super().__init__()
        self._pictures = pictures
        self._picture = picture
        self._look = look
        self._drawing: Drawing | None = None

    def on_resize(self) -> None:
        self.run_worker(self._draw(), exclusive=True)

    def on_unmount(self) -> None:
        self._forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        return [self._row(y) for y in crop.line_range]

    async def _draw(self) -> None:
        width, height = self.size
        try:
            drawing = await asyncio.to_thread(self._pictures.draw, self._picture, width, height)
        except (ValueError, ZeroDivisionError, MemoryError):
            self.post_message(self.Failed())
            return
        self._forget()
        self._drawing = drawing
        self.refresh()

    def _forget(self) -> None:
        if self._drawing is not None:
            self._drawing.forget()
            self._drawing = None

    def _row(self, y: int) -> Strip:
        width, height = self.size
        style, drawing = self._look.palette.style("chrome"), self._drawing
        if drawing is None:
            return Strip.blank(width, style)
        left, top = (width - drawing.width) // 2, (height - len(drawing.rows)) // 2
        number = y - top
        if not 0 <= number < len(drawing.rows):
            return Strip.blank(width, style)
        row = Strip([Segment(" " * left, style), *drawing.rows[number]]).adjust_cell_length(width, style)
        if not drawing.above or number + 1 < len(drawing.rows):
            return row
        x, first = self.region.x + left, self.region.y + top
        there, back = Control.move_to(x, first), Control.move_to(0, first + number + 1)
        over = [Segment(text, None, _AS_IT_IS) for text in (there.segment.text, drawing.above, back.segment.text)]
        return Strip([*row, *over], width)


class Wish(Enum):
    """What is to become of a picture that is not shown any more."""

    NONE = auto()
    VIEWER = auto()
    FILE = auto()
    """It cannot be drawn: saving it can be offered."""


@dataclass(frozen=True, slots=True)
class PictureLeft:
    """How a picture was left, and by which press."""

    wish: Wish
    pressed: Pressed | None = None


class PictureScreen(OverReview[PictureLeft]):
    """Shows a picture under the words that stand for it."""

    DEFAULT_CSS = """
    PictureScreen { background: $background; }
    PictureScreen > KeyLine { height: 1; }
    """

    def __init__(self, words: str, pictures: Pictures, picture: Image, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__()
        self._words = words
        self._keymap = keymap
        self._look = look
        self._words_line, self._key_line = KeyLine(look, id="words"), KeyLine(look, id="keys")
        self._canvas = _Canvas(pictures, picture, look)
        self._typed_on = TypedOn(keymap)

    def compose(self) -> ComposeResult:
        yield self._words_line
        yield self._canvas
        yield self._key_line

    def on_resize(self, event: events.Resize) -> None:
        width, ellipsis = event.size.width, self._look.signs.ellipsis
        self._words_line.view = fit([(f" {self._words}", "chrome")], width, ellipsis)
        self._paint_keys("")

    def _paint_keys(self, said: str) -> None:
        """The keys, with something to say before them."""
        before: Line = [(f" {said}  ", "chrome.strong")] if said else []
        hints = (("overlay.close", "close"), ("view.fold", "in the viewer"))
        keys = hints_line(self._keymap, hints, self.size.width, self._look.signs)
        line = fit([*before, *keys], self.size.width, self._look.signs.ellipsis)
        self._key_line.view = line

    def on_key(self, event: events.Key) -> None:
        event.stop()
        press = pressed(event)
        key = press.key
        if not self.is_active:
            return
        typed = self._typed_on.press(key)
        if typed is not Typed.NOTHING:
            if typed is Typed.END:
                self._paint_keys("")
            return
        action = self._keymap.first_of((Context.OVERLAY, Context.REVIEW), key)
        if action is not None and action.run == OnScreen("fold"):
            self.dismiss(PictureLeft(Wish.VIEWER, press))
        elif action is not None and action.run == OnScreen("close"):
            self.dismiss(PictureLeft(Wish.NONE, press))
        else:
            self._paint_keys(self._typed_on.means_nothing(key, action))

    def leave(self, by: Pressed) -> None:
        self.dismiss(PictureLeft(Wish.NONE, by))

    def on__canvas_failed(self) -> None:
        self.dismiss(PictureLeft(Wish.FILE))
