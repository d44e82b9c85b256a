"""Everything said about a trace, as the backend told it and as the reviewer has changed it since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType, same_reviewer
from labeler.domain.change import Answer
from labeler.domain.question import Question


def everything_said(
    trace_id: str,
    told: Iterable[Assessment],
    mine: Mapping[str | None, Mapping[str, Answer]],
    retired: Collection[str],
    questions: Iterable[Question],
    reviewer: str,
) -> list[Assessment]:
    """What was told, with the reviewer's own answers as they stand now: `mine`, by span (None: the trace) and question.

    `retired` are the IDs of answers that the journal knows to be superseded or taken back, whatever was told.
    """
    kinds = {question.name: question.kind for question in questions}
    said = {each.id: replace(each, valid=each.valid and each.id not in retired) for each in told}
    given = ((span_id, name, answer) for span_id, answers in mine.items() for name, answer in answers.items())
    for span_id, name, answer in given:
        kind = kinds.get(name, AssessmentKind.FEEDBACK)
        known = said.get(answer.assessment_id)
        said[answer.assessment_id] = Assessment(
            id=answer.assessment_id,
            trace_id=trace_id,
            name=name,
            kind=kind,
            value=answer.value,
            source=Source(SourceType.HUMAN, reviewer),
            rationale=answer.comment,
            span_id=span_id,
            metadata=known.metadata if known else {},
            created_at_ms=answer.answered_at_ms,
            overrides=answer.overrides,
        )
    return list(said.values())


def by_reviewer(assessments: Iterable[Assessment], reviewer: str) -> list[Assessment]:
    """What this reviewer said, superseded or not."""
    return [
        each for each in assessments if each.source.type is SourceType.HUMAN and same_reviewer(each.source.id, reviewer)
    ]
