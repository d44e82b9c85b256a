"""Taking over a judge's value: which assessment counts for a question, and its value in the question's own type."""

from __future__ import annotations

import json
from collections.abc import Iterable

from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value import JsonValue, UnusableValue
from labeler.review.answer_values import check_value, parse_number
from labeler.review.state import ReviewState

_POSITIVE = frozenset({"yes", "true", "pass", "passed", "correct", "good", "1", "1.0"})
_NEGATIVE = frozenset({"no", "false", "fail", "failed", "incorrect", "bad", "0", "0.0"})


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
    value = judge.value
    match question.input:
        case PassFail(positive, negative):
            value = _as_bool(question, value, positive, negative)
        case Categorical(options, multiple):
            names = value if isinstance(value, list | tuple) else [value]
            matched = [_as_option(str(name), options) for name in names]
            value = matched if multiple or len(matched) != 1 else matched[0]
        case Numeric():
            value = parse_number(question, value) if isinstance(value, str) else value
        case Text():
            value = value if isinstance(value, str) or value is None else json.dumps(value, ensure_ascii=False)
    return check_value(question, value)


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


def _as_bool(question: Question, value: JsonValue, positive: str, negative: str) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    labels = {positive.casefold(): True, negative.casefold(): False}
    meaning = {**dict.fromkeys(_POSITIVE, True), **dict.fromkeys(_NEGATIVE, False), **labels}
    if word in meaning:
        return meaning[word]
    raise UnusableValue(f"{question.name}: “{value}” is neither {positive} nor {negative}")


def _as_option(name: str, options: tuple[str, ...]) -> str:
    return next((option for option in options if option.casefold() == name.strip().casefold()), name)
