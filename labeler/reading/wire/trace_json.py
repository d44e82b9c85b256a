"""A trace as MLflow's own `Trace.from_json` reads it: its info with assessments, and its spans."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final

from labeler.domain.assessment import Assessment
from labeler.domain.moment import utc_text
from labeler.domain.trace import Span, Trace
from labeler.domain.value import JsonValue
from labeler.reading.wire.envelopes import assessment_to_wire
from labeler.reading.wire.identifiers import REQUEST_ID

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")
_PREFIX: Final = "tr-"
_STATUS: Final = {"OK": "STATUS_CODE_OK", "ERROR": "STATUS_CODE_ERROR"}


def trace_as_mlflow_json(trace: Trace, assessments: Iterable[Assessment]) -> dict[str, JsonValue]:
    """Return a trace with these assessments in place of its own."""
    summary = trace.summary
    place: dict[str, JsonValue] = {
        "type": "MLFLOW_EXPERIMENT",
        "mlflow_experiment": {"experiment_id": summary.experiment_id},
    }
    info: dict[str, JsonValue] = {
        "trace_id": summary.id,
        "trace_location": place,
        "request_time": utc_text(summary.requested_at_ms),
        "execution_duration_ms": summary.duration_ms,
        "state": summary.state.value,
        "trace_metadata": dict(summary.metadata),
        "tags": dict(summary.tags),
        "request_preview": summary.request_preview,
        "response_preview": summary.response_preview,
        "assessments": [assessment_to_wire(each) for each in assessments],
    }
    return {
        "info": {key: value for key, value in info.items() if value is not None},
        "data": {"spans": [_span(span, summary.id) for span in trace.spans]},
    }


def _span(span: Span, trace_id: str) -> JsonValue:
    attributes: dict[str, JsonValue] = {
        name: json.dumps(value, ensure_ascii=False) for name, value in span.attributes.items()
    }
    return {
        "trace_id": _bytes_of(trace_id.removeprefix(_PREFIX), _TRACE_ID, 16),
        "span_id": _bytes_of(span.id, _SPAN_ID, 8),
        "parent_span_id": None if span.parent_id is None else _bytes_of(span.parent_id, _SPAN_ID, 8),
        "name": span.name,
        "start_time_unix_nano": span.start_ns,
        "end_time_unix_nano": span.end_ns or None,
        "events": [
            {"name": event.name, "time_unix_nano": event.at_ns, "attributes": dict(event.attributes)}
            for event in span.events
        ],
        "status": {"code": _STATUS.get(span.status, "STATUS_CODE_UNSET"), "message": span.status_message},
        # Attributes are JSON texts there, and a span without this one is refused.
        "attributes": {**attributes, REQUEST_ID: json.dumps(trace_id)},
    }


def _bytes_of(identifier: str, form: re.Pattern[str], size: int) -> str:
    """Return an ID in base64; one that is not hexadecimal, as older clients write, is hashed to the same length."""
    is_hexadecimal = form.fullmatch(identifier)
    raw = bytes.fromhex(identifier) if is_hexadecimal else hashlib.sha256(identifier.encode()).digest()[:size]
    return base64.b64encode(raw).decode()
