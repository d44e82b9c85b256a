"""Encodes trace summaries as JSON for the cache.

What an earlier version cannot decode, or this one not of an earlier, needs a new `FORMAT` in `labeler.cache.tables`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import TraceState, TraceSummary


def encode_summary(summary: TraceSummary) -> str:
    """Encode a summary as ASCII JSON, so that lone surrogates in it survive the database."""
    fields = {
        "id": summary.id,
        "experiment_id": summary.experiment_id,
        "requested_at_ms": summary.requested_at_ms,
        "duration_ms": summary.duration_ms,
        "state": summary.state,
        "name": summary.name,
        "session_id": summary.session_id,
        "user": summary.user,
        "tags": dict(summary.tags),
        "metadata": dict(summary.metadata),
        "request_preview": summary.request_preview,
        "response_preview": summary.response_preview,
        "assessments": [_assessment_fields(assessment) for assessment in summary.assessments],
        "read_at_ms": summary.read_at_ms,
    }
    return json.dumps(fields, separators=(",", ":"), default=_plain_mapping)


def session_text(session_id: str) -> str:
    """Return the text that the JSON of every summary of a session contains. SQLite's JSON functions fail on NaN."""
    return json.dumps({"session_id": session_id}, separators=(",", ":"))[1:-1]


def decode_summary(text: str) -> TraceSummary:
    """Decode what `encode_summary` encoded."""
    fields = json.loads(text)
    fields["state"] = TraceState(fields["state"])
    fields["assessments"] = tuple(_assessment(inner) for inner in fields["assessments"])
    return TraceSummary(**fields)


def _assessment_fields(assessment: Assessment) -> dict[str, Any]:
    """Return the fields of an assessment. Most of those that may be left out are empty, and are."""
    fields: dict[str, Any] = {
        "id": assessment.id,
        "trace_id": assessment.trace_id,
        "name": assessment.name,
        "kind": assessment.kind,
        "value": assessment.value,
        "source": (assessment.source.type, assessment.source.id),
        "created_at_ms": assessment.created_at_ms,
        "updated_at_ms": assessment.updated_at_ms,
    }
    if assessment.rationale is not None:
        fields["rationale"] = assessment.rationale
    if assessment.span_id is not None:
        fields["span_id"] = assessment.span_id
    if assessment.metadata:
        fields["metadata"] = dict(assessment.metadata)
    if not assessment.valid:
        fields["valid"] = False
    if assessment.overrides is not None:
        fields["overrides"] = assessment.overrides
    if assessment.error is not None:
        fields["error"] = assessment.error
    return fields


def _assessment(fields: dict[str, Any]) -> Assessment:
    source_type, source_id = fields["source"]
    fields["kind"] = AssessmentKind(fields["kind"])
    fields["source"] = Source(SourceType(source_type), source_id)
    return Assessment(**fields)


def _plain_mapping(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
