"""The conversation of a trace, the views over it and beside it: which is in front, and what is searched for in each."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from labeler.dataclass import dataclass
from labeler.reading.document import Document
from labeler.tui.appearance import ScreenLook
from labeler.tui.document.position import ViewPosition
from labeler.tui.document.view import DocumentView, LineRangeChanged
from labeler.tui.review.documents_beside import DocumentsBeside
from labeler.tui.review.span_tree import SpanList
from labeler.tui.review.trace_views import PaneView, TraceView, place_words
from labeler.tui.review.view_searches import CONVERSATION, ViewSearches
from labeler.tui.widgets.dividers import Edge
from labeler.tui.widgets.finished_rows import Beside

BESIDE_FROM_WIDTH: Final = 140
"""Cells of a screen from which retrieved documents stand beside the response instead of over it."""

_SPANS: Final = "view.spans"
_DOCUMENTS: Final = "view.documents"
NO_FOLDS: Final = "Nothing here folds"
_EMPTY: Final = PaneView("", None, "", False, False, None, False, {})


class ViewLayers(Beside):
    """Lays the views of a trace over its conversation. Who inherits opens and closes them.

    Each trace is shown at the scroll position and with the folds it was left with.
    """

    @dataclass
    class ViewChanged(Message):
        """Another view is in front, or beside the conversation."""

    @dataclass
    class PlaceChanged(Message):
        """Another part of what is in front is in view."""

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.conversation = DocumentView(look.palette, look.signs, id="document")
        """The conversation, or the document that stands in its place."""
        self.span_tree = SpanList(look, id="spans")
        self._edge = Edge(look, id="documents-edge")
        self._documents = DocumentsBeside(look.palette, look.signs, id="documents")
        for hidden in (self.span_tree, self._edge, self._documents):
            hidden.display = False
        self._view = _EMPTY
        self._over: list[TraceView] = []
        self._beside = False
        self._searches = ViewSearches()
        self._positions: dict[str, ViewPosition] = {}
        self._shown: tuple[str, TraceView | Document | str] | None = None

    def compose(self) -> ComposeResult:
        yield from (self.conversation, self.span_tree, self._edge, self._documents)

    def on_resize(self) -> None:
        """The screen may no longer, or again, have room for documents beside the conversation."""
        self._arrange()

    def show(self, view: PaneView) -> None:
        """Show a trace. What stands over another, or from before what others said was hidden or shown, closes."""
        before, self._view = self._view, view
        if before.trace_id == view.trace_id and before.is_blind is not view.is_blind:
            # What is searched stays as it is, and must not: it holds, or lacks, what others said.
            self.end_search()
            self._searches.end_all()
            self.conversation.end_search()
        if (before.trace_id, before.is_blind) != (view.trace_id, view.is_blind):
            if self._over:
                self._searches.move_on(self._in_front_id)
            self._over.clear()
            self._end_lost_searches()
            self._arrange()
        self._show_conversation()
        if self.has_documents_beside:
            self._documents.show_of(view.trace_id, view.prepared)

    @property
    def over(self) -> TraceView | None:
        """The view in front of the conversation, if there is one."""
        return self._over[-1] if self._over else None

    @property
    def in_front(self) -> SpanList | DocumentView:
        """What keys that scroll, fold and search are about."""
        if self.over is not None:
            return self.conversation if self.over.document is not None else self.span_tree
        return self._documents if self.has_documents_beside else self.conversation

    @property
    def has_documents_beside(self) -> bool:
        """Whether the retrieved documents stand beside the conversation."""
        return self._beside and self._has_room_beside

    @property
    def is_open(self) -> bool:
        """Whether anything stands over the conversation or beside it."""
        return self.over is not None or self.has_documents_beside

    @property
    def document(self) -> Document | None:
        """The document that is in front, or the conversation below the list of spans; None while the trace is away."""
        if self.over is not None and self.over.document is not None:
            return self.over.document
        return self._view.prepared.document if self._view.prepared is not None else None

    @property
    def place(self) -> str:
        """What is in front, and which part of it is in view: ``documents   line 1-14 of 40``."""
        front = self.in_front
        if isinstance(front, SpanList):
            return front.place
        title = self.over.title if self.over is not None else "documents" if self.has_documents_beside else ""
        return place_words(title, *front.line_range())

    def go_answer(self) -> None:
        """In the conversation, also beside documents: to the response, or its request."""
        if not isinstance(self.in_front, SpanList):
            self.conversation.go_answer()

    def fold_all(self) -> str:
        """Open or close all blocks; returns why it cannot be, or nothing."""
        return "" if self.in_front.toggle_all_folds() else NO_FOLDS

    # Searching

    @property
    def searched(self) -> str:
        """What is searched for in what is in front; empty while nothing is."""
        return self._searches.of(self._in_front_id)

    @property
    def search_beneath(self) -> str:
        """What is searched for under what is in front, or beside it; empty while nothing is."""
        beside = (_DOCUMENTS,) if self.has_documents_beside else ()
        beneath = (CONVERSATION, *beside, *(each.action_id for each in self._over))
        return self._searches.first_in(each for each in beneath if each != self._in_front_id)

    def search(self, text: str) -> int:
        """Search in what is in front, until that is ended; returns how many matches there are."""
        self._searches.begin(self._in_front_id, text)
        return self.in_front.search(text)

    def end_search(self) -> None:
        """End the search in what is in front."""
        if self.searched:
            self._searches.end(self._in_front_id)
            self.in_front.end_search()

    @property
    def _in_front_id(self) -> str:
        """The action that opened what is in front, or the conversation's place."""
        return (
            self.over.action_id if self.over is not None else _DOCUMENTS if self.has_documents_beside else CONVERSATION
        )

    def _end_lost_searches(self) -> None:
        """Unmark what was searched for in views in which nothing is searched for any more."""
        for view_id, view in ((_SPANS, self.span_tree), (_DOCUMENTS, self._documents)):
            if not self._searches.of(view_id):
                view.end_search()

    # Putting it on the screen

    @on(LineRangeChanged)
    def _other_lines(self, message: LineRangeChanged) -> None:
        message.stop()
        self.post_message(self.PlaceChanged())

    @property
    def _has_room_beside(self) -> bool:
        return self.app.size.width >= BESIDE_FROM_WIDTH

    def _open(self, view: TraceView) -> None:
        self._over = [view]
        self._changed()

    def _changed(self) -> None:
        self._arrange()
        self._show_conversation()
        self.post_message(self.ViewChanged())

    def _arrange(self) -> None:
        """Display what is in front."""
        lists_spans = self.over is not None and self.over.document is None
        self.conversation.display = not lists_spans
        self.span_tree.display = lists_spans
        self._edge.display = self._documents.display = self.has_documents_beside

    def _show_conversation(self) -> None:
        view = self._view
        over = self.over if self.over is not None and self.over.document is not None else None
        wanted = (view.trace_id, view.instead if view.prepared is None else over or view.prepared.document)
        searched = self._searches.of(CONVERSATION if over is None else over.action_id)
        if wanted == self._shown or (searched and over is None and self._shows_conversation_of(view.trace_id)):
            return
        self._keep_position()
        self._shown = wanted
        if view.prepared is None:
            self.conversation.show(view.placeholder, searched=searched)
        elif over is not None and over.document is not None:
            self.conversation.show(over.document, position=over.position, searched=searched)
        else:
            position = self._positions.get(view.trace_id)
            self.conversation.show(view.prepared.document, position=position, searched=searched)

    def _keep_position(self) -> None:
        if self._shown is not None and self._shows_conversation_of(self._shown[0]):
            self._positions[self._shown[0]] = self.conversation.position()

    def _shows_conversation_of(self, trace_id: str) -> bool:
        return self._shown is not None and self._shown[0] == trace_id and isinstance(self._shown[1], Document)
