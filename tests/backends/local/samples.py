"""Small traces and assessments to fill stores with."""

from __future__ import annotations

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.value import JsonValue


def trace(
    trace_id: str,
    *,
    at_ms: int = 1_000,
    name: str = "desk",
    state: TraceState = TraceState.OK,
    tags: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
    assessments: tuple[Assessment, ...] = (),
) -> RawTrace:
    summary = TraceSummary(
        id=trace_id,
        experiment_id="41",
        requested_at_ms=at_ms,
        duration_ms=250,
        state=state,
        name=name,
        session_id="quay",
        tags=tags or {},
        metadata=metadata or {},
        request_preview="When does the ferry leave?",
        assessments=assessments,
    )
    return RawTrace(summary, f'{{"spans": [],\n "id": "{trace_id}"}}'.encode())


def feedback(
    assessment_id: str,
    trace_id: str = "tr-1",
    value: JsonValue = True,
    *,
    overrides: str | None = None,
    rationale: str | None = None,
) -> Assessment:
    return Assessment(
        id=assessment_id,
        trace_id=trace_id,
        name="helpful",
        kind=AssessmentKind.FEEDBACK,
        value=value,
        source=Source(SourceType.HUMAN, "ana"),
        rationale=rationale,
        metadata={"labeler.id": assessment_id},
        created_at_ms=5_000,
        updated_at_ms=5_000,
        overrides=overrides,
    )
