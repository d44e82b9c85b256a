"""What stands over the conversation: other views of the trace, each closed by q or Esc, and where they lead."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from labeler.desk.document_cache import PreparedTrace
from labeler.reading.document import Document
from labeler.reading.sanitise import one_line
from labeler.reading.views.raw_json import blind_raw_document, raw_document
from labeler.reading.views.span_lines import SpanLine
from labeler.reading.wire.spans import UnreadableTrace
from labeler.tui.actions import Action
from labeler.tui.document.position import ViewPosition
from labeler.tui.document.view import DocumentView
from labeler.tui.review.readings import Readings
from labeler.tui.review.span_tree import SpanList
from labeler.tui.widgets.delivery_sign import fate_words
from labeler.tui.widgets.styled_text import cut

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

BESIDE_FROM_WIDTH: Final = 140
"""Cells from which retrieved documents stand beside the response instead of over it."""

_KEPT: Final = 24
"""Traces whose retrieved documents stay read while they stand beside the conversation."""

_LONGEST_NAME: Final = 32
"""Cells of a name in the header."""

_NOTHING_YET: Final = Document("", "", "", (), None, None)
_HIDDEN: Final = "What others said is hidden: this review is blind."


@dataclass(eq=False, frozen=True, slots=True)
class Face:
    """A view over the conversation. `document` None: the list of spans. `position`: where it opens, if not as usual."""

    action_id: str
    title: str
    document: Document | None = None
    position: ViewPosition | None = None


class Views:
    """The views that are open on a review screen, the last one in front."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self._faces: list[Face] = []
        self._beside = False
        self._readings = Readings()
        self._retrieved: OrderedDict[str, Document] = OrderedDict()
        self._shown_beside: Document | None = None
        self._fates: dict[str, str] = {}

    @property
    def face(self) -> Face | None:
        """The view in front of the conversation, if there is one."""
        return self._faces[-1] if self._faces else None

    @property
    def in_front(self) -> SpanList | DocumentView:
        """What keys that scroll, fold and search are about."""
        if self.face is not None:
            return self._screen.document if self.face.document is not None else self._spans
        return self._pane if self.documents_beside else self._screen.document

    @property
    def documents_beside(self) -> bool:
        """Whether the retrieved documents stand beside the conversation."""
        return self._beside and self._screen.size.width >= BESIDE_FROM_WIDTH

    @property
    def is_open(self) -> bool:
        return self.face is not None or self.documents_beside

    def takes(self, action: Action) -> bool:
        """Whether an action makes sense now: beside documents nothing opens, and Enter goes on with the review.

        Enter also ends a choice of several about a span that was begun.
        """
        state = self._screen.desk.state
        is_choosing = state.aim is not None and state.choosing
        return action.id != "overlay.open" or (self.face is not None and not is_choosing)

    @property
    def span(self) -> SpanLine | None:
        """The span that is selected in the tree, or open from there; None while the tree is not open."""
        return self._spans.span if self._faces[:1] and self._faces[0].action_id == "view.spans" else None

    def go_to_span(self, span_id: str) -> None:
        """Select a span in the open tree."""
        if self.span is not None and self.span.span_id != span_id and self._spans.go_to(span_id):
            del self._faces[1:]
            self._changed()

    @property
    def hints(self) -> list[tuple[str, str]]:
        """Actions worth a key press in the view in front, with their words."""
        if self.face is None:
            return [("view.fold", "fold"), ("overlay.close", "close")]
        of_span: list[tuple[str, str]] = []
        state, span = self._screen.desk.state, self._spans.span
        if self.face.document is None:
            of_span.append(("overlay.open", "open"))
        elif self.face.action_id == "overlay.open" and span is not None and self._message_of(span.span_id) is not None:
            of_span.append(("overlay.open", "its message"))
        if state.questions and (self.face.document is None or self.face.action_id == "overlay.open"):
            of_span.append(("view.aim", "aim" if state.aim is None else "end aim"))
        return [*of_span, ("view.fold", "fold"), ("view.search", "search"), ("overlay.close", "close")]

    @property
    def place(self) -> str:
        """What the header says of the view in front: what it is, and which part of it is in view."""
        front = self.in_front
        if isinstance(front, SpanList):
            return front.place
        first, last, total = front.line_range()
        title = self.face.title if self.face is not None else "documents" if self.documents_beside else ""
        return "   ".join(part for part in (title, f"line {first}–{last} of {total}" if total else "") if part)

    # Opening and closing

    async def toggle(self, action_id: str) -> None:
        """Open a view of the current trace, or close it when it is open."""
        open_already = [face.action_id for face in self._faces]
        if open_already[:1] == [action_id]:
            del self._faces[1 if len(open_already) > 1 else 0 :]
            self._changed()
            return
        prepared = self._prepared
        if prepared is None:
            item = self._screen.desk.state.item
            self._screen.say(
                self._screen.desk.why_absent(item.trace_id) if item else "The worklist is empty", "warning"
            )
            return
        match action_id:
            case "view.raw":
                read = blind_raw_document if self._screen.desk.state.rules.blind else raw_document
                document = await asyncio.to_thread(read, prepared.raw)
                self._open(Face(action_id, "exact JSON", document))
            case "view.spans":
                await self._open_spans(prepared)
            case "view.metadata":
                self._open(await self._facts_face(prepared))
            case "view.session":
                await self._open_session(prepared)
            case "view.documents":
                await self._open_documents(prepared)

    def back(self) -> bool:
        """Close the view in front; tells whether there was one."""
        if self._faces:
            self._faces.pop()
        elif self.documents_beside:
            self._beside = False
        else:
            return False
        self._screen.leaving.closed()
        self._changed()
        return True

    async def enter(self) -> None:
        """Open the span under the cursor; from an open span go to its message in the conversation."""
        face, span = self.face, self._spans.span
        if face is None or span is None or self._prepared is None:
            self._screen.say("There is nothing to open here", "warning")
        elif face.document is None:
            document = await asyncio.to_thread(self._readings.span, self._prepared, span.span_id)
            if document is not None:
                name = cut(span.name, _LONGEST_NAME, self._screen.look.signs.ellipsis)
                self._faces.append(Face("overlay.open", f"span {name}", document))
                self._changed()
        elif face.action_id == "overlay.open":
            self._go_to_message(span.span_id)
        else:
            self._screen.say("There is nothing to open here", "warning")

    def end_search(self) -> None:
        """Unmark what a search found, whichever view it was in."""
        for view in (self._screen.document, self._spans, self._pane):
            view.end_search()

    def go_answer(self) -> None:
        """In the conversation, also beside documents: to the response, or its request."""
        if not isinstance(self.in_front, SpanList):
            self._screen.document.go_answer()

    def item_left(self) -> None:
        """Another trace is the current one: what stood over the one before is closed, what stands beside changes."""
        if self._faces:
            self._faces.clear()
            self._show()
        if self.documents_beside:
            item = self._screen.desk.state.item
            self._show_beside(self._retrieved.get(item.trace_id if item else "", _NOTHING_YET))
            self.fill_pane()

    def fill_pane(self) -> None:
        """Have the documents beside the conversation be those of the current trace, as soon as it is there."""
        if self.documents_beside:
            self._screen.run_worker(self._fill_pane(), group="documents")

    async def session_changed(self, trace_id: str) -> None:
        """More of a session is here: show it, if it is still in front, without moving what is being read."""
        before, prepared = self.face, self._prepared
        if before is None or before.action_id != "view.session" or prepared is None:
            return
        if prepared.raw.summary.id == trace_id:
            face = await self._session_face(prepared)
            if self._screen.is_gone:
                return
            if self.face is before and before.document is not None and face.document is not None:
                more = len(face.document.blocks) - len(before.document.blocks)
                stands = self._screen.document.moved_to()
                self._open(replace(face, position=stands and stands.with_more_above(more)))

    def fates_changed(self) -> None:
        """Answers may have got further: say so in the facts, if they are in front."""
        face, prepared = self.face, self._prepared
        if face is not None and face.action_id == "view.metadata" and prepared is not None:
            self._screen.run_worker(self._update_facts(face, prepared), group="facts")

    # What stands on the screen

    @property
    def _spans(self) -> SpanList:
        return self._screen.query_one(SpanList)

    @property
    def _pane(self) -> DocumentView:
        return self._screen.query_one("#documents", DocumentView)

    @property
    def _prepared(self) -> PreparedTrace | None:
        item = self._screen.desk.state.item
        return self._screen.desk.library.get(item.trace_id) if item else None

    def _open(self, face: Face) -> None:
        self._faces = [face]
        self._changed()

    def _changed(self) -> None:
        self._screen.end_search()
        self._show()
        self._screen.paint_document()
        self._screen.paint_chrome()

    def _show(self) -> None:
        """Put on the screen what is in front."""
        lists_spans = self.face is not None and self.face.document is None
        self._screen.document.display = not lists_spans
        self._spans.display = lists_spans
        for name in ("#documents", "#documents-edge"):
            self._screen.query_one(name).display = self.documents_beside

    def resized(self) -> None:
        """The width of the screen may no longer, or again, have room for documents beside the conversation."""
        self._show()
        self.fill_pane()

    # The views

    async def _open_spans(self, prepared: PreparedTrace) -> None:
        try:
            lines = await asyncio.to_thread(self._readings.spans, prepared)
        except UnreadableTrace as error:
            self._screen.say(str(error), "warning")
            return
        if not lines:
            self._screen.say("No spans were recorded for this trace", "warning")
            return
        blocks = prepared.document.blocks
        current = self._screen.document.current_message() if self.face is None else None
        at = next((block.span_id for block in blocks if block.message == current and block.span_id), None)
        self._spans.show(lines, {block.span_id for block in blocks if block.span_id}, at)
        self._open(Face("view.spans", "spans"))

    async def _open_documents(self, prepared: PreparedTrace) -> None:
        if self._screen.size.width < BESIDE_FROM_WIDTH:
            document = await asyncio.to_thread(self._readings.documents, prepared)
            self._open(Face("view.documents", "documents", document))
            return
        self._faces.clear()
        self._beside = not self._beside
        if self._beside:
            await self._fill_pane()
        self._changed()

    async def _fill_pane(self) -> None:
        """Read the documents of the current trace, then those of the traces that come next."""
        desk = self._screen.desk
        for trace_id in desk.wanted():
            prepared = desk.library.get(trace_id)
            if prepared is not None and trace_id not in self._retrieved:
                self._retrieved[trace_id] = await asyncio.to_thread(self._readings.documents, prepared)
            if self._screen.is_gone:
                return
            if desk.state.item is not None and trace_id == desk.state.item.trace_id:
                self._show_beside(self._retrieved.get(trace_id, _NOTHING_YET))
        while len(self._retrieved) > _KEPT:
            self._retrieved.popitem(last=False)

    def _show_beside(self, document: Document) -> None:
        if document is not self._shown_beside:
            self._shown_beside = document
            self._pane.show(document)

    async def _open_session(self, prepared: PreparedTrace) -> None:
        summary = prepared.raw.summary
        if not summary.session_id:
            self._screen.say("This trace is not part of a session", "warning")
            return
        desk = self._screen.desk
        desk.sessions.look_for(summary, desk.connection)
        self._open(await self._session_face(prepared))

    async def _session_face(self, prepared: PreparedTrace) -> Face:
        document = await self._screen.desk.sessions.document(prepared.raw)
        session = one_line(prepared.raw.summary.session_id or "", _LONGEST_NAME)
        return Face("view.session", f"session {session}", document)

    async def _facts_face(self, prepared: PreparedTrace) -> Face:
        desk = self._screen.desk
        said, hidden = desk.known.about(prepared.raw.summary.id), _HIDDEN if desk.state.rules.blind else ""
        self._fates = self._fates_of(prepared)
        document = await asyncio.to_thread(self._readings.facts, prepared, said, self._fates, hidden)
        return Face("view.metadata", "metadata", document)

    async def _update_facts(self, before: Face, prepared: PreparedTrace) -> None:
        """Show anew how far answers got, without moving what is being read."""
        if self._fates_of(prepared) == self._fates:
            return
        face = await self._facts_face(prepared)
        if not self._screen.is_gone and self.face is before:
            self._open(replace(face, position=self._screen.document.moved_to()))

    def _fates_of(self, prepared: PreparedTrace) -> dict[str, str]:
        """How far my answers about a trace got, in words, by assessment ID."""
        desk = self._screen.desk
        fates = {each.id: desk.deliveries.fates.get(each.id) for each in desk.known.about(prepared.raw.summary.id)}
        return {each: fate_words(fate.state, fate.reason) for each, fate in fates.items() if fate is not None}

    def _message_of(self, span_id: str) -> int | None:
        """The message of the conversation that was read from a span."""
        blocks = self._prepared.document.blocks if self._prepared else ()
        return next((block.message for block in blocks if block.span_id == span_id), None)

    def _go_to_message(self, span_id: str) -> None:
        message = self._message_of(span_id)
        if message is None:
            self._screen.say("No message of the conversation was read from this span", "warning")
            return
        self._faces.clear()
        self._changed()
        self._screen.document.go_message(message)
