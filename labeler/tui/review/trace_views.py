"""What the trace pane shows: the trace it is given, the views over it, the keys worth pressing there. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labeler.desk.document_cache import PreparedTrace
from labeler.domain.assessment import Assessment
from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.document.position import ViewPosition


@dataclass(eq=False, frozen=True, slots=True)
class TraceView:
    """A view over the conversation. `document` None: the list of spans. `position`: where it opens, if not as usual."""

    action_id: str
    title: str
    document: Document | None = None
    position: ViewPosition | None = None


@dataclass(frozen=True, slots=True)
class PaneView:
    """The trace to be read, and what of its review its views depend on.

    `prepared` is None while it is not here; then the sentence `instead` stands in its place. `aim` is the span that the
    questions are about, if it is not the trace; `is_choosing` tells of a choice of several that was begun.
    `about_spans` is what stands of what was said about spans, by span ID. `as_of_ms` is when what is known of the trace
    was read, in milliseconds since the epoch; 0 while it is kept fresh.
    """

    trace_id: str
    prepared: PreparedTrace | None
    instead: str
    is_blind: bool
    has_questions: bool
    aim: str | None
    is_choosing: bool
    about_spans: Mapping[str, Sequence[Assessment]]
    as_of_ms: int = 0

    def message_of(self, span_id: str) -> int | None:
        """Return the message of the conversation that was read from a span."""
        blocks = self.prepared.document.blocks if self.prepared else ()
        return next((block.message for block in blocks if block.span_id == span_id), None)

    @property
    def is_choosing_of_span(self) -> bool:
        """Whether a choice of several about a span was begun, which Enter ends."""
        return self.aim is not None and self.is_choosing

    @property
    def speaking(self) -> frozenset[str]:
        """The IDs of the spans that the conversation is read from."""
        blocks = self.prepared.document.blocks if self.prepared else ()
        return frozenset(block.span_id for block in blocks if block.span_id)

    def span_of(self, message: int | None) -> str | None:
        """Return the ID of the span that a message of the conversation was read from."""
        blocks = self.prepared.document.blocks if self.prepared else ()
        return next((block.span_id for block in blocks if block.message == message and block.span_id), None)

    @property
    def hidden(self) -> str:
        """The sentence in the place of what others said; empty where that is shown."""
        return "What others said is hidden: this review is blind." if self.is_blind else ""

    @property
    def placeholder(self) -> Document:
        """What stands in the place of a trace that is not here."""
        return Document(self.trace_id, "", "", (Block(BlockKind.NOTE, self.instead),), None, None)


def renewed(view: TraceView, document: Document, stands: ViewPosition | None) -> TraceView:
    """Return the view with what was read anew, which may have more above; `stands`: where its reader went, if
    anywhere.
    """
    more = len(document.blocks) - (len(view.document.blocks) if view.document is not None else 0)
    return replace(view, document=document, position=stands and stands.with_more_above(more))


def place_words(title: str, first: int, last: int, total: int) -> str:
    """Return what is in front, and which of its lines are in view: ``documents   line 1-14 of 40``."""
    return "   ".join(part for part in (title, f"line {first}–{last} of {total}" if total else "") if part)


def hints(view: PaneView, over: TraceView | None, span_id: str | None) -> list[tuple[str, str]]:
    """Actions worth a key press in what stands over the conversation, or beside it; `span_id` is the selected span."""
    if over is None:
        return [("view.fold", "fold"), ("overlay.close", "close")]
    lists_spans, is_of_span = over.document is None, over.action_id == "overlay.open"
    of_span: list[tuple[str, str]] = []
    if lists_spans:
        of_span.append(("overlay.open", "open"))
    elif is_of_span and span_id is not None and view.message_of(span_id) is not None:
        of_span.append(("overlay.open", "its message"))
    if view.has_questions and (lists_spans or is_of_span):
        of_span.append(("view.aim", "aim" if view.aim is None else "end aim"))
    return [*of_span, ("view.fold", "fold"), ("view.search", "search"), ("overlay.close", "close")]
