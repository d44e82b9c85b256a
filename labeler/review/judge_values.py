"""Taking over a judge's value: which assessment counts for a question, and its value in the question's own type."""

from __future__ import annotations

from collections.abc import Iterable

from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.question import Question, Text
from labeler.domain.value import JsonValue, UnusableValue
from labeler.review.converted_values import converted
from labeler.review.state import ReviewState


def judge_of(question: Question, assessments: Iterable[Assessment], span_id: str | None = None) -> Assessment | None:
    """Find the newest valid assessment of the question's name by a judge, else by code; None if there is none.

    Only assessments of the trace count or, with `span_id`, those of that span.
    """
    candidates = [
        assessment
        for assessment in assessments
        if assessment.valid
        and assessment.error is None
        and assessment.name == question.name
        and assessment.span_id == span_id
        and assessment.source.type in (SourceType.LLM_JUDGE, SourceType.CODE)
    ]
    return max(candidates, key=lambda a: (a.source.type is SourceType.LLM_JUDGE, a.created_at_ms), default=None)


def judged_value(question: Question, judge: Assessment) -> JsonValue:
    """Return the judge's value in the question's type. Raises `UnusableValue` if it has no counterpart there."""
    return converted(question, judge.value)


def as_asked(state: ReviewState, assessment: Assessment) -> tuple[Question, JsonValue] | None:
    """Find the question of an assessment's name, and its value in that question's type; None if it has none there.

    Whoever gave it: a judge, a script or a person. Texts stand as they are.
    """
    question = next((each for each in state.questions if each.name == assessment.name), None)
    if question is None or isinstance(question.input, Text):
        return None
    try:
        return question, judged_value(question, assessment)
    except UnusableValue:
        return None
