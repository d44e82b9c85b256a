"""What a test may say of an assessment beside what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from labeler.domain.assessment import AssessmentKind, Source


class AssessmentFields(TypedDict, total=False):
    """As in `Assessment`."""

    kind: AssessmentKind
    source: Source
    rationale: str | None
    span_id: str | None
    metadata: Mapping[str, str]
    valid: bool
    overrides: str | None
    error: str | None
