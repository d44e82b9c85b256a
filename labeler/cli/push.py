"""Queue labels from a file."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from labeler.backends.base import Backend
from labeler.cli.context import CliContext, configure
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.open_backend import reach_backend
from labeler.cli.open_journal import open_journal
from labeler.cli.output import print_message
from labeler.cli.reviewer import reviewer_at
from labeler.cli.trace_files import refuse_addresses
from labeler.config.problems import SettingSource
from labeler.delivery.pushing import LineStanding, PushedLine, sort_lines
from labeler.domain import answer_metadata
from labeler.domain.assessment import NOTHING, Assessment
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.labels.label import assessment_of, derived_id, is_derived_id
from labeler.labels.label_lines import BadLine, LabelLine, read_lines
from labeler.labels.labels_of_rows import read_labelled_rows
from labeler.reading.wire.identifiers import is_open_telemetry_s, mlflow_id
from labeler.storage.file_reading import read_data_file, read_stream
from labeler.storage.home_directory import expand

_MOST_BYTES: Final = 1 << 29

_TOLD: Final = {
    LineStanding.THERE: "On the server already: {}.",
    LineStanding.WAITING: "In the outbox already: {}; labeler sync delivers what waits there.",
    LineStanding.HELD: "In the outbox, parked or refused: {}; labeler outbox list says why.",
    LineStanding.LOST: "Delivered earlier, and no longer on the server: {}; labeler verify --resend sends them again.",
    LineStanding.WITHDRAWN: "Changed, taken back or given up here since: {}; not queued again.",
}


def run(arguments: argparse.Namespace) -> ExitCode:
    """Queue the labels that neither the journal nor the backend has; `labeler sync` delivers them."""
    return asyncio.run(push(arguments))


async def push(arguments: argparse.Namespace) -> ExitCode:
    """Queue the labels of a file. Pushing it twice changes nothing more. Raises `CommandFailed`."""
    configuration = configure(arguments)
    lines, unreadable, problems = _read(arguments.file)
    if not lines and not unreadable:
        print_message(f"{'stdin' if arguments.file == '-' else arguments.file} holds no label.")
        return ExitCode.OK
    now_ms = wall_clock_ms()
    async with open_journal(configuration.paths) as journal, reach_backend(configuration, journal) as backend:
        context = CliContext(configuration, journal, backend)
        lines = await _under_ids_of(backend, lines)
        reviewer = await _reviewer(context, lines)
        pushed = [
            PushedLine(line.number, line.label.trace_id, partial(_assessment, line, reviewer, now_ms), line.problem)
            for line in lines
        ]
        done = await sort_lines(journal, backend, pushed, await _experiments(context))
        bad = {each.number: each.sentence for each in done.bad} | {each.number: each.sentence for each in unreadable}
        for number, sentence in sorted(bad.items()):
            print_message(f"{arguments.file}, line {number}: {sentence}")
        for sentence in problems:
            print_message(sentence)
        wrong = len(bad) + len(problems)
        if wrong and not arguments.skip_bad:
            raise CommandFailed(
                ExitCode.USAGE, f"Nothing was queued. Mend {_lines(wrong)}, or give --skip-bad to queue the others"
            )
        queued = [
            await journal.run(journal.imported.enqueue, home, [*new.values()], now_ms) for home, new in done.new.items()
        ]
    _tell(sum(queued), len(lines) - len(done.bad), done.known)
    return ExitCode.PROBLEM if wrong or done.known[LineStanding.LOST] else ExitCode.OK


def _read(file: str) -> tuple[list[LabelLine], list[BadLine], Sequence[str]]:
    """Read the labels of a label file, or those in the rows of a labelled file with sentences about unreadable rows."""
    content = _content(file)
    lines, unreadable = read_lines(content)
    if unreadable and not lines:
        rows = read_labelled_rows("stdin" if file == "-" else Path(file).name, content)
        if rows is not None:
            return rows.lines, [], rows.problems
    return lines, unreadable, ()


async def _under_ids_of(backend: Backend, lines: Sequence[LabelLine]) -> list[LabelLine]:
    """Return the lines with MLflow's IDs for traces that it took from OpenTelemetry, where it has them by those."""
    foreign = {line.label.trace_id for line in lines if is_open_telemetry_s(line.label.trace_id)}
    if not foreign:
        return list(lines)
    there = {each.id for each in await backend.summaries([*foreign, *map(mlflow_id, foreign)])}
    ids = {each: mlflow_id(each) for each in foreign if each not in there and mlflow_id(each) in there}
    return [
        replace(line, label=replace(line.label, trace_id=ids.get(line.label.trace_id, line.label.trace_id)))
        for line in lines
    ]


def _content(file: str) -> bytes:
    refuse_addresses([file])
    try:
        return read_stream(sys.stdin.buffer, _MOST_BYTES) if file == "-" else read_data_file(expand(file), _MOST_BYTES)
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None


async def _reviewer(context: CliContext, lines: Sequence[LabelLine]) -> str:
    """Return the author of lines that name none; nobody is asked where every line names one."""
    if all(line.label.reviewer or line.problem for line in lines):
        return ""
    return (await reviewer_at(context)).id


async def _experiments(context: CliContext) -> frozenset[str] | None:
    """Return the IDs of the experiments typed with -e, or None where none was typed."""
    configuration = context.configuration
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return None
    names = configuration.settings.backend.experiments
    return frozenset(experiment.id for experiment in await experiments_named(context.backend, names))


def _assessment(line: LabelLine, reviewer: str, now_ms: int, home: Destination) -> Assessment:
    """Return the assessment that a line becomes at its trace's place. A line that cannot be queued gets no author."""
    author = line.label.reviewer or ("" if line.problem else reviewer)
    label = line.label
    is_pushed_once = label.assessment_id is not None and is_derived_id(label.assessment_id)
    if answer_metadata.FILE in label.metadata and not is_pushed_once:
        # Said of a file's row: here it is another assessment, always the same.
        label = replace(label, assessment_id=derived_id(replace(label, metadata=NOTHING), author, home))
    return assessment_of(label, reviewer=author, destination=home, now_ms=now_ms)


def _tell(queued: int, good: int, known: Mapping[LineStanding, int]) -> None:
    already = f", {good - queued} were known already" if queued < good else ""
    print_message(f"{queued} queued{already}.{' labeler sync delivers them.' if queued else ''}")
    for standing, sentence in _TOLD.items():
        if known[standing]:
            print_message(sentence.format(known[standing]))


def _lines(count: int) -> str:
    return "the line" if count == 1 else f"the {count} lines"
