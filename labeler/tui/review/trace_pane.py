"""What is read of a trace: its conversation, the views over it, each closed by itself, and what stands beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from textual import on
from textual.message import Message

from labeler.dataclass import dataclass
from labeler.desk.document_cache import PreparedTrace
from labeler.domain.assessment import Assessment
from labeler.reading.document import Block, Document
from labeler.reading.sanitise import one_line
from labeler.reading.views.span_lines import SpanLine
from labeler.reading.wire.spans import UnreadableTrace
from labeler.tui.action_table import Action
from labeler.tui.appearance import ScreenLook
from labeler.tui.document.view import DocumentView
from labeler.tui.review.readings import Readings
from labeler.tui.review.span_tree import SpanList
from labeler.tui.review.trace_views import PaneView, TraceView, hints, renewed
from labeler.tui.review.view_layers import NO_FOLDS, ViewLayers
from labeler.tui.widgets.styled_text import cut

_LONGEST_NAME: Final = 32
"""Cells of a name in the header."""

_NOTHING_TO_OPEN: Final = "There is nothing to open here"


class TracePane(ViewLayers):
    """Shows a trace, and opens views of it. It takes no keys itself: the screen calls its methods.

    What cannot be done is told in a sentence.
    """

    @dataclass
    class SpanSelected(Message):
        """The cursor is on another span."""

    @dataclass
    class MediaChosen(Message):
        """What a media block of this trace stands for is to be opened."""

        trace_id: str
        block: Block

    def __init__(self, look: ScreenLook, *, id: str | None = None) -> None:
        super().__init__(look, id=id)
        self._ellipsis = look.signs.ellipsis
        self._readings = Readings()
        self._told: tuple[Sequence[Assessment], Mapping[str, str]] = ((), {})

    def show(self, view: PaneView) -> None:
        """Show a trace, and what was said about the span that is open."""
        before = self._view
        super().show(view)
        self.span_tree.mark({span_id: len(said) for span_id, said in view.about_spans.items()})
        if before.about_spans != view.about_spans:
            self.run_worker(self._update_span(), group="span", exclusive=True)

    def read_beside(self, traces: Sequence[PreparedTrace]) -> None:
        """Have the documents that these traces retrieved read, where they stand beside the conversation."""
        if self.has_documents_beside and not self._documents.has_read(traces):
            self.run_worker(self._documents.read(traces), group="documents")

    def lay_out_ahead(self, document: Document) -> None:
        """Have a document that will be shown soon laid out in the background."""
        self.run_worker(asyncio.to_thread(self.conversation.prepare, document), exit_on_error=False)

    @property
    def span(self) -> SpanLine | None:
        """The span that is selected in the tree, or open from there; None while the tree is not open."""
        return self.span_tree.span if self._over[:1] and self._over[0].action_id == "view.spans" else None

    def takes(self, action: Action) -> bool:
        """Return whether an action makes sense now: beside documents nothing opens, and Enter goes on with the
        review.
        """
        return action.id != "overlay.open" or (self.over is not None and not self._view.is_choosing_of_span)

    @property
    def hints(self) -> list[tuple[str, str]]:
        """Actions worth a key press in the view in front, with their words."""
        span = self.span_tree.span
        return hints(self._view, self.over, span.span_id if span is not None else None)

    # Opening and closing

    def close_if_open(self, action_id: str) -> bool:
        """Close the view that an action opens, or what stands over it; tells whether it was open."""
        if [each.action_id for each in self._over][:1] != [action_id]:
            return False
        del self._over[1 if len(self._over) > 1 else 0 :]
        self._changed()
        return True

    async def open_raw(self) -> None:
        """Open the exact JSON of the trace."""
        if (prepared := self._view.prepared) is not None:
            document = await asyncio.to_thread(self._readings.exact_json, prepared, self._view.hidden)
            self._open(TraceView("view.raw", "exact JSON", document))

    async def open_spans(self) -> str:
        """Open the tree of spans; returns why it cannot be, or nothing."""
        if (prepared := self._view.prepared) is None:
            return self._view.instead
        try:
            lines = await asyncio.to_thread(self._readings.spans, prepared)
        except UnreadableTrace as error:
            return str(error)
        if not lines:
            return "There are no spans of this trace"
        current = self.conversation.current_message() if self.over is None else None
        searched = self._searches.of("view.spans")
        self.span_tree.show(lines, self._view.speaking, self._view.span_of(current), searched)
        self._open(TraceView("view.spans", "spans"))
        return ""

    async def toggle_documents(self) -> None:
        """Open what the trace retrieved, beside the conversation where there is room; then again: close it."""
        if (prepared := self._view.prepared) is None:
            return
        if not self._has_room_beside:
            document = await asyncio.to_thread(self._readings.documents, prepared)
            self._open(TraceView("view.documents", "documents", document))
            return
        self._over.clear()
        self._beside = not self._beside
        if self._beside:
            self._documents.show_of(self._view.trace_id, prepared)
            await self._documents.read([prepared])
        self._changed()

    async def open_facts(self, said: Sequence[Assessment], fates: Mapping[str, str]) -> None:
        """Open what is known of the trace, all that was `said` of it, and how far each of my answers got, in words."""
        if (prepared := self._view.prepared) is not None:
            self._open(await self._facts(prepared, said, fates))

    async def update_facts(self, said: Sequence[Assessment], fates: Mapping[str, str]) -> None:
        """Tell anew what was said and how far answers got, if the facts are in front, without moving what is read."""
        before, prepared = self.over, self._view.prepared
        if before is None or before.action_id != "view.metadata" or prepared is None or self._told == (said, fates):
            return
        facts = await self._facts(prepared, said, fates)
        if self.is_attached and self.over is before:
            self._open(replace(facts, position=self.conversation.moved_to()))

    def open_session(self, session_id: str, document: Document) -> None:
        """Open the conversation that this trace is a turn of."""
        self._open(TraceView("view.session", f"session {one_line(session_id, _LONGEST_NAME)}", document))

    def update_session(self, document: Document) -> None:
        """Show more of the session, if it is in front, without moving what is being read."""
        before = self.over
        if before is not None and before.action_id == "view.session":
            self._open(renewed(before, document, self.conversation.moved_to()))

    async def enter(self) -> str:
        """Open the span under the cursor; from an open span go to its message. Returns why it cannot be, or nothing."""
        over, span, prepared = self.over, self.span_tree.span, self._view.prepared
        if over is None or span is None or prepared is None:
            return _NOTHING_TO_OPEN
        if over.document is None:
            if (document := await self._read_span(prepared, span)) is not None:
                title = f"span {cut(span.name, _LONGEST_NAME, self._ellipsis)}"
                self._over.append(TraceView("overlay.open", title, document))
                self._changed()
            return ""
        return self._go_to_message(span.span_id) if over.action_id == "overlay.open" else _NOTHING_TO_OPEN

    def back(self) -> bool:
        """Close the view in front; tells whether there was one."""
        if self._over:
            self._over.pop()
        elif self.has_documents_beside:
            self._beside = False
        else:
            return False
        self._changed()
        return True

    def go_to_span(self, span_id: str) -> None:
        """Select a span in the open tree."""
        if self.span is not None and self.span.span_id != span_id and self.span_tree.go_to(span_id):
            del self._over[1:]
            self._changed()

    def fold(self) -> str:
        """Open or close the current block, or have media opened; returns why it cannot be, or nothing."""
        front = self.in_front
        media = front.take_media() if isinstance(front, DocumentView) else None
        if media is not None:
            self.post_message(self.MediaChosen(self._view.trace_id, media))
        elif not front.toggle_fold():
            return "Nothing in view folds" if front.has_folds else NO_FOLDS
        return ""

    @on(SpanList.Moved)
    def _span_moved(self, message: SpanList.Moved) -> None:
        message.stop()
        self.post_message(self.SpanSelected())

    @on(SpanList.Picked)
    async def _span_picked(self, message: SpanList.Picked) -> None:
        message.stop()
        await self.enter()

    async def _read_span(self, prepared: PreparedTrace, span: SpanLine) -> Document | None:
        said = self._view.about_spans.get(span.span_id, ())
        return await asyncio.to_thread(self._readings.span, prepared, span.span_id, said)

    async def _update_span(self) -> None:
        """Show anew what was said about the open span, if one is, without moving what is being read."""
        before, span, prepared = self.over, self.span_tree.span, self._view.prepared
        if before is None or before.action_id != "overlay.open" or span is None or prepared is None:
            return
        document = await self._read_span(prepared, span)
        if document is not None and self.is_attached and self.over is before:
            self._over[-1] = renewed(before, document, self.conversation.moved_to())
            self._changed()

    async def _facts(self, prepared: PreparedTrace, said: Sequence[Assessment], fates: Mapping[str, str]) -> TraceView:
        self._told = said, fates
        view = self._view
        document = await asyncio.to_thread(self._readings.facts, prepared, said, fates, view.hidden, view.as_of_ms)
        return TraceView("view.metadata", "metadata", document)

    def _go_to_message(self, span_id: str) -> str:
        message = self._view.message_of(span_id)
        if message is None:
            return "No message of the conversation was read from this span"
        self._over.clear()
        self._changed()
        self.conversation.go_message(message)
        return ""
