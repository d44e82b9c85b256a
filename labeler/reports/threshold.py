"""A figure that has to reach a number, for a script that stops where it does not: ``alpha.correct=0.6``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from labeler.agreement.figure import Figure
from labeler.agreement.report_model import AgreementFigures
from labeler.dataclass import dataclass
from labeler.reports.report import Report, questions_named

_FIGURES: Final[Mapping[str, Callable[[AgreementFigures], Figure]]] = {
    "alpha": lambda figures: figures.alpha,
    "percent": lambda figures: figures.percent,
    "ac1": lambda figures: figures.ac1,
    "fleiss": lambda figures: figures.fleiss,
}


class NoThreshold(Exception):
    """Raised for a text that is no threshold. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a figure of a question has to reach."""

    figure: str
    question: str
    least: float


def parse_threshold(text: str) -> Threshold:
    """Parse ``FIGURE.QUESTION=NUMBER``; a question's name may hold dots and equals signs. Raises `NoThreshold`."""
    named, _, number = text.rpartition("=")
    figure, _, question = named.partition(".")
    if figure not in _FIGURES or not question:
        raise NoThreshold(f"“{text}” is not like alpha.QUESTION=0.6; the figures are {', '.join(_FIGURES)}")
    try:
        least = float(number)
    except ValueError:
        least = math.nan
    if not math.isfinite(least):
        raise NoThreshold(f"“{number}” in “{text}” is not a number")
    return Threshold(figure, question, least)


def failures(report: Report, threshold: Threshold) -> Iterator[str]:
    """Yield a sentence for each figure that does not reach the threshold, as one that is not defined never does."""
    for question in questions_named(report, threshold.question):
        found = _FIGURES[threshold.figure](question.agreement)
        name = f"{threshold.figure}.{threshold.question}"
        if found.value is None:
            why = question.agreement.note or found.reason
            yield f"{name} is not defined ({why}), and {threshold.least:g} was asked for"
        elif found.value < threshold.least:
            yield f"{name} is {found.value:.6g}, and {threshold.least:g} was asked for"
