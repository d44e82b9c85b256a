"""Assessments by people, judges and leads, in few words."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

from labeler.agreement.counted_labels import count_labels
from labeler.agreement.report import agreement_report
from labeler.agreement.report_model import AgreementReport, JudgeFigures, QuestionFigures
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.value import JsonValue
from labeler.review.judge_values import judged_value

CORRECT = Question("correct", PassFail("Correct", "Wrong"))
QUALITY = Question("quality", Numeric(1, 5))
MODES = Question("modes", Categorical(("wrong", "unsafe", "rude"), multiple=True))

Rows: TypeAlias = Mapping[str, Sequence[JsonValue]]
"""For each reviewer what they said about each trace, None where they did not."""

_numbers = count(1)


def label(
    trace: str,
    reviewer: str,
    value: JsonValue,
    name: str = "correct",
    *,
    kind: AssessmentKind = AssessmentKind.FEEDBACK,
    at: int = 0,
    source: SourceType = SourceType.HUMAN,
    metadata: Mapping[str, str] | None = None,
    rationale: str | None = None,
    valid: bool = True,
    **other: Any,
) -> Assessment:
    """A label, or what a judge said with another `source`; later ones are newer unless `at` says otherwise."""
    number = next(_numbers)
    return Assessment(
        id=other.pop("id", f"a-{number}"),
        trace_id=trace,
        name=name,
        kind=kind,
        value=value,
        source=Source(source, reviewer),
        rationale=rationale,
        metadata=metadata or {},
        created_at_ms=at or number,
        valid=valid,
        **other,
    )


def labels_of(rows: Rows, name: str = "correct") -> list[Assessment]:
    """The labels of the traces t-000, t-001 and so on."""
    return [
        label(f"t-{trace:03}", reviewer, value, name)
        for reviewer, values in rows.items()
        for trace, value in enumerate(values)
        if value is not None
    ]


def judgement(trace: str, value: JsonValue, judge: str = "judge-v1", name: str = "correct", **other: Any) -> Assessment:
    """What a judge said."""
    return label(trace, judge, value, name, source=SourceType.LLM_JUDGE, **other)


def report_of(assessments: Iterable[Assessment], *questions: Question, **options: Any) -> AgreementReport:
    """A report as the product makes it."""
    return agreement_report(count_labels(assessments), questions, judged_value, **options)


def question_of(assessments: Iterable[Assessment], question: Question) -> QuestionFigures:
    """The figures of one question."""
    [figures] = report_of(assessments, question).questions
    return figures


def judge_of(assessments: Iterable[Assessment], question: Question, **options: Any) -> JudgeFigures:
    """The figures of the only judge of a question."""
    [figures] = report_of(assessments, question, **options).judges
    return figures


def busy_experiment(seed: int) -> list[Assessment]:
    """Five people, three questions, two judges, a lead: with gaps, second answers, errors and strange values."""
    draw = random.Random(seed)
    found: list[Assessment] = []
    for trace in range(80):
        name = f"t-{trace:03}"
        truth = draw.random() < 0.6
        for reviewer in draw.sample(["ana", "bo", "cem", "dee", "eli"], 3):
            found.append(label(name, reviewer, truth if draw.random() < 0.8 else not truth))
            found.append(label(name, reviewer, draw.randint(1, 5), "quality"))
            found.append(label(name, reviewer, draw.sample(["wrong", "unsafe", "rude"], draw.randrange(3)), "modes"))
        for judge in ("v1", "v2"):
            found.append(judgement(name, truth if draw.random() < 0.7 else not truth, judge))
            found.append(judgement(name, draw.choice([1, 2, 5, "many"]), judge, "quality"))
        if trace % 5 == 0:
            found.append(label(name, "lead", truth, metadata={"labeler.role": "adjudication"}))
            found.append(label(name, "ANA", truth))
    return found
