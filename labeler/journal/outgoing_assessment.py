"""Builds the assessment that carries an answer to the backend, with the metadata that users can rely on."""

from __future__ import annotations

import uuid

from labeler import __version__
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Answer
from labeler.domain.value import same_value


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Where an answer stands (a cell): whose, on which trace or span, to which question, at which destination.

    `scope` is the slug of the sprint that it is given in, or empty.
    """

    destination_id: int
    review_id: str | None
    queue_id: str | None
    reviewer: str
    trace_id: str
    span_id: str | None
    question: str
    kind: AssessmentKind
    scope: str = ""


def mint_id() -> str:
    """Return a new assessment ID: ``a-`` and 32 hexadecimal digits."""
    return f"a-{uuid.uuid4().hex}"


def assessment_for(cell: AnswerKey, answer: Answer, overrides: str | None) -> Assessment:
    """Build the assessment of an answer. An expectation's comment goes to metadata: the server drops its rationale."""
    is_expectation = cell.kind is AssessmentKind.EXPECTATION
    metadata = {
        answer_metadata.ID: answer.assessment_id,
        answer_metadata.VERSION: __version__,
        answer_metadata.BLIND: answer.blind.value,
    }
    if answer.bulk is None:
        metadata[answer_metadata.DURATION_MS] = str(answer.duration_ms)
    else:
        metadata[answer_metadata.BULK] = str(answer.bulk)
    if cell.queue_id is not None:
        metadata[answer_metadata.QUEUE] = cell.queue_id
    if cell.scope:
        metadata[answer_metadata.SPRINT] = cell.scope
    if answer.repeats is not None:
        metadata[answer_metadata.REPEAT] = answer.repeats
    if answer.place is not None:
        metadata |= answer_metadata.place_metadata(answer.place)
    if is_expectation and answer.comment:
        metadata[answer_metadata.RATIONALE] = answer.comment
    return Assessment(
        id=answer.assessment_id,
        trace_id=cell.trace_id,
        name=cell.question,
        kind=cell.kind,
        value=answer.value,
        source=Source(SourceType.HUMAN, cell.reviewer),
        rationale=None if is_expectation else answer.comment or None,
        span_id=cell.span_id,
        metadata=metadata,
        created_at_ms=answer.answered_at_ms,
        updated_at_ms=answer.answered_at_ms,
        overrides=overrides,
    )


def same_content(one: Answer, other: Answer) -> bool:
    """Return whether two answers have the same value and comment, whatever their IDs and times."""
    return same_value(one.value, other.value) and (one.comment or "") == (other.comment or "")
