"""The labels of a report from files: label files, and labelled files, which are rows with their labels."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from labeler.cli.context import configure
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.reported_labels import ReportedLabels, fitting
from labeler.cli.trace_files import STDIN, refuse_addresses
from labeler.config.asked import known_questions
from labeler.domain.assessment import Assessment, Source
from labeler.labels.label import Label
from labeler.labels.label_file import read_label_file
from labeler.labels.label_lines import BadLine, LabelLine
from labeler.labels.labels_of_rows import LabelledRows, read_labelled_rows
from labeler.reports.report import ReportSource
from labeler.storage.file_reading import read_data_file, read_stream
from labeler.storage.home_directory import expand

_MOST_BYTES: Final = 1 << 29
_NAMED: Final = 5
"""How many bad lines of a file are named; the others are counted."""


def labels_of_files(arguments: argparse.Namespace) -> ReportedLabels:
    """Read label files and labelled files. Raises `CommandFailed` where one is neither, naming the line and the reason.

    The flat form of a labelled file holds one reviewer's labels without a name: they count as those of somebody called
    like the file, which is said.
    """
    files: Sequence[str] = arguments.files
    refuse_addresses(files)
    configuration = configure(arguments)
    assessments = [_assessment(label) for file in dict.fromkeys(files) for label in _labels_in(file)]
    names = [_name(file) for file in dict.fromkeys(files)]
    place = names[0] if len(names) == 1 else f"{len(names)} files: {', '.join(names)}"
    source = ReportSource(place, files=tuple(names))
    questions = fitting(known_questions(configuration), assessments)
    return ReportedLabels(source, assessments, questions, configuration.settings.judges)


def _labels_in(file: str) -> list[Label]:
    name, content = _name(file), _content(file)
    lines, unreadable = read_label_file(content)
    if not unreadable:
        return [line.label for line in lines]
    rows = None if lines else read_labelled_rows(name, content)
    if rows is None:
        raise CommandFailed(ExitCode.USAGE, _told(name, lines, unreadable))
    if rows.problems:
        raise CommandFailed(ExitCode.USAGE, _no_report(rows.problems[:_NAMED], len(rows.problems), name))
    return _with_reviewer(rows, name)


def _with_reviewer(rows: LabelledRows, name: str) -> list[Label]:
    labels = [line.label for line in rows.lines]
    if not rows.is_flat:
        return labels
    print_message(f"{name} does not say whose labels it holds: they count as those of one reviewer, “{name}”.")
    return [replace(label, reviewer=name) for label in labels]


def _name(file: str) -> str:
    return "stdin" if file == STDIN else file


def _content(file: str) -> bytes:
    try:
        if file == STDIN:
            return read_stream(sys.stdin.buffer, _MOST_BYTES)
        return read_data_file(expand(file), _MOST_BYTES)
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None


def _told(name: str, lines: Sequence[LabelLine], unreadable: Sequence[BadLine]) -> str:
    named = [f"{name}, line {bad.number}: {bad.sentence}" for bad in unreadable[:_NAMED]]
    return _no_report(named, len(unreadable), name, is_label_file=bool(lines))


def _no_report(named: Sequence[str], count: int, name: str, *, is_label_file: bool = True) -> str:
    what = f"has {_lines_of(count)} that cannot be read" if is_label_file else "is no label file"
    said = [*named, f"… and {count - len(named):,} more."] if count > len(named) else named
    advice = "No report was made: labeler export writes files that can be read"
    return "\n".join([*said, f"{name} {what}. {advice}"])


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
        source=Source(label.source_type, label.reviewer or ""),
        rationale=label.rationale,
        span_id=label.span_id,
        metadata=label.metadata,
        created_at_ms=label.created_at_ms or 0,
        updated_at_ms=label.created_at_ms or 0,
        valid=label.valid,
    )
