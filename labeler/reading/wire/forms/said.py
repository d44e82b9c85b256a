"""What exports say about a trace: scores, feedback and expected answers, as assessments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, Source, SourceType
from labeler.domain.value import MAX_NAME_LENGTH, JsonValue
from labeler.reading.wire.forms.form import nanoseconds

IN_FILE: Final = Source(SourceType.UNSPECIFIED, "in the file")
"""Who said it, where a file holds a value and not whose it is."""

_NS_PER_MS: Final = 1_000_000


def feedback(
    name: str,
    value: JsonValue,
    source: Source,
    *,
    comment: JsonValue = None,
    at: JsonValue = None,
    span_id: str | None = None,
    metadata: Mapping[str, str] = NOTHING,
    kind: AssessmentKind = AssessmentKind.FEEDBACK,
    assessment_id: str = "",
) -> Assessment:
    """Return a feedback or expectation in an export, still without the trace's ID."""
    at_ms = nanoseconds(at) // _NS_PER_MS
    return Assessment(
        id=assessment_id,
        trace_id="",
        name=_storable(name)[:MAX_NAME_LENGTH] or "score",
        kind=kind,
        value=_finite(value),
        source=Source(source.type, _storable(source.id)),
        rationale=_storable(comment) or None if isinstance(comment, str) else None,
        span_id=span_id,
        metadata=metadata,
        created_at_ms=at_ms,
        updated_at_ms=at_ms,
    )


def expected(name: str, value: JsonValue) -> Assessment:
    """Return what an answer should have been, as a file has it."""
    return feedback(name, value, IN_FILE, kind=AssessmentKind.EXPECTATION)


def _finite(value: JsonValue) -> JsonValue:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _storable(text: str) -> str:
    """Return a text without what no store can hold: NUL, and halves of characters."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8").strip()
