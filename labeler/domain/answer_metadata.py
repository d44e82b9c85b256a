"""The metadata keys of labeler's assessments, and the way from an assessment back to an answer.

The keys are those of the interface contract, section 7. All values are strings: MLflow drops whatever follows another.
"""

from __future__ import annotations

from typing import Final

from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.change import Answer, Blind, TracePlace
from labeler.domain.value import JsonValue

ID: Final = "labeler.id"
"""The assessment's ID as labeler minted it, whatever the server calls it."""

VERSION: Final = "labeler.version"
DURATION_MS: Final = "labeler.duration_ms"
BLIND: Final = "labeler.blind"
QUEUE: Final = "labeler.queue"
SPRINT: Final = "labeler.sprint"
ROLE: Final = "labeler.role"
ADJUDICATES: Final = "labeler.adjudicates"
"""The IDs of the labels that a lead's decision is about, with commas between."""

REPEAT: Final = "labeler.repeat"
"""The trace from which the answer was taken over."""

BULK: Final = "labeler.bulk"
"""How many items were answered together with this one, in one step."""

FILE: Final = "labeler.file"
LINE: Final = "labeler.line"
"""Where a trace came from: the name of a file, and the line, entry or row of it, from 1."""

RATIONALE: Final = "labeler.rationale"
"""The comment of an expectation, whose rationale the server drops."""

_MOST_DIGITS: Final = 15
"""Digits of a duration, which anybody may have written: enough for a lifetime in milliseconds, and quickly read."""


def place_metadata(place: TracePlace) -> dict[str, str]:
    """Return the metadata that say where a trace came from."""
    line = {} if place.line is None else {LINE: str(place.line)}
    return {FILE: place.file, **line}


def answer_of(assessment: Assessment, value: JsonValue) -> Answer:
    """Return the answer that an assessment is, with `value` as the question takes it."""
    return Answer(
        assessment.id,
        value,
        comment_of(assessment),
        assessment.created_at_ms,
        duration_ms_of(assessment),
        _blind_of(assessment),
        overrides=assessment.overrides,
        repeats=assessment.metadata.get(REPEAT),
        bulk=_whole_number(assessment.metadata.get(BULK, "")),
    )


def comment_of(assessment: Assessment) -> str | None:
    """Return the comment of an assessment, None for an empty one. An expectation's travels as metadata."""
    if assessment.kind is AssessmentKind.EXPECTATION:
        return assessment.metadata.get(RATIONALE) or assessment.rationale or None
    return assessment.rationale or None


def duration_ms_of(assessment: Assessment) -> int:
    """Return how long the answer took, in milliseconds; 0 where that was not written down as a whole number."""
    return _whole_number(assessment.metadata.get(DURATION_MS, "")) or 0


def _whole_number(written: str) -> int | None:
    return int(written[:_MOST_DIGITS]) if written.isascii() and written.isdecimal() else None


def _blind_of(assessment: Assessment) -> Blind:
    """Return whether an answer was given blind; not where nobody wrote it down."""
    written = assessment.metadata.get(BLIND, "")
    return next((blind for blind in Blind if blind == written), Blind.NO)
