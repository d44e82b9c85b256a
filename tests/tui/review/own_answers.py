"""Answers of the reviewer's own that were given elsewhere."""

from __future__ import annotations

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.value import JsonValue
from tests.tui.review.asked import THUMB
from tests.tui.review.table import REVIEWER


def said(trace_id: str, name: str, value: JsonValue, at_ms: int) -> Assessment:
    source = Source(SourceType.HUMAN, REVIEWER)
    return Assessment(
        name, trace_id, THUMB.name, AssessmentKind.FEEDBACK, value, source, f"by {name}", created_at_ms=at_ms
    )
