"""The labels that a report is about, with the questions they answer: from label files, or from the journal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final

from labeler.cli.context import configure
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_labels import labels_in_journal, questions_in_journal
from labeler.cli.open_journal import open_journal_to_read
from labeler.cli.trace_files import STDIN, refuse_addresses
from labeler.config.asked import known_questions
from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING, Assessment, Source, SourceType
from labeler.domain.question import Question
from labeler.domain.value import UnusableValue
from labeler.labels.label import Label
from labeler.labels.label_file import read_label_file
from labeler.labels.label_lines import BadLine, LabelLine
from labeler.reports.report import ReportSource
from labeler.review.judge_values import judged_value
from labeler.storage.file_reading import read_data_file, read_stream
from labeler.storage.home_directory import expand

_MOST_BYTES: Final = 1 << 29
_NAMED: Final = 5
"""How many bad lines of a file are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class ReportedLabels:
    """What a report is made from.

    `at_ms` is when a server was read, in milliseconds since the epoch, else None. `requests` has beginnings of the
    traces' requests and `pages` the web addresses of their pages, by trace ID, where they are known. `code` is what the
    reading alone ends the command with.
    """

    source: ReportSource
    assessments: list[Assessment]
    questions: list[Question]
    at_ms: int | None = None
    requests: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    pages: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    code: ExitCode = ExitCode.OK


def labels_of_files(arguments: argparse.Namespace) -> ReportedLabels:
    """Read label files. Raises `CommandFailed` where one is none, naming the line and the reason."""
    files: Sequence[str] = arguments.files
    refuse_addresses(files)
    configuration = configure(arguments)
    labels = [line.label for file in dict.fromkeys(files) for line in _lines(file)]
    assessments = [_assessment(label) for label in labels]
    names = ["stdin" if file == STDIN else file for file in files]
    place = names[0] if len(names) == 1 else f"{len(names)} files: {', '.join(names)}"
    source = ReportSource(place, files=tuple(names))
    return ReportedLabels(source, assessments, fitting(known_questions(configuration), assessments))


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
    return ReportedLabels(source, assessments, fitting(known_questions(configuration, asked), assessments))


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


def _lines(file: str) -> list[LabelLine]:
    name = "stdin" if file == STDIN else file
    try:
        content = (
            read_stream(sys.stdin.buffer, _MOST_BYTES) if file == STDIN else read_data_file(expand(file), _MOST_BYTES)
        )
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    lines, unreadable = read_label_file(content)
    if unreadable:
        raise CommandFailed(ExitCode.USAGE, _told(name, lines, unreadable))
    return lines


def _told(name: str, lines: Sequence[LabelLine], unreadable: Sequence[BadLine]) -> str:
    what = "is no label file" if not lines else f"has {_lines_of(len(unreadable))} that cannot be read"
    said = [f"{name}, line {bad.number}: {bad.sentence}" for bad in unreadable[:_NAMED]]
    if len(unreadable) > _NAMED:
        said.append(f"… and {len(unreadable) - _NAMED:,} more.")
    return "\n".join([*said, f"{name} {what}. No report was made: labeler export writes files that can be read"])


def _lines_of(number: int) -> str:
    return "a line" if number == 1 else f"{number:,} lines"


def _assessment(label: Label) -> Assessment:
    """Return a label of a file as the assessment that it is, without adding what the file leaves out."""
    return Assessment(
        id=label.assessment_id or "",
        trace_id=label.trace_id,
        name=label.name,
        kind=label.kind,
        value=label.value,
        source=Source(SourceType.HUMAN, label.reviewer or ""),
        rationale=label.rationale,
        span_id=label.span_id,
        metadata=label.metadata,
        created_at_ms=label.created_at_ms or 0,
        updated_at_ms=label.created_at_ms or 0,
        valid=label.valid,
    )
