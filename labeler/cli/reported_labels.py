"""The labels that a report is about, with the questions that they answer; those of the journal."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import field

from labeler.cli.context import configure
from labeler.cli.exit_code import ExitCode
from labeler.cli.journal_labels import labels_in_journal, questions_in_journal
from labeler.cli.open_journal import open_journal_to_read
from labeler.config.asked import known_questions
from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING, Assessment, SourceType
from labeler.domain.question import Question
from labeler.domain.value import UnusableValue
from labeler.reports.report import ReportSource
from labeler.review.judge_values import judged_value
from labeler.sprint.gold import GoldAnswers
from labeler.sprint.reading import Snapshot


@dataclass(frozen=True, slots=True)
class SprintReading:
    """A sprint as it was read, its gold items, and their right answers as far as they are known here."""

    snapshot: Snapshot
    gold_items: frozenset[str]
    gold: GoldAnswers


@dataclass(frozen=True, slots=True)
class ReportedLabels:
    """What a report is made from.

    `judges` has the question of each judge whose assessments have another name than it. `at_ms` is when a server was
    read, in milliseconds since the epoch, else None. `requests` has beginnings of the traces' requests and `pages` the
    web addresses of their pages, by trace ID, where they are known. `code` is what the reading alone ends the command
    with. `sprint` is set where the labels are those of one.
    """

    source: ReportSource
    assessments: list[Assessment]
    questions: list[Question]
    judges: Mapping[str, str]
    at_ms: int | None = None
    requests: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    pages: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    code: ExitCode = ExitCode.OK
    sprint: SprintReading | None = None


def question_of(assessment: Assessment, judges: Mapping[str, str]) -> str:
    """Return the name of the question that somebody answered, or that a judge's name stands for."""
    is_by_person = assessment.source.type is SourceType.HUMAN
    return assessment.name if is_by_person else judges.get(assessment.name, assessment.name)


async def labels_of_journal(arguments: argparse.Namespace) -> ReportedLabels:
    """Read the labels that were given here, without a network."""
    configuration = configure(arguments)
    async with open_journal_to_read(configuration.paths) as journal:
        assessments = await labels_in_journal(arguments, configuration, journal)
        asked = await questions_in_journal(journal)
        place = f"the journal {journal.path}"
    backend = configuration.settings.backend.uri if hasattr(arguments, "backend") else None
    experiments = configuration.settings.backend.experiments if hasattr(arguments, "experiments") else ()
    source = ReportSource(place, backend, tuple(experiments))
    questions = fitting(known_questions(configuration, asked), assessments)
    return ReportedLabels(source, assessments, questions, configuration.settings.judges)


def fitting(questions: Iterable[Question], assessments: Iterable[Assessment]) -> list[Question]:
    """Return the questions that some label answers: a name alone does not tell that it is the same question."""
    by_name: dict[tuple[str, str], list[Assessment]] = {}
    for assessment in assessments:
        by_name.setdefault((assessment.name, assessment.kind), []).append(assessment)
    return [
        question
        for question in questions
        if any(_answers(question, each) for each in by_name.get((question.name, question.kind), ()))
    ]


def _answers(question: Question, assessment: Assessment) -> bool:
    try:
        judged_value(question, assessment)
    except UnusableValue:
        return False
    return True
