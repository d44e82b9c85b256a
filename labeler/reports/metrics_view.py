"""A report as metrics: named numbers, as MLflow keeps them of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from labeler.agreement.figure import Interval
from labeler.agreement.report_model import AgreementFigures, JudgeFigures
from labeler.reports.report import Report

_REFUSED: Final = re.compile(r"[^\w.\- /]")
"""What MLflow takes in no name of a metric."""

_LONGEST: Final = 230
"""Characters of a subject: MLflow takes 250 in a name, of which its figure takes the rest."""


def report_as_metrics(report: Report) -> dict[str, float]:
    """Return the figures of a report that are defined, by name: `alpha.correct`, `alpha_low.correct`.

    The options of a choice of several are subjects of their own (`alpha.tags/tone`), and so is each judge on a question
    (`kappa.correct/JUDGE`). Of two subjects whose names would be the same the second has a number.
    """
    metrics: dict[str, float] = {}
    taken: set[str] = set()
    for subject, figures in _subjects(report):
        name = _unique(_accepted(subject), taken)
        taken.add(name)
        metrics |= {f"{figure}.{name}": value for figure, value in figures if value is not None}
    return metrics


def _subjects(report: Report) -> Iterator[tuple[str, list[tuple[str, float | None]]]]:
    for question in report.figures.questions:
        yield question.name, _agreement(question.agreement)
        for option, agreement in (question.options or {}).items():
            yield f"{question.name}/{option}", _agreement(agreement)
    for judge in report.figures.judges:
        by = judge.source.id if judge.name == judge.question else f"{judge.name} by {judge.source.id}"
        yield f"{judge.question}/{by}", _judge(judge)


def _agreement(agreement: AgreementFigures) -> list[tuple[str, float | None]]:
    return [
        ("items", float(agreement.items)),
        ("labels", float(agreement.labels)),
        ("percent", agreement.percent.value),
        ("alpha", agreement.alpha.value),
        *_interval("alpha", agreement.interval),
        ("ac1", agreement.ac1.value),
        ("fleiss", agreement.fleiss.value),
    ]


def _judge(judge: JudgeFigures) -> list[tuple[str, float | None]]:
    return [
        ("judged", float(judge.judged)),
        ("agrees", judge.comparison.percent.value),
        ("kappa", judge.comparison.kappa.value),
        *_interval("kappa", judge.comparison.interval),
    ]


def _interval(figure: str, interval: Interval | None) -> list[tuple[str, float | None]]:
    return [] if interval is None else [(f"{figure}_low", interval.low), (f"{figure}_high", interval.high)]


def _accepted(subject: str) -> str:
    """Return a subject as MLflow takes it in a name: no other characters, and no path that could be written shorter."""
    parts = _REFUSED.sub("_", subject)[:_LONGEST].split("/")
    return "/".join(part for part in parts if part.strip(".")) or "_"


def _unique(name: str, taken: set[str]) -> str:
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name} {number}"
    return unique
