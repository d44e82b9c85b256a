"""Taking over a judge's value: which assessment counts for a question, and its value in the question's own type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, is_verdict, person
from labeler.domain.question import Question, Text
from labeler.domain.value import JsonValue, UnusableValue, same_value
from labeler.review.converted_values import converted
from labeler.review.state import ReviewState, Rules
from labeler.review.structured import asked_fields


def judge_of(
    question: Question, assessments: Iterable[Assessment], span_id: str | None = None, rules: Rules | None = None
) -> Assessment | None:
    """Find the newest verdict on the question by a judge, else by code; None if there is none.

    Where a judge's verdicts are reviewed it is the newest of those, whoever gave it. Only assessments of the trace
    count or, with `span_id`, those of that span.
    """
    rules = rules or Rules()
    names = rules.judges_of(question.name)
    verdicts = [each for each in assessments if each.span_id == span_id and is_verdict(each, names)]
    if rules.checked:
        return max(verdicts, key=lambda each: each.created_at_ms, default=None)
    return max(verdicts, key=lambda each: (each.source.type is SourceType.LLM_JUDGE, each.created_at_ms), default=None)


class VerdictOnTrace(NamedTuple):
    """What a judge (else code) said of a trace last in feedback of a name: the value as it was written, and when."""

    name: str
    value: JsonValue
    is_by_judge: bool
    at_ms: int


def verdicts_on_trace(assessments: Iterable[Assessment]) -> tuple[VerdictOnTrace, ...]:
    """Return what judges and code said of a trace last, by the names of their feedback."""
    newest: dict[tuple[str, bool], VerdictOnTrace] = {}
    for each in assessments:
        if each.span_id is None and is_verdict(each, (each.name,)):
            is_by_judge = each.source.type is SourceType.LLM_JUDGE
            said = newest.get((each.name, is_by_judge))
            if said is None or said.at_ms <= each.created_at_ms:
                told = VerdictOnTrace(each.name, each.value, is_by_judge, each.created_at_ms)
                newest[each.name, is_by_judge] = told
    return tuple(newest.values())


def verdict_for(question: Question, verdicts: Iterable[VerdictOnTrace], rules: Rules) -> VerdictOnTrace | None:
    """Find the verdict on the question that `judge_of` would; None if there is none."""
    names = rules.judges_of(question.name)
    on_it = (each for each in verdicts if each.name in names)
    return max(on_it, key=lambda each: (each.is_by_judge and not rules.checked, each.at_ms), default=None)


def is_disputed(question: Question, judge: str, assessments: Iterable[Assessment]) -> bool:
    """Return whether what somebody answered to the question last differs from the judge's newest verdict there.

    A verdict is compared with answers about the same trace or span. One that the question cannot take is disputed by
    nobody: there is nothing to compare.
    """
    said = list(assessments)
    for span_id in {each.span_id for each in said}:
        verdict = judge_of(question, said, span_id, Rules(checked=judge))
        answers = _newest_answers(question, said, span_id)
        if verdict is not None and any(differ(question, verdict.value, answer.value) for answer in answers):
            return True
    return False


def _newest_answers(question: Question, said: Iterable[Assessment], span_id: str | None) -> Iterable[Assessment]:
    newest: dict[str, Assessment] = {}
    for each in sorted(said, key=lambda each: each.created_at_ms):
        is_answer = each.valid and each.error is None and each.kind is AssessmentKind.FEEDBACK
        if is_answer and each.source.type is SourceType.HUMAN and (each.name, each.span_id) == (question.name, span_id):
            newest[person(each.source.id)] = each
    return newest.values()


def differ(question: Question, verdict: JsonValue, answer: JsonValue) -> bool:
    """Return whether a judge and a person said different things, as far as the question takes both."""
    try:
        said, answered = converted(question, verdict), converted(question, answer)
        return not same_value(asked_fields(question, said), asked_fields(question, answered))
    except UnusableValue:
        return False


def judged_value(question: Question, judge: Assessment) -> JsonValue:
    """Return the judge's value in the question's type, and of an object only the fields that are asked.

    Raises `UnusableValue` if it has no counterpart there.
    """
    return asked_fields(question, converted(question, judge.value))


def as_asked(state: ReviewState, assessment: Assessment) -> tuple[Question, JsonValue] | None:
    """Find the question that an assessment answers, and its value in that question's type; None if it has none there.

    Whoever gave it: a judge, a script or a person. Texts stand as they are.
    """
    question = next((each for each in state.questions if _answers(state.rules, assessment, each.name)), None)
    if question is None or isinstance(question.input, Text):
        return None
    try:
        return question, converted(question, assessment.value)
    except UnusableValue:
        return None


def _answers(rules: Rules, assessment: Assessment, question: str) -> bool:
    """Return whether an assessment answers a question: by its name or, of a judge, by what that judge answers."""
    return assessment.name == question or is_verdict(assessment, rules.judges_of(question))
