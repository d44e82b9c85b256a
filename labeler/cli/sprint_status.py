"""`labeler sprint status`: how far a sprint is, once or again and again."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_text
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_files import GoldFile, read_gold
from labeler.cli.sprint_status_words import WIDE, explained, status_lines, status_object
from labeler.cli.stdout import finish_output, write_out
from labeler.cli.styled_output import plain, print_lines
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.trace import TraceSummary
from labeler.domain.value import JsonValue
from labeler.review.judge_values import judged_value
from labeler.sprint.assignment import everybodys_items
from labeler.sprint.plan import Plan
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.progress import SprintProgress, progress_of
from labeler.sprint.reading import Snapshot, read_items, read_questions, read_traces

_WHOLE_S: Final = 600.0
"""MLflow marks nothing when an answer is edited or deleted after its item was completed: all is read so often."""

_NARROWEST: Final = 60
_QUICK: Final = Bootstrap(resamples=200)
"""For figures that are renewed all the time."""


async def status(arguments: argparse.Namespace) -> ExitCode:
    """Print how far a sprint is. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    if arguments.watch is not None and arguments.json:
        raise CommandFailed(ExitCode.USAGE, "Give either --watch or --json")
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        reading = await _whole(team, sprint)
        gold = None if arguments.gold is None else _gold(arguments.gold, sprint.plan, reading)
        if arguments.watch is not None:
            return await _watch(team, reading, gold, float(arguments.watch))
        progress = _progress(reading, gold, Bootstrap())
    if arguments.json:
        print_json(status_object(progress))
    elif arguments.explain is not None:
        _explain(progress, arguments.explain)
    else:
        print_lines(status_lines(progress, _width()))
    return ExitCode.OK


async def _whole(team: TeamContext, sprint: Sprint) -> Snapshot:
    at_ms = wall_clock_ms()
    snapshot = await with_retries(lambda: read_items(team.backend, sprint, at_ms))
    questions = await with_retries(lambda: read_questions(team.backend, sprint))
    with ProgressBar("Reading labels") as progress:
        traces = await with_retries(
            lambda: read_traces(team.backend, sprint.experiment_id, snapshot.trace_ids, progress.show)
        )
    return replace(snapshot, traces=traces, questions=questions)


def _gold(file: str, plan: Plan, reading: Snapshot) -> GoldFile:
    gold = read_gold(file, reading.questions)
    if plan.gold is None or plan.gold.sha256 != gold.sha256:
        raise CommandFailed(
            ExitCode.USAGE, f"{file} is not the gold file that “{plan.name}” was made with (by its SHA-256)"
        )
    return gold


def _progress(reading: Snapshot, gold: GoldFile | None, bootstrap: Bootstrap) -> SprintProgress:
    plan = reading.sprint.plan
    answers: Mapping[tuple[str, str], JsonValue] = {}
    items: set[str] = set()
    if gold is not None:
        answers = {(label.trace_id, label.name): label.value for _, label in gold.labels}
        items = set(gold.lines)
    elif plan.gold is not None:
        found = everybodys_items(reading.placed, plan.overlap, plan.calibration, list(plan.active_queues))
        items = found or set()
    return progress_of(reading, judged_value, answers, items, bootstrap)


def _explain(progress: SprintProgress, reviewer: str) -> None:
    for each in progress.reviewers:
        if same_reviewer(each.reviewer, reviewer):
            for sentence in explained(each, progress):
                print_text(sentence)
            return
    there = ", ".join(each.reviewer for each in progress.reviewers)
    raise CommandFailed(ExitCode.USAGE, f"{reviewer} is no reviewer of this sprint. There are {there}")


async def _watch(team: TeamContext, reading: Snapshot, gold: GoldFile | None, every_s: float) -> ExitCode:
    """Show how a sprint stands again and again, until it is interrupted; on a terminal only lines that differ."""
    on_terminal = sys.stdout.isatty()
    shown: list[str] = []
    loop = asyncio.get_running_loop()
    whole_at_s = loop.time()
    while True:
        progress = await asyncio.to_thread(_progress, reading, gold, _QUICK)
        lines = [plain(each) for each in status_lines(progress, _width())]
        if on_terminal and shown:
            _repaint(shown, lines)
        elif lines != shown:
            write_out("\n".join(lines) + "\n")
        finish_output()
        shown = lines
        await asyncio.sleep(every_s)
        if loop.time() - whole_at_s >= _WHOLE_S:
            reading, whole_at_s = await _whole(team, reading.sprint), loop.time()
        else:
            reading = await _changed(team, reading)


async def _changed(team: TeamContext, known: Snapshot) -> Snapshot:
    """Read the items again, and the labels of those whose state changed or that came."""
    at_ms = wall_clock_ms()
    snapshot = await with_retries(lambda: read_items(team.backend, known.sprint, at_ms))
    changed = {
        trace
        for reviewer, items in snapshot.items.items()
        for trace, item in items.items()
        if known.items.get(reviewer, {}).get(trace) != item
    }
    traces: dict[str, TraceSummary] = dict(known.traces)
    if changed:
        traces |= await with_retries(
            lambda: read_traces(team.backend, known.sprint.experiment_id, sorted(changed), lambda done, of: None)
        )
    return replace(snapshot, traces=traces, questions=known.questions)


def _repaint(shown: Sequence[str], lines: Sequence[str]) -> None:
    """Write lines over those that were written before; only what differs is painted."""
    write_out(f"\x1b[{len(shown)}A")
    for at, text in enumerate(lines):
        is_same = at < len(shown) and shown[at] == text
        write_out("\n" if is_same else f"\r{text}\x1b[K\n")
    if len(shown) > len(lines):
        write_out("\x1b[J")


def _width() -> int:
    """Return how many columns there are: those of the terminal, else as many as everything takes."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return WIDE
    return min(max(shutil.get_terminal_size((WIDE, 24)).columns, _NARROWEST), WIDE)
