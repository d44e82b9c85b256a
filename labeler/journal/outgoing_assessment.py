"""Builds the assessment that carries an answer to the backend, with the metadata that users can rely on."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from labeler import __version__
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import ADJUDICATION, next_decision
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Answer
from labeler.domain.scope import sprint_and_role
from labeler.domain.value import same_value


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Where an answer stands (a cell): whose, on which trace or span, to which question, at which destination.

    `scope` is the slug of the sprint that it is given in, or empty; of a decision of a lead's, that of the role.
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


def further_id(scope: str, trace_id: str, question: str, is_taken: Callable[[str], bool]) -> str:
    """Return an ID for one more assessment of an answer: of a lead's decision the next one, else any."""
    sprint, role = sprint_and_role(scope)
    return next_decision(sprint, trace_id, question, is_taken) if role == ADJUDICATION else mint_id()


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
    sprint, role = sprint_and_role(cell.scope)
    if sprint:
        metadata[answer_metadata.SPRINT] = sprint
    if role:
        metadata[answer_metadata.ROLE] = role
    if answer.adjudicates:
        metadata[answer_metadata.ADJUDICATES] = ",".join(answer.adjudicates)
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
