"""Which of a trace's assessments are the reviewer's own answers, and whether they make it labelled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from labeler.domain.answer_metadata import answer_of
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.change import Answer
from labeler.domain.question import NOTE_NAMES, Question
from labeler.domain.value import UnusableValue
from labeler.review.answer_values import check_value


def own_answers(
    assessments: Iterable[Assessment],
    reviewer: str,
    questions: Iterable[Question],
    taken_back: Collection[str] = (),
) -> dict[str, Answer]:
    """Return the reviewer's valid answers about the trace, by question name. See `own_answers_by_span`."""
    about_trace = (assessment for assessment in assessments if assessment.span_id is None)
    return own_answers_by_span(about_trace, reviewer, questions, taken_back).get(None, {})


def own_answers_by_span(
    assessments: Iterable[Assessment],
    reviewer: str,
    questions: Iterable[Question],
    taken_back: Collection[str] = (),
) -> dict[str | None, dict[str, Answer]]:
    """Return the reviewer's valid answers by span ID (None: about the trace) and question name; the newest counts.

    `taken_back` are the IDs of assessments that the journal knows to be superseded or retracted, although an older
    listing still shows them. An answer that the question would not accept today is left out.
    """
    by_name = {question.name: question for question in questions}
    found: dict[str | None, dict[str, Answer]] = {}
    for assessment in sorted(assessments, key=lambda a: a.created_at_ms):
        if not _is_mine(assessment, reviewer) or assessment.id in taken_back:
            continue
        answer = _as_answer(assessment, by_name.get(assessment.name))
        if answer is not None:
            found.setdefault(assessment.span_id, {})[assessment.name] = answer
    return found


def is_labelled(answers: Mapping[str, Answer], questions: Iterable[Question]) -> bool:
    """Return whether each required question is answered; any one question if none is required."""
    asked = list(questions)
    required = [question for question in asked if question.required]
    if required:
        return all(question.name in answers for question in required)
    return any(question.name in answers for question in asked)


def by_others(assessments: Iterable[Assessment], reviewer: str) -> list[Assessment]:
    """Pick what judges, code and other reviewers said and has not been superseded, labeler's own notes included."""
    return [a for a in assessments if a.valid and not _is_mine(a, reviewer)]


def _is_mine(assessment: Assessment, reviewer: str) -> bool:
    return (
        assessment.valid
        and assessment.source.type is SourceType.HUMAN
        and same_reviewer(assessment.source.id, reviewer)
    )


def _as_answer(assessment: Assessment, question: Question | None) -> Answer | None:
    asked_as = AssessmentKind.FEEDBACK if question is None else question.kind
    if assessment.kind is not asked_as:
        return None
    if question is None:
        if assessment.name not in NOTE_NAMES:
            return None
        value = assessment.value
    else:
        try:
            value = check_value(question, assessment.value)
        except UnusableValue:
            return None
    return answer_of(assessment, value)
