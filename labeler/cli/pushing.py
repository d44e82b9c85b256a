"""What `labeler push` does: every line checked, its trace found at the backend, then all of it queued at once."""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from labeler.backends.base import Backend
from labeler.cli.assembly import configure, experiments_at, open_journal, reach_backend, reviewer_at
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.trace_files import refuse_addresses
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.config.load import Configuration
from labeler.config.problems import Source
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.file_reading import read_data_file, read_stream
from labeler.home import expand
from labeler.journal.journal import Journal
from labeler.journal.thread import JournalThread
from labeler.labels.jsonl import BadLine, read_labels
from labeler.labels.label import Label, assessment_of

_SUMMARIES_A_PAGE: Final = 100
_MOST_BYTES: Final = 1 << 29


@dataclass(frozen=True, slots=True)
class _Line:
    """A good line: its number in the file, from 1, and the label it holds."""

    number: int
    label: Label


async def push(arguments: argparse.Namespace) -> ExitCode:
    """Queue the labels of a file, idempotently. Raises `CommandFailed`."""
    configuration = configure(arguments)
    lines, bad = _read(arguments.file)
    if not lines and not bad:
        print_message(f"{'stdin' if arguments.file == '-' else arguments.file} holds no label.")
        return ExitCode.OK
    async with open_journal(configuration.paths) as journal, reach_backend(configuration, journal) as backend:
        homes = await _homes(backend, configuration, lines)
        bad += [BadLine(line.number, _unknown_trace(line)) for line in lines if line.label.trace_id not in homes]
        lines = [line for line in lines if line.label.trace_id in homes]
        lines, elsewhere = await _not_given_elsewhere(journal, homes, lines)
        bad += elsewhere
        for problem in sorted(bad, key=lambda problem: problem.number):
            print_message(f"{arguments.file}, line {problem.number}: {problem.sentence}")
        if bad and not arguments.skip_bad:
            raise CommandFailed(
                ExitCode.USAGE, f"Nothing was queued. Mend {_lines(len(bad))}, or give --skip-bad to queue the others"
            )
        reviewer = await _reviewer(backend, configuration, journal, lines)
        queued = await _queue(journal, homes, lines, reviewer)
    known = len(lines) - queued
    print_message(f"{queued} queued{f', {known} were known already' if known else ''}. labeler sync delivers them.")
    return ExitCode.PROBLEM if bad else ExitCode.OK


def _read(file: str) -> tuple[list[_Line], list[BadLine]]:
    refuse_addresses([file])
    try:
        content = (
            read_stream(sys.stdin.buffer, _MOST_BYTES) if file == "-" else read_data_file(expand(file), _MOST_BYTES)
        )
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    lines: list[_Line] = []
    bad: list[BadLine] = []
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        for found in read_labels([text]):
            if isinstance(found, BadLine):
                bad.append(replace(found, number=number))
            elif not found.valid:
                bad.append(BadLine(number, "This label is marked as superseded by another, so it is not queued."))
            elif wrong := _wrong_reviewer(found):
                bad.append(BadLine(number, wrong))
            else:
                lines.append(_Line(number, found))
    return lines, bad


def _wrong_reviewer(label: Label) -> str:
    """Why nobody can be the reviewer that the line names; empty when somebody can, or when it names none."""
    if label.reviewer is None:
        return ""
    try:
        check_reviewer(label.reviewer)
    except BadReviewer as error:
        return f'"reviewer" {error}.'
    return ""


async def _homes(backend: Backend, configuration: Configuration, lines: Sequence[_Line]) -> dict[str, Destination]:
    """Where the traces that exist belong, by their IDs; only those of the experiments typed with -e, if any were."""
    trace_ids = list(dict.fromkeys(line.label.trace_id for line in lines))
    allowed = None
    if configuration.origin("backend.experiments").source is Source.FLAG:
        allowed = {experiment.id for experiment in await experiments_at(backend, configuration)}
    homes: dict[str, Destination] = {}
    for start in range(0, len(trace_ids), _SUMMARIES_A_PAGE):
        for summary in await backend.summaries(trace_ids[start : start + _SUMMARIES_A_PAGE]):
            if allowed is None or summary.experiment_id in allowed:
                homes[summary.id] = Destination(backend.uri, backend.workspace, summary.experiment_id)
    return homes


async def _not_given_elsewhere(
    journal: JournalThread, homes: dict[str, Destination], lines: Sequence[_Line]
) -> tuple[list[_Line], list[BadLine]]:
    """The lines but for those whose answer this journal delivers to another place: an ID arrives once."""
    ids = {line.label.assessment_id for line in lines if line.label.assessment_id is not None}
    journaled = await journal.run(Journal.journaled_at, ids)
    kept: list[_Line] = []
    elsewhere: list[BadLine] = []
    for line in lines:
        home = homes[line.label.trace_id]
        place = journaled.get(line.label.assessment_id or "", home)
        if place == home:
            kept.append(line)
        else:
            elsewhere.append(BadLine(line.number, _given_at(place)))
    return kept, elsewhere


async def _reviewer(
    backend: Backend, configuration: Configuration, journal: JournalThread, lines: Iterable[_Line]
) -> str:
    """The reviewer of lines that name none; nobody has to be known when all do."""
    if all(line.label.reviewer for line in lines):
        return ""
    return (await reviewer_at(backend, configuration, journal)).id


async def _queue(journal: JournalThread, homes: dict[str, Destination], lines: Sequence[_Line], reviewer: str) -> int:
    now_ms = time.time_ns() // 1_000_000
    by_home: defaultdict[Destination, list[Assessment]] = defaultdict(list)
    for line in lines:
        home = homes[line.label.trace_id]
        by_home[home].append(assessment_of(line.label, reviewer=reviewer, destination=home, now_ms=now_ms))
    return sum([await journal.run(Journal.enqueue, home, labels, now_ms) for home, labels in by_home.items()])


def _given_at(place: Destination) -> str:
    return (
        f"This answer was given at {place.backend_uri}, and one journal delivers an answer to one place. To have it "
        "here too, push it with a journal of its own: --data-dir and the name of a new directory."
    )


def _unknown_trace(line: _Line) -> str:
    return f"There is no trace {line.label.trace_id} at the backend, in the experiments asked for."


def _lines(count: int) -> str:
    return "the line" if count == 1 else f"the {count} lines"
