"""A report as JSON, for programs: the object of the interface contract, numbers unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.agreement.counted_labels import LeftOut
from labeler.agreement.figure import Interval
from labeler.agreement.level import Value
from labeler.agreement.report_model import (
    AgreementFigures,
    JudgeFigures,
    QuestionFigures,
    ReviewerFigures,
    SelfAgreement,
)
from labeler.domain.moment import utc_text
from labeler.domain.value import JsonValue
from labeler.reports.report import Report
from labeler.reports.sprint_part import SprintPart

FORMAT: Final = 1

_SECONDS: Final = len("2026-01-31T10:00:12")

_ALWAYS_TOLD: Final = (
    LeftOut.INVALID,
    LeftOut.SECOND_ANSWERS,
    LeftOut.DEFAULT,
    LeftOut.ROLES,
    LeftOut.NOT_BLIND,
    LeftOut.UNFITTING,
)
"""The reasons that stand there with 0, too. The others stand there where something was left out for them."""


def report_as_json(report: Report) -> JsonValue:
    """Return the whole report. What is not defined is None, and a note says why.

    `with_oneself` is there where somebody answered twice.
    """
    figures, source = report.figures, report.source
    with_oneself = [_with_oneself(each) for each in figures.with_oneself]
    return {
        "format": FORMAT,
        "at": _moment(report.at_ms),
        "source": {
            "backend": source.backend,
            "experiments": list(source.experiments),
            "sprint": source.sprint,
            "files": list(source.files),
        },
        "questions": [_question(question) for question in figures.questions],
        "reviewers": [_reviewer(reviewer) for reviewer in figures.reviewers],
        **({"with_oneself": with_oneself} if with_oneself else {}),
        "judges": [_judge(judge) for judge in figures.judges],
        "left_out": _left_out(figures.left_out),
        "method": {"seed": figures.method.seed, "resamples": figures.method.resamples, "version": report.version},
        **({} if report.sprint is None else {"sprint": _sprint(report.sprint)}),
    }


def _sprint(part: SprintPart) -> JsonValue:
    calibration = part.calibration
    return {
        "name": part.name,
        "slug": part.slug,
        "state": part.state,
        "calibration": None
        if calibration is None
        else {
            "items": part.calibration_items,
            "questions": [_question(question) for question in calibration.questions],
            "reviewers": [_reviewer(reviewer) for reviewer in calibration.reviewers],
        },
        "gold": None
        if part.gold_items is None
        else {
            "items": part.gold_items,
            "reviewers": None
            if part.gold is None
            else [{"reviewer": each.reviewer, "right": each.right, "of": each.of} for each in part.gold],
        },
        "outside": [{"source_id": source, "labels": count} for source, count in part.outside.items()],
        "missing_traces": list(part.missing_traces),
    }


def _moment(at_ms: int | None) -> str | None:
    written = None if at_ms is None else utc_text(at_ms)
    return None if written is None else f"{written[:_SECONDS]}Z"


def _question(question: QuestionFigures) -> JsonValue:
    agreement = question.agreement
    return {
        "name": question.name,
        "level": question.level,
        "items": agreement.items,
        "labels": agreement.labels,
        **_agreement(agreement),
        "fleiss": agreement.fleiss.value,
        "options": None
        if question.options is None
        else {option: _agreement(its) | {"note": its.note} for option, its in question.options.items()},
        "values": {count.key: count.labels for count in question.values},
        "pairs": [
            {"reviewers": list(pair.reviewers), "items": pair.items, "kappa": pair.kappa.value}
            for pair in question.pairs
        ],
        "without": {left.reviewer: left.alpha.value for left in question.without},
        "note": agreement.note,
    }


def _agreement(figures: AgreementFigures) -> dict[str, JsonValue]:
    return {
        "percent": figures.percent.value,
        "alpha": figures.alpha.value,
        "ci": _interval(figures.interval),
        "ac1": figures.ac1.value,
    }


def _reviewer(figures: ReviewerFigures) -> JsonValue:
    return {
        "reviewer": figures.reviewer,
        "labels": figures.labels,
        "items": figures.items,
        "active_ms_median": None if figures.active_ms is None else figures.active_ms.median,
        "kappa": figures.kappa.value,
        "blind": {blind.value: count for blind, count in figures.blind.items()},
    }


def _with_oneself(figures: SelfAgreement) -> JsonValue:
    return {
        "reviewer": figures.reviewer,
        "question": figures.question,
        "items": figures.agreement.items,
        **_agreement(figures.agreement),
        "note": figures.agreement.note,
    }


def _judge(judge: JudgeFigures) -> JsonValue:
    comparison = judge.comparison
    return {
        "source": judge.source.id,
        "type": judge.source.type,
        "question": judge.question,
        "items": comparison.items,
        "kappa": comparison.kappa.value,
        "ci": _interval(comparison.interval),
        "percent": comparison.percent.value,
        "values": [_value(value) for value in comparison.values],
        "confusion": [list(row) for row in comparison.confusion],
        "ceiling": judge.ceiling.value,
        "show": list(dict.fromkeys(example.item.trace_id for example in judge.show)),
        "note": comparison.note,
    }


def _left_out(left_out: Mapping[LeftOut, int]) -> JsonValue:
    told = [*_ALWAYS_TOLD, *(reason for reason in LeftOut if reason not in _ALWAYS_TOLD and left_out[reason])]
    return {reason.value: left_out[reason] for reason in told}


def _interval(interval: Interval | None) -> JsonValue:
    return None if interval is None else [interval.low, interval.high]


def _value(value: Value) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value
