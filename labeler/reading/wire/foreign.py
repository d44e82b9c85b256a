"""Objects that carry spans and are no traces of MLflow's: read as such, their texts would be lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.identifiers import Object

_ENVELOPE: Final = frozenset(
    (
        "trace", "data", "spans", "trace_info", "info", "request", "response", "next_page_token", "trace_id",
        "request_id", "client_request_id", "state", "status", "request_time", "timestamp_ms", "execution_duration",
        "execution_time_ms", "trace_metadata", "request_metadata", "tags", "assessments", "trace_location",
        "experiment_id", "request_preview", "response_preview", "labels", "labeler_labels",
    )
)  # fmt: skip
"""What MLflow's bodies have, and the columns of its tables."""

_SPAN: Final = frozenset(
    (
        "name", "context", "trace_id", "traceId", "span_id", "spanId", "parent_id", "parent_span_id", "parentSpanId",
        "start_time", "end_time", "start_time_unix_nano", "end_time_unix_nano", "startTimeUnixNano", "endTimeUnixNano",
        "start_time_ns", "end_time_ns", "status", "status_code", "status_message", "attributes", "events", "links",
        "kind", "span_type", "trace_state", "traceState", "flags", "resource", "instrumentation_scope",
    )
)  # fmt: skip
_LEAST_CHARACTERS: Final = 8
"""A text that is shorter is rather a code than content."""


def is_foreign(body: Object, spans: Iterable[Object]) -> bool:
    """Return whether a body without trace info is somebody else's: spans without IDs, or texts where MLflow has
    none.
    """
    return _holds_texts(body, _ENVELOPE) or any(not _is_identified(span) or _holds_texts(span, _SPAN) for span in spans)


def _is_identified(span: Object) -> bool:
    context = span.get("context")
    inside = context if isinstance(context, Mapping) else {}
    return any(
        isinstance(each, str) and each for each in (span.get("span_id"), span.get("spanId"), inside.get("span_id"))
    )


def _holds_texts(holder: Object, known: frozenset[str]) -> bool:
    return any(_has_text(value) for key, value in holder.items() if key not in known)


def _has_text(value: JsonValue) -> bool:
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text if len(text) >= _LEAST_CHARACTERS:
                return True
            case list() as members:
                pending.extend(members)
            case Mapping() as holder:
                pending.extend(holder.values())
    return False
