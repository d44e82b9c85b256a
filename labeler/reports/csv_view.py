"""A report as tables for a spreadsheet: labels, items, reviewers, agreement, judges. No cell is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from labeler.agreement.counted_labels import WasBlind, blind_of
from labeler.agreement.figure import Figure, Interval
from labeler.agreement.level import Level, Value
from labeler.agreement.report_model import AgreementFigures, AgreementReport
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment
from labeler.domain.moment import utc_text
from labeler.domain.value import JsonValue
from labeler.labels.exact_json import exact_json
from labeler.labels.spreadsheet import harmless
from labeler.reports.sprint_part import SprintPart

_Row: TypeAlias = Sequence[str | int | float | None]

_LABELS: Final = (
    "trace_id", "span_id", "question", "kind", "value", "reviewer", "created_at", "seconds", "blind", "sprint", "role",
    "rationale", "assessment_id",
)  # fmt: skip
_ITEMS: Final = ("question", "trace_id", "span_id", "consensus", "how", "unanimous", "disagreement", "votes")
_REVIEWERS: Final = ("reviewer", "labels", "items", "seconds_median", "kappa", *(f"blind_{each}" for each in WasBlind))
_AGREEMENT: Final = (
    "question", "option", "level", "items", "labels", "percent", "alpha", "low", "high", "ac1", "fleiss", "note",
)  # fmt: skip
_WITH_ONESELF: Final = ("reviewer", "question", "items", "percent", "alpha", "low", "high", "note")
_JUDGES: Final = (
    "judge", "type", "question", "items", "kappa", "low", "high", "percent", "ceiling", "errors", "unmappable", "note",
)  # fmt: skip

_GOLD: Final = ("reviewer", "right", "of")
_OUTSIDE: Final = ("source", "labels")


def report_as_tables(report: AgreementReport, sprint: SprintPart | None = None) -> Mapping[str, str]:
    """Return the content of each file by its name. Values are JSON, what is not defined is an empty cell.

    `with_oneself.csv` is there where somebody answered twice. What a sprint has apart from the figures comes in files
    of its own.
    """
    tables = {
        "labels.csv": _table(_LABELS, _labels(report)),
        "items.csv": _table(_ITEMS, _items(report)),
        "reviewers.csv": _table(_REVIEWERS, _reviewers(report)),
        "agreement.csv": _table(_AGREEMENT, _agreement(report)),
        "judges.csv": _table(_JUDGES, _judges(report)),
    }
    if report.with_oneself:
        tables["with_oneself.csv"] = _table(_WITH_ONESELF, _with_oneself(report))
    if sprint is None:
        return tables
    if sprint.calibration is not None:
        tables["calibration.csv"] = _table(_AGREEMENT, _agreement(sprint.calibration))
        tables["calibration_labels.csv"] = _table(_LABELS, _labels(sprint.calibration))
    if sprint.gold is not None:
        tables["gold.csv"] = _table(_GOLD, ((each.reviewer, each.right, each.of) for each in sprint.gold))
    return tables | {"outside.csv": _table(_OUTSIDE, iter(sprint.outside.items()))}


def _labels(report: AgreementReport) -> Iterator[_Row]:
    counted = report.counted
    yield from (_label(each.assessment, each.reviewer, each.active_ms) for each in counted.labels)
    for decision in counted.adjudications:
        yield _label(decision, decision.source.id, answer_metadata.duration_ms_of(decision))


def _label(label: Assessment, reviewer: str, active_ms: int) -> _Row:
    return (
        label.trace_id,
        label.span_id,
        label.name,
        label.kind.value,
        exact_json(label.value),
        reviewer,
        utc_text(label.created_at_ms) if label.created_at_ms > 0 else None,
        active_ms / 1000 if active_ms else None,
        blind_of(label).value,
        label.metadata.get(answer_metadata.SPRINT),
        label.metadata.get(answer_metadata.ROLE),
        answer_metadata.comment_of(label),
        label.id or None,
    )


def _items(report: AgreementReport) -> Iterator[_Row]:
    for question in report.questions:
        for found in question.items:
            agreed = found.consensus
            votes: dict[str, JsonValue] = {vote.reviewer: _json(vote.value) for vote in found.votes}
            yield (
                question.name,
                found.item.trace_id,
                found.item.span_id or None,
                None if agreed is None else exact_json(_json(agreed.value)),
                None if agreed is None else agreed.how.value,
                None if agreed is None else str(agreed.is_unanimous).lower(),
                found.disagreement,
                exact_json(votes),
            )


def _reviewers(report: AgreementReport) -> Iterator[_Row]:
    for reviewer in report.reviewers:
        seconds = None if reviewer.active_ms is None else reviewer.active_ms.median / 1000
        blind = [reviewer.blind[each] for each in WasBlind]
        yield (reviewer.reviewer, reviewer.labels, reviewer.items, seconds, reviewer.kappa.value, *blind)


def _agreement(report: AgreementReport) -> Iterator[_Row]:
    for question in report.questions:
        yield _figures(question.name, None, question.level, question.agreement)
        for option, its in (question.options or {}).items():
            yield _figures(question.name, option, question.level, its)


def _figures(question: str, option: str | None, level: Level | None, figures: AgreementFigures) -> _Row:
    return (
        question,
        option,
        level,
        figures.items,
        figures.labels,
        figures.percent.value,
        *_with_ends(figures.alpha, figures.interval),
        figures.ac1.value,
        figures.fleiss.value,
        figures.note,
    )


def _with_oneself(report: AgreementReport) -> Iterator[_Row]:
    for each in report.with_oneself:
        figures = each.agreement
        ends = _with_ends(figures.alpha, figures.interval)
        yield (each.reviewer, each.question, figures.items, figures.percent.value, *ends, figures.note)


def _judges(report: AgreementReport) -> Iterator[_Row]:
    for judge in report.judges:
        compared = judge.comparison
        yield (
            judge.source.id,
            judge.source.type,
            judge.question,
            compared.items,
            *_with_ends(compared.kappa, compared.interval),
            compared.percent.value,
            judge.ceiling.value,
            judge.errors,
            judge.unmappable,
            compared.note,
        )


def _with_ends(figure: Figure, interval: Interval | None) -> tuple[float | None, float | None, float | None]:
    return figure.value, None if interval is None else interval.low, None if interval is None else interval.high


def _json(value: Value) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value


def _table(header: Sequence[str], rows: Iterator[_Row]) -> str:
    """Return a table as text. Numbers of our own stand as they are; any text is made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()
