"""Queue labels from a file."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from labeler.delivery.pushing import Judged, LineStanding, differences_as_labels, judge
from labeler.domain.assessment import Assessment
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary, short_id
from labeler.journal.models import Journaled
from labeler.labels.jsonl import BadLine, read_labels
from labeler.labels.label import Label, assessment_of
from labeler.storage.file_reading import read_data_file, read_stream
from labeler.storage.home_directory import expand


def run(arguments: argparse.Namespace) -> ExitCode:
    """Queue what is neither in the journal nor at the backend; labeler sync delivers it."""
    return asyncio.run(push(arguments))


_MOST_BYTES: Final = 1 << 29

_SUPERSEDED: Final = "This label is marked as superseded by another, so it is not queued."

_TOLD: Final = {
    LineStanding.THERE: "On the server already: {}.",
    LineStanding.WAITING: "In the outbox already: {}; labeler sync delivers what waits there.",
    LineStanding.HELD: "In the outbox, parked or refused: {}; labeler outbox list says why.",
    LineStanding.LOST: "Delivered earlier, and no longer on the server: {}; labeler verify --resend sends them again.",
    LineStanding.WITHDRAWN: "Changed, taken back or given up here since: {}; not queued again.",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that says something about a trace: its number in the file, from 1.

    `problem` tells why it cannot be queued; it is known all the same where the backend has what it says.
    """

    number: int
    label: Label
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line as the assessment that it would become, at its trace's place."""

    line: _Line
    home: Destination
    label: Assessment


@dataclass(slots=True)
class _Sorted:
    """What is to be done with the lines of a file: what is new by destination and ID, what is known and how, bad."""

    new: defaultdict[Destination, dict[str, Assessment]] = field(default_factory=lambda: defaultdict(dict))
    known: Counter[LineStanding] = field(default_factory=Counter)
    bad: list[BadLine] = field(default_factory=list)


async def push(arguments: argparse.Namespace) -> ExitCode:
    """Queue the labels of a file, idempotently. Raises `CommandFailed`."""
    configuration = configure(arguments)
    lines, unreadable = _read(arguments.file)
    if not lines and not unreadable:
        print_message(f"{'stdin' if arguments.file == '-' else arguments.file} holds no label.")
        return ExitCode.OK
    now_ms = wall_clock_ms()
    async with open_journal(configuration.paths) as journal, reach_backend(configuration, journal) as backend:
        context = CliContext(configuration, journal, backend)
        done = await _sort(context, lines, await _reviewer(context, lines), now_ms)
        done.bad += unreadable
        for problem in sorted(done.bad, key=lambda problem: problem.number):
            print_message(f"{arguments.file}, line {problem.number}: {problem.sentence}")
        if done.bad and not arguments.skip_bad:
            raise CommandFailed(
                ExitCode.USAGE,
                f"Nothing was queued. Mend {_lines(len(done.bad))}, or give --skip-bad to queue the others",
            )
        queued = [
            await journal.run(journal.imported.enqueue, home, [*new.values()], now_ms) for home, new in done.new.items()
        ]
    _tell(sum(queued), len(lines) + len(unreadable) - len(done.bad), done.known)
    return ExitCode.PROBLEM if done.bad or done.known[LineStanding.LOST] else ExitCode.OK


def _tell(queued: int, good: int, known: Mapping[LineStanding, int]) -> None:
    already = f", {good - queued} were known already" if queued < good else ""
    print_message(f"{queued} queued{already}.{' labeler sync delivers them.' if queued else ''}")
    for standing, sentence in _TOLD.items():
        if known[standing]:
            print_message(sentence.format(known[standing]))


def _read(file: str) -> tuple[list[_Line], list[BadLine]]:
    """The lines that say something about a trace, and those that cannot be read."""
    refuse_addresses([file])
    try:
        content = (
            read_stream(sys.stdin.buffer, _MOST_BYTES) if file == "-" else read_data_file(expand(file), _MOST_BYTES)
        )
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    lines: list[_Line] = []
    unreadable: list[BadLine] = []
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        for found in read_labels([text]):
            if isinstance(found, Label):
                lines.append(_Line(number, found, "" if found.valid else _SUPERSEDED))
            elif found.label is not None:
                lines.append(_Line(number, found.label, found.sentence))
            else:
                unreadable.append(BadLine(number, found.sentence))
    return lines, unreadable


async def _reviewer(context: CliContext, lines: Sequence[_Line]) -> str:
    """The reviewer of lines that leave it to whoever pushes; nobody has to be known when none does."""
    if all(line.label.reviewer or line.problem for line in lines):
        return ""
    return (await reviewer_at(context)).id


async def _sort(context: CliContext, lines: Sequence[_Line], reviewer: str, now_ms: int) -> _Sorted:
    """How each line stands: looked up by the ID of its label in the journal and on its trace."""
    configuration, journal, backend = context.configuration, context.journal, context.backend
    done = _Sorted()
    allowed = None
    if configuration.origin("backend.experiments").source is SettingSource.FLAG:
        allowed = {
            experiment.id for experiment in await experiments_named(backend, configuration.settings.backend.experiments)
        }
    traces = await _traces(backend, [line.label.trace_id for line in lines])
    candidates = []
    for line in lines:
        trace = traces.get(line.label.trace_id)
        if trace is None or not (allowed is None or trace.experiment_id in allowed):
            done.bad.append(BadLine(line.number, line.problem or _unknown_trace(line.label.trace_id)))
        elif not trace.experiment_id:
            done.bad.append(BadLine(line.number, line.problem or _unreadable_trace(line.label.trace_id)))
        else:
            home = Destination(backend.uri, backend.workspace, trace.experiment_id)
            author = line.label.reviewer or ("" if line.problem else reviewer)
            label = assessment_of(line.label, reviewer=author, destination=home, now_ms=now_ms)
            candidates.append(_Candidate(line, home, label))
    journaled = await journal.run(journal.imported.journaled, {each.label.id for each in candidates})
    lost = [each for each in candidates if _judge(each, traces, journaled).standing is LineStanding.LOST]
    # Delivered, perhaps, between the two looks: only a look at the server after the one at the journal tells.
    traces |= await _traces(backend, [each.label.trace_id for each in lost])
    for each in candidates:
        _take(each, _judge(each, traces, journaled), done)
    return done


async def _traces(backend: Backend, trace_ids: Sequence[str]) -> dict[str, TraceSummary]:
    """The traces that exist, by their IDs, with their assessments."""
    return {summary.id: summary for summary in await backend.summaries(list(dict.fromkeys(trace_ids)))}


def _judge(candidate: _Candidate, traces: Mapping[str, TraceSummary], journaled: Mapping[str, Journaled]) -> Judged:
    label = candidate.label
    return judge(label, candidate.home, traces[label.trace_id].assessments, journaled.get(label.id))


def _take(candidate: _Candidate, judged: Judged, done: _Sorted) -> None:
    """Sort one line in."""
    line, label, home = candidate.line, candidate.label, candidate.home
    same_id = done.new.get(home, {}).get(label.id)
    problem = ""
    if judged.standing is not LineStanding.THERE:
        problem = line.problem or judged.sentence
    if judged.standing is LineStanding.NEW and same_id is not None and differences_as_labels(label, same_id):
        problem = problem or "An earlier line has the same assessment_id and says something else."
    if problem:
        done.bad.append(BadLine(line.number, problem))
    elif judged.standing is LineStanding.NEW:
        done.new[home][label.id] = same_id or label
    else:
        done.known[judged.standing] += 1


def _unknown_trace(trace_id: str) -> str:
    return f"There is no trace {short_id(trace_id)} at the backend, in the experiments asked for."


def _unreadable_trace(trace_id: str) -> str:
    return f"What the backend says about trace {short_id(trace_id)} cannot be read, so nothing is queued for it."


def _lines(count: int) -> str:
    return "the line" if count == 1 else f"the {count} lines"
