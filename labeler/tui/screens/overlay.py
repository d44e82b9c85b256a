"""An overlay: lines to read over the review, scrolled and closed with the overlay keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from labeler.dataclass import dataclass
from labeler.tui.action_table import Context, OnScreen, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_names import Pressed, pressed
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.styled_text import Line, spelled

_MOST_WIDE: Final = 110
_FRAME_WIDTH: Final = 4
_FRAME_HEIGHT: Final = 2
"""Cells and lines that the border of an overlay takes, with what it keeps free inside."""


class FoundLines(NamedTuple):
    """What a search found: lines to show, and how many finds that is."""

    lines: Sequence[Line]
    finds: int


class Sheet(Protocol):
    """What an overlay shows."""

    def whole(self, width: int, height: int) -> Sequence[Line] | None:
        """Return all of it for so many cells and lines; None where it does not fit, or is better scrolled."""

    def lines(self, width: int) -> Sequence[Line]:
        """Return all of it to be scrolled."""

    def found(self, words: str, width: int) -> FoundLines:
        """Return what is found of words in lower case."""


@dataclass(frozen=True, slots=True)
class TextSheet:
    """Lines of text; `make` gives them for a width in cells."""

    make: Callable[[int], Sequence[Line]]

    def whole(self, width: int, height: int) -> Sequence[Line] | None:
        return None

    def lines(self, width: int) -> Sequence[Line]:
        return self.make(width)

    def found(self, words: str, width: int) -> FoundLines:
        lines = [line for line in self.make(width) if words in "".join(text for text, _ in line).casefold()]
        return FoundLines(lines, len(lines))


@dataclass
class _Moved(Message):
    """Other lines are in view: ``1-30 of 65``, or nothing where all of them are."""

    place: str


class _Lines(ScrollView, can_focus=False):
    """The scrolled part. Lines are made for the room there is."""

    DEFAULT_CSS = "_Lines { scrollbar-size: 0 0; }"

    def __init__(self, sheet: Sheet, look: ScreenLook) -> None:
        super().__init__()
        self._sheet = sheet
        self._look = look
        self._made: Sequence[Line] = ()
        self._searched = ""
        self._found = 0

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    def show_only(self, words: str) -> None:
        """Show only what these words stand in, in any case of letters."""
        self._searched = words.casefold()
        self._show()
        self.scroll_home(animate=False)

    def _show(self) -> None:
        width = max(self.size.width, 1)
        if self._searched:
            self._made, self._found = self._sheet.found(self._searched, width)
        else:
            self._made = self._sheet.whole(width, self.size.height) or self._sheet.lines(width)
        self.virtual_size = Size(self.size.width, len(self._made))
        self.refresh()
        self._tell_place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._tell_place()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        style = self._look.palette.style
        line = spelled(self._made[at], self._look.signs.spelling) if at < len(self._made) else []
        segments = [Segment(text, style("chrome", role)) for text, role in line]
        return Strip(segments).adjust_cell_length(self.size.width, style("chrome"))

    def scroll_line(self, count: int) -> None:
        self.scroll_relative(y=count, animate=False)

    def scroll_page(self, count: int) -> None:
        if count > 0:
            self.scroll_page_down(animate=False)
        else:
            self.scroll_page_up(animate=False)

    def go_home(self) -> None:
        self.scroll_home(animate=False)

    def go_end(self) -> None:
        self.scroll_end(animate=False)

    def _tell_place(self) -> None:
        height, count, top = self.size.height, len(self._made), self.scroll_offset.y
        place = f"{top + 1}-{min(top + height, count)} of {count}   " if count > height else ""
        found = f"{self._found} found   " if self._searched else ""
        self.post_message(_Moved(found + place))


class Overlay(OverReview[Pressed]):
    """Shows a title and what is on a sheet. Its keys move in it, search, or close it.

    A search shows only what was found. Its result is the press that closed it.
    """

    DEFAULT_CSS = """
    Overlay { align: center middle; background: $background 60%; }
    Overlay > Vertical { border: round $look-rule; padding: 0 1;
                         background: $background; border-title-color: $look-chrome-strong;
                         border-subtitle-color: $look-chrome-dim; }
    Overlay > Vertical.ascii { border: ascii $look-rule; }
    """

    def __init__(self, title: str, sheet: Sheet, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__()
        self._title = title
        self._sheet = sheet
        self._lines = _Lines(sheet, look)
        self._keymap = keymap
        self._ascii = look.signs.horizontal.isascii()
        self._typed_on = TypedOn(keymap)
        self._place = ""
        self._pressed: Pressed | None = None
        self._searched: str | None = None
        """What is searched for; None for nothing."""
        self._is_typing = False
        """Whether that is being typed."""
        self._caret = look.signs.caret

    def compose(self) -> ComposeResult:
        with Vertical(classes="ascii" if self._ascii else "") as box:
            yield self._lines
        box.border_title = Content(self._title)

    def on_resize(self, event: events.Resize) -> None:
        """Take the whole screen for what fits on it; else the height that its lines need, with the review around it."""
        width, height = event.size
        whole = self._sheet.whole(max(width - _FRAME_WIDTH, 1), height - _FRAME_HEIGHT)
        box = self.query_one(Vertical)
        if whole is not None:
            box.styles.width, box.styles.height = width, len(whole) + _FRAME_HEIGHT
            return
        box.styles.width = width = min(width * 9 // 10, _MOST_WIDE)
        needed = len(self._sheet.lines(max(width - _FRAME_WIDTH, 1))) + _FRAME_HEIGHT
        box.styles.height = min(needed, max(height * 85 // 100, _FRAME_HEIGHT + 1))

    @on(_Moved)
    def _moved(self, message: _Moved) -> None:
        self._place = message.place
        self._tell(self._place)

    def _tell(self, words: str) -> None:
        """Say something beside the key that closes."""
        searches = "{field.leave} ends the search" if self._searched is not None else "{view.search} searches   "
        closes = "" if self._searched is not None else "{overlay.close} closes"
        self.query_one(Vertical).border_subtitle = Content(words + self._keymap.spelled(searches + closes))

    async def on_key(self, event: events.Key) -> None:
        """Move or close. A key that was on its way here when this closed is dropped: Textual would close another."""
        event.stop()
        self._pressed = pressed(event)
        key = self._pressed.key
        if not self.is_active or self._takes(self._pressed):
            return
        typed = self._typed_on.press(key)
        if typed is not Typed.NOTHING:
            if typed is Typed.END:
                self._tell(self._place)
            return
        action = self._keymap.action(Context.OVERLAY, key)
        in_review = self._keymap.action(Context.REVIEW, key)
        if action is None and in_review is not None and in_review.run == OnScreen("search"):
            self._search("")
            return
        if action is None:
            self._tell(f"{self._typed_on.means_nothing(key, self._keymap.action(Context.REVIEW, key))}   ")
            return
        self._tell(self._place)
        if not isinstance(action.run, Rule):
            await dispatch(action.run, self._lines, self)

    def _takes(self, press: Pressed) -> bool:
        """Take a key of the search: what is typed, and what ends it; tells whether it was one."""
        if self._searched is None:
            return False
        in_field = self._keymap.action(Context.FIELD, press.key)
        if in_field is not None and in_field.id == "field.leave":
            self._search(None)
        elif not self._is_typing:
            return False
        elif in_field is not None and in_field.id == "field.save":
            self._is_typing = False
            self._title_search()
        elif press.key == "backspace":
            self._search(self._searched[:-1])
        elif press.character:
            self._search(self._searched + press.character)
        return True

    def _search(self, words: str | None) -> None:
        """Search for these words, which are being typed; None ends the search."""
        self._searched, self._is_typing = words, words is not None
        self._lines.show_only(words or "")
        self._title_search()

    def _title_search(self) -> None:
        sought = "" if self._searched is None else f"   /{self._searched}{self._caret if self._is_typing else ''}"
        self.query_one(Vertical).border_title = Content(self._title + sought)

    def leave(self, by: Pressed) -> None:
        if self._searched is not None:
            self._search(None)
        else:
            self.dismiss(by)

    # Named in the table of actions

    def enter(self) -> None:
        """There is nothing to open in lines."""

    def close(self) -> None:
        self.dismiss(self._pressed)
