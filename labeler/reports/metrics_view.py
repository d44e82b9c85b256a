"""A report as metrics: named numbers, as MLflow keeps them of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from labeler.agreement.figure import Interval
from labeler.agreement.report_model import AgreementFigures, JudgeFigures, QuestionFigures
from labeler.reports.report import Report

_REFUSED: Final = re.compile(r"[^\w.\- /]")
"""What MLflow takes in no name of a metric."""

_LONGEST: Final = 250
"""Characters of such a name."""


def report_as_metrics(report: Report) -> dict[str, float]:
    """Return the figures of a report that are defined, by name: `alpha.correct`, `alpha.correct.low`.

    After an option of a choice of several come its own, `alpha.tags.tone`; after a judge those of its question,
    `kappa.correct.JUDGE`. Of two figures whose names MLflow cannot tell apart the second has a number.
    """
    metrics: dict[str, float] = {}
    for name, value in _figures(report):
        if value is None:
            continue
        taken = base = _REFUSED.sub("_", name)[:_LONGEST]
        number = 1
        while taken in metrics:
            number += 1
            taken = f"{base[: _LONGEST - 4]}.{number}"
        metrics[taken] = value
    return metrics


def _figures(report: Report) -> Iterator[tuple[str, float | None]]:
    for question in report.figures.questions:
        yield from _question(question)
    for judge in report.figures.judges:
        yield from _judge(judge)


def _question(question: QuestionFigures) -> Iterator[tuple[str, float | None]]:
    yield from _agreement(question.name, question.agreement)
    for option, agreement in (question.options or {}).items():
        yield from _agreement(f"{question.name}.{option}", agreement)


def _agreement(name: str, agreement: AgreementFigures) -> Iterator[tuple[str, float | None]]:
    yield f"items.{name}", float(agreement.items)
    yield f"labels.{name}", float(agreement.labels)
    yield f"percent.{name}", agreement.percent.value
    yield f"alpha.{name}", agreement.alpha.value
    yield from _interval(f"alpha.{name}", agreement.interval)
    yield f"ac1.{name}", agreement.ac1.value
    yield f"fleiss.{name}", agreement.fleiss.value


def _judge(judge: JudgeFigures) -> Iterator[tuple[str, float | None]]:
    name = f"{judge.question}.{judge.source.id}"
    yield f"judged.{name}", float(judge.judged)
    yield f"agrees.{name}", judge.comparison.percent.value
    yield f"kappa.{name}", judge.comparison.kappa.value
    yield from _interval(f"kappa.{name}", judge.comparison.interval)


def _interval(name: str, interval: Interval | None) -> Iterator[tuple[str, float | None]]:
    if interval is not None:
        yield f"{name}.low", interval.low
        yield f"{name}.high", interval.high
