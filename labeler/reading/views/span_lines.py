"""The spans of a trace as a tree of lines."""

from __future__ import annotations

from labeler.dataclass import dataclass
from labeler.domain.duration import duration_words
from labeler.domain.trace import Span, Trace
from labeler.reading.conversation.exceptions import failure_of
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.sanitise import one_line
from labeler.reading.span_tree import SpanTree
from labeler.reading.wire.summary import NANOSECONDS_PER_MS, span_tokens

_INDENT = "  "
_LENGTH = 200


@dataclass(frozen=True, slots=True)
class SpanLine:
    """One span in the tree. `depth` counts from 0; `duration_ms` is None while the span is unfinished.

    `start_ms` counts from the earliest start in the trace.
    """

    depth: int
    span_id: str
    name: str
    type: str
    status: str
    duration_ms: float | None
    tokens: int | None
    error: str
    start_ms: float = 0.0

    def __str__(self) -> str:
        duration = "unfinished" if self.duration_ms is None else duration_words(self.duration_ms)
        tokens = "" if self.tokens is None else f"{self.tokens:,} tokens"
        error = f"✗ {self.error}" if self.error else ""
        return _INDENT * self.depth + "  ".join(
            part for part in (self.name, self.type, self.status, duration, tokens, error) if part
        )


def span_lines(trace: Trace) -> list[SpanLine]:
    """Return every span, depth first in start order; text is safe to show."""
    tree = SpanTree([with_sides(span) for span in trace.spans])
    began_ns = min((span.start_ns for span in tree.spans if span.start_ns), default=0)
    return [_line(span, depth, began_ns) for root in tree.roots for span, depth in tree.walk(root)]


def _line(span: Span, depth: int, began_ns: int) -> SpanLine:
    tokens = span_tokens(span)
    failure = failure_of(span)
    return SpanLine(
        depth,
        span.id,
        one_line(span.name, _LENGTH) or "unnamed span",
        one_line(span.type or "", _LENGTH),
        span.status,
        (span.end_ns - span.start_ns) / NANOSECONDS_PER_MS if span.end_ns >= span.start_ns > 0 else None,
        tokens.get("total_tokens", sum(tokens.values()) if tokens else None),
        one_line(failure.line, _LENGTH) if failure else "",
        max(0, span.start_ns - began_ns) / NANOSECONDS_PER_MS,
    )
