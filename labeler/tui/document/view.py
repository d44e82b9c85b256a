"""The document view: one permanent widget that shows any document, drawn line by line."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from labeler.dataclass import dataclass
from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.appearance import UNICODE, Signs
from labeler.tui.document.frame import Frame
from labeler.tui.document.layout import Layout
from labeler.tui.document.layout_cache import Layouts
from labeler.tui.document.paint import Margins, Painter
from labeler.tui.document.position import ViewPosition
from labeler.tui.document.selecting import selected_text
from labeler.tui.document.viewport import Viewport
from labeler.tui.theme import Palette, load_theme
from labeler.tui.widgets.finished_rows import FinishedRows

__all__ = ["DocumentView", "LineRangeChanged", "ViewPosition"]

_SLICE: Final = 16_000
"""Characters wrapped between two turns of the event loop: about 2 ms."""


@dataclass
class LineRangeChanged(Message):
    """Other rows are in view: `first` to `last` (from 1) of `total`."""

    view: DocumentView
    first: int
    last: int
    total: int

    @property
    def control(self) -> DocumentView:
        return self.view

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LineRangeChanged)


class DocumentView(FinishedRows, ScrollView, can_focus=False, inherit_bindings=False):
    """Shows a `Document`. It takes no keys itself: screens call its methods."""

    DEFAULT_CSS = """
    DocumentView {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 0;
        background: $background;
    }
    """

    def __init__(
        self,
        palette: Palette | None = None,
        signs: Signs = UNICODE,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._palette = palette or load_theme().palette
        self._signs = signs
        self._layouts = Layouts()
        self._viewport: Viewport | None = None
        self._painter: Painter | None = None
        self._waiting: tuple[Document, ViewPosition | None] | None = None
        self._searched = ""
        self._measuring: Viewport | None = None
        self._reported = (0, 0, 0)
        self._frame: Frame | None = None

    def show(self, document: Document, *, position: ViewPosition | None = None, searched: str = "") -> None:
        """Show a document, at a position kept from before or else as a document opens.

        `searched` is what a search goes on for in it: without a position the view goes to the first match.
        """
        self._searched = searched
        width, height = self._text_width, self._height
        if width <= 0 or height <= 0:
            self._waiting = document, position
            return
        self._viewport = Viewport(self._layout(document), height, position)
        if searched and position is None:
            self._viewport.find(searched)
        elif searched:
            self._viewport.mark(searched)
        self._changed()

    def prepare(self, document: Document, *, position: ViewPosition | None = None) -> None:
        """Wrap and colour a document ahead of `show`. May run in a thread; does nothing before the view has a size."""
        width, height = self._text_width, self._height
        if width <= 0 or height <= 0 or self._layouts.get(document, width) is not None:
            return
        layout = Layout(document, width, self._signs)
        viewport = Viewport(layout, height, position)
        for number, row in layout.rows(viewport.top, viewport.top + height):
            section = layout.sections[number]
            if row >= 0 and section.rows is not None:
                section.spans(section.rows[row].line)
        while not layout.is_measured:
            layout.measure_next(_SLICE)
            time.sleep(0)
        self._layouts.add(layout)

    @property
    def is_measuring(self) -> bool:
        """Whether parts of the document still wait to be wrapped, so that the number of its rows is a guess."""
        return self._viewport is not None and not self._viewport.layout.is_measured

    def _forget_styled(self) -> None:
        self._painter = None

    @property
    def signs(self) -> Signs:
        """The signs in force; may be set at any time."""
        return self._signs

    @signs.setter
    def signs(self, signs: Signs) -> None:
        self._signs = signs
        self._painter = None
        self._layouts.clear()
        self._show_again()

    def position(self) -> ViewPosition:
        """Return where the view stands, for `show` to come back to; as it was asked for while nothing is shown yet."""
        if self._viewport is not None:
            return self._viewport.position
        return (self._waiting and self._waiting[1]) or ViewPosition()

    def moved_to(self) -> ViewPosition | None:
        """Return where the view stands, if anything was scrolled or folded since the document was opened."""
        return self._viewport.position if self._viewport is not None and self._viewport.has_moved else None

    def line_range(self) -> tuple[int, int, int]:
        """Return the first and last row in view, from 1, and how many there are; all 0 when nothing is shown."""
        return (0, 0, 0) if self._viewport is None else self._viewport.rows

    def current_message(self) -> int | None:
        """Return the number of the message at the top of the view, or of the one last jumped to."""
        return None if self._viewport is None else self._viewport.current_message

    def scroll_line(self, count: int) -> None:
        """Scroll by rows, downwards when positive; stops at the ends."""
        if self._viewport is not None:
            self._viewport.scroll_by(count)
            self._changed()

    def scroll_page(self, count: int) -> None:
        """Scroll by views, keeping two rows of what was in view."""
        if self._viewport is not None:
            self.scroll_line(count * max(1, self._height - len(self._viewport.pinned) - 2))

    def go_home(self) -> None:
        """To the beginning."""
        if self._viewport is not None:
            self._viewport.scroll_to(0)
            self._changed()

    def go_end(self) -> None:
        """To the end."""
        if self._viewport is not None:
            self._viewport.scroll_to_end()
            self._changed()

    def next_message(self) -> bool:
        """Return the next message to the top; False at the last."""
        return self._viewport is not None and self._if_changed(self._viewport.step_message(1))

    def previous_message(self) -> bool:
        """Return the previous message to the top; False at the first."""
        return self._viewport is not None and self._if_changed(self._viewport.step_message(-1))

    def go_message(self, message: int) -> bool:
        """Return a message, by its number, to the top. False when the document shows nothing of it."""
        return self._viewport is not None and self._if_changed(self._viewport.go_message(message))

    def go_answer(self) -> bool:
        """Return the response under judgement to the top; again: its request. False when there is no response."""
        return self._viewport is not None and self._if_changed(self._viewport.go_answer())

    def toggle_fold(self) -> bool:
        """Open or close the current block: the one last jumped to, else the first in view. False when there is none."""
        return self._viewport is not None and self._if_changed(self._viewport.toggle_fold())

    @property
    def has_folds(self) -> bool:
        """Whether anything in the document folds, or is opened as what folds is."""
        if self._waiting is not None:
            document = self._waiting[0]
        elif self._viewport is not None:
            document = self._viewport.layout.document
        else:
            return False
        return any(block.foldable or block.kind is BlockKind.MEDIA for block in document.blocks)

    def take_media(self) -> Block | None:
        """Return the current block when it is media, to be opened; asked again, the next of its message. Else None."""
        return None if self._viewport is None else self._viewport.take_media()

    def toggle_all_folds(self) -> bool:
        """Open everything, or fold everything when all is open. False when nothing folds."""
        return self._viewport is not None and self._if_changed(self._viewport.toggle_all_folds())

    def search(self, text: str) -> int:
        """Mark every match and go to the first from the top of the view on. Returns how many there are.

        Upper and lower case are told apart only when `text` has upper case. An empty text ends the search.
        """
        if not text:
            self.end_search()
        self._searched = text
        if self._viewport is None or not text:
            return 0
        count = self._viewport.find(text)
        self._changed()
        return count

    def next_match(self) -> tuple[int, int]:
        """To the next match, round the end. Returns its number, from 1, and how many there are; 0, 0 without one."""
        return self._step_match(1)

    def previous_match(self) -> tuple[int, int]:
        """To the previous match, round the beginning. Returns as `next_match`."""
        return self._step_match(-1)

    def match_place(self) -> tuple[int, int]:
        """Return the number of the match the search stands at, from 1, and how many there are; 0, 0 without one."""
        return (0, 0) if self._viewport is None else self._viewport.match_place

    def end_search(self) -> None:
        """Unmark the matches."""
        self._searched = ""
        if self._viewport is not None:
            self._viewport.end_search()
            self._changed()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._frame = self._new_frame()
        try:
            return super().render_lines(crop)
        finally:
            self._frame = None

    def render_line(self, y: int) -> Strip:
        """Return a row of the view.

        Outside painting Textual asks what lies under the mouse: then there are offsets in it.
        """
        if self._frame is not None:
            return self._frame.row(y)
        frame = self._new_frame()
        return self._painter_now().blank(Margins()) if frame is None else frame.row_with_offsets(y)

    def _new_frame(self) -> Frame | None:
        return None if self._viewport is None else Frame(self._viewport, self._painter_now(), self.text_selection)

    def _painter_now(self) -> Painter:
        width = self.size.width
        if self._painter is None or self._painter.width != width:
            self._painter = Painter(self._palette, self._signs, width)
        return self._painter

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if self._viewport is None:
            return None
        return selected_text(selection, self._viewport.layout), "\n"

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the wheel and the scrollbar."""
        viewport = self._viewport
        if viewport is None:
            return
        count = round(new_value) + viewport.lowest_top - viewport.top
        if count:
            viewport.scroll_by(count)
            self._changed()

    def on_resize(self, event: events.Resize) -> None:
        if self._waiting is not None:
            document, position = self._waiting
            self._waiting = None
            self.show(document, position=position, searched=self._searched)
        else:
            self._show_again()

    @property
    def _text_width(self) -> int:
        return Painter.text_width(self.size.width)

    @property
    def _height(self) -> int:
        return self.size.height

    def _step_match(self, step: int) -> tuple[int, int]:
        if self._viewport is None:
            return 0, 0
        found = self._viewport.step_match(step)
        self._changed()
        return found

    def _show_again(self) -> None:
        before = self._viewport
        if before is not None and self._text_width > 0 and self._height > 0:
            self._viewport = before.on(self._layout(before.layout.document), self._height)
            self._changed()

    def _layout(self, document: Document) -> Layout:
        width = self._text_width
        return self._layouts.get(document, width) or self._layouts.add(Layout(document, width, self._signs))

    def _if_changed(self, changed: bool) -> bool:
        if changed:
            self._changed()
        return changed

    def _changed(self) -> None:
        """Paint what the viewport shows and tell of it. Nothing of this makes Textual lay out the screen again."""
        viewport = self._viewport
        if viewport is None:
            return
        if not viewport.layout.is_measured:
            viewport.measure_next(_SLICE)
        if not viewport.layout.is_measured and self._measuring is not viewport:
            self._measuring = viewport
            self.call_after_refresh(self._measure_in_background, viewport)
        before_beginning = -viewport.lowest_top
        self.set_reactive(Widget.virtual_size, Size(self.size.width, viewport.layout.height + before_beginning))
        self.set_reactive(Widget.scroll_y, float(viewport.top + before_beginning))
        self.set_reactive(Widget.scroll_target_y, float(viewport.top + before_beginning))
        self.refresh()
        if viewport.rows != self._reported:
            self._reported = viewport.rows
            self.post_message(LineRangeChanged(self, *viewport.rows))

    def _measure_in_background(self, viewport: Viewport) -> None:
        if viewport is self._viewport:
            self.run_worker(self._measure_rest(viewport), group="measure", exclusive=True)

    async def _measure_rest(self, viewport: Viewport) -> None:
        """Wrap what is out of view, a slice at a time, until another document is shown."""
        while viewport is self._viewport and not viewport.layout.is_measured:
            await asyncio.sleep(0)
            viewport.measure_next(_SLICE)
        self._measuring = None
        if viewport is self._viewport:
            self._changed()
