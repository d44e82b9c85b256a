"""A trace's summary made from its spans, for payloads that come without trace info."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import Span, TraceState, TraceSummary
from labeler.domain.value import JsonValue

NANOSECONDS_PER_MS: Final = 1_000_000

SESSION_KEYS: Final = (
    "mlflow.trace.session",
    "session.id",
    "gen_ai.conversation.id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
    "ai.telemetry.metadata.sessionId",
    "gcp.vertex.agent.session_id",
    "voltagent.conversation_id",
)
"""Attributes that name the conversation a trace belongs to, most explicit first."""

USER_KEYS: Final = (
    "mlflow.trace.user",
    "user.id",
    "enduser.id",
    "langfuse.user.id",
    "traceloop.association.properties.user_id",
    "ai.telemetry.metadata.userId",
)

_TOKEN_KEYS: Final = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
}


def summary_of(trace_id: str | None, spans: Sequence[Span], payload: bytes) -> TraceSummary:
    """Return the summary that a recorder would have written. Without a trace ID, one is derived from the payload."""
    root = roots_of(spans)[0] if spans else None
    starts = [span.start_ns for span in spans if span.start_ns]
    started = root.start_ns if root and root.start_ns else min(starts, default=0)
    ended = root.end_ns if root else 0
    session, user = _first_text(spans, SESSION_KEYS), _first_text(spans, USER_KEYS)
    tokens = tokens_of(spans)
    metadata = {
        "mlflow.trace.session": session,
        "mlflow.trace.user": user,
        "mlflow.trace.tokenUsage": json.dumps(tokens) if tokens else None,
    }
    return TraceSummary(
        id=trace_id or f"tr-{hashlib.sha256(payload).hexdigest()[:32]}",
        experiment_id="",
        requested_at_ms=started // NANOSECONDS_PER_MS,
        duration_ms=(ended - started) // NANOSECONDS_PER_MS if ended >= started > 0 else None,
        state=_state(root),
        name=root.name if root else "",
        session_id=session,
        user=user,
        metadata={key: value for key, value in metadata.items() if value is not None},
    )


def roots_of(spans: Sequence[Span]) -> list[Span]:
    """Return the spans whose parent is not among them, in start order; where each has one (a ring), the first span."""
    ids = {span.id for span in spans}
    roots = [span for span in spans if span.parent_id is None or span.parent_id not in ids]
    return roots or list(spans[:1])


def tokens_of(spans: Iterable[Span]) -> dict[str, int]:
    """Tokens summed over the spans that spent them; empty when none says."""
    total: dict[str, int] = {}
    for span in spans:
        for kind, count in span_tokens(span).items():
            total[kind] = total.get(kind, 0) + count
    return total


def span_tokens(span: Span) -> dict[str, int]:
    """Return the tokens one span says it spent: ``input_tokens``, ``output_tokens``, ``total_tokens`` where it says
    them.
    """
    usage = span.attributes.get("mlflow.chat.tokenUsage")
    if isinstance(usage, Mapping):
        return {key: count for key in _COUNTED if isinstance(count := usage.get(key), int)}
    found = {kind: count for kind, keys in _TOKEN_KEYS.items() if (count := _first_count(span, keys)) is not None}
    return found | {"total_tokens": sum(found.values())} if found else {}


_COUNTED: Final = ("input_tokens", "output_tokens", "total_tokens")


def _state(root: Span | None) -> TraceState:
    if root is None:
        return TraceState.UNSPECIFIED
    if root.status == "ERROR":
        return TraceState.ERROR
    return TraceState.OK if root.end_ns else TraceState.IN_PROGRESS


def _first_count(span: Span, keys: Iterable[str]) -> int | None:
    counts = (span.attributes.get(key) for key in keys)
    return next((count for count in counts if isinstance(count, int)), None)


def _first_text(spans: Sequence[Span], keys: Iterable[str]) -> str | None:
    return next((text for key in keys for text in _texts(spans, key)), None)


def _texts(spans: Sequence[Span], key: str) -> Iterator[str]:
    values: Iterator[JsonValue] = (span.attributes.get(key) for span in spans)
    return (str(value) for value in values if isinstance(value, str | int) and value)
