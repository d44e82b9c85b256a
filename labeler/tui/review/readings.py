"""What each view shows of a trace. Reading may take long: every method is to be called in a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labeler.desk.document_cache import PreparedTrace
from labeler.domain.assessment import Assessment
from labeler.domain.trace import RawTrace, Trace
from labeler.reading.document import Document
from labeler.reading.views.span_lines import SpanLine, span_lines
from labeler.reading.wire.spans import UnreadableTrace, decode


class Readings:
    """Reads traces anew for their views, and remembers the last one decoded. Imports a view when it is opened."""

    def __init__(self) -> None:
        self._decoded: tuple[RawTrace, Trace] | None = None

    def spans(self, prepared: PreparedTrace) -> list[SpanLine]:
        """Return a line a span. Raises `UnreadableTrace`."""
        return span_lines(self._trace(prepared.raw))

    def span(self, prepared: PreparedTrace, span_id: str, said: Sequence[Assessment]) -> Document | None:
        """Return one span with what was `said` of it, None when there is none of that ID. Raises `UnreadableTrace`."""
        from labeler.reading.views.span import span_document

        return span_document(self._trace(prepared.raw), span_id, said, prepared.as_asked)

    def exact_json(self, prepared: PreparedTrace, hidden: str) -> Document:
        """Return the exact JSON; without what was said about the trace where `hidden`, a sentence, stands in
        its place.
        """
        from labeler.reading.views.raw_json import blind_raw_document, raw_document

        return (blind_raw_document if hidden else raw_document)(prepared.raw)

    def documents(self, prepared: PreparedTrace) -> Document:
        from labeler.reading.views.retrieved_documents import retrieved_document

        return retrieved_document(self._readable(prepared.raw), prepared.others, prepared.as_asked)

    def facts(
        self, prepared: PreparedTrace, said: Sequence[Assessment], fates: Mapping[str, str], hidden: str, as_of_ms: int
    ) -> Document:
        from labeler.reading.views.trace_metadata import trace_facts

        trace = self._readable(prepared.raw)
        parameters = prepared.conversation.parameters
        return trace_facts(
            trace.summary,
            trace.spans,
            said,
            fates,
            parameters=parameters,
            hidden=hidden,
            as_asked=prepared.as_asked,
            as_of_ms=as_of_ms,
        )

    def _trace(self, raw: RawTrace) -> Trace:
        decoded = self._decoded
        if decoded is None or decoded[0] is not raw:
            decoded = self._decoded = raw, decode(raw)
        return decoded[1]

    def _readable(self, raw: RawTrace) -> Trace:
        """Return the trace; without spans where they cannot be read."""
        try:
            return self._trace(raw)
        except UnreadableTrace:
            return Trace(raw.summary, ())
