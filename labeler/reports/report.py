"""A report to be shown: the figures, and where the labels came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from labeler.agreement.report_model import AgreementReport, QuestionFigures
from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING
from labeler.reports.sprint_part import SprintPart


@dataclass(frozen=True, slots=True)
class ReportSource:
    """Where the labels of a report came from, in the words that people gave or know; `place` is for a headline.

    `backend` is None for label files, and for a journal that was not narrowed to one. `sprint` is the name of the
    sprint whose labels they are, if any.
    """

    place: str
    backend: str | None = None
    experiments: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sprint: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `at_ms` is when a server was read, in milliseconds since the epoch; None for files and the journal.

    `version` is labeler's own. `requests` has beginnings of the traces' requests and `pages` the web addresses of
    their pages at the server, both by trace ID, where they are known. `sprint` is set in a report of one.
    """

    figures: AgreementReport
    source: ReportSource
    at_ms: int | None
    version: str
    requests: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    pages: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    sprint: SprintPart | None = None


def questions_named(report: Report, name: str) -> list[QuestionFigures]:
    """Return the figures of a name: of several where answers of several types have it."""
    return [question for question in report.figures.questions if question.name == name]
