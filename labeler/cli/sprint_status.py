"""`labeler sprint status`: how far a sprint is, once or again and again."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.backends.base import Ambiguous, Unreachable
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_text
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_files import GoldFile
from labeler.cli.sprint_reading import gold_answers, read_gold_of, read_whole
from labeler.cli.sprint_status_words import WIDE, explained, status_lines, status_object
from labeler.cli.stdout import finish_output, write_out
from labeler.cli.styled_output import plain, print_lines
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import time_of_day
from labeler.domain.web_address import web_address
from labeler.review.judge_values import judged_value
from labeler.sprint.assignment import everybodys_items
from labeler.sprint.errors import UnknownSprint, UnreadablePlan
from labeler.sprint.gold import GoldAnswers
from labeler.sprint.plan_tags import Sprint, sprints_of
from labeler.sprint.progress import SprintProgress, progress_of
from labeler.sprint.reading import Snapshot, read_items, read_traces

_WHOLE_S: Final = 600.0
"""MLflow marks nothing when an answer is edited or deleted after its item was completed: all is read so often."""

_EVERY_S: Final = 15.0
_EVERY_SIGNED_IN_S: Final = 60.0
"""A server with sign-in takes 300 to 600 ms of CPU for a request, and a sprint of eight has eleven each time."""

_NARROWEST: Final = 60
_BOOTSTRAP: Final = Bootstrap(resamples=200)
"""A report draws 1,000 times, which takes longer than the reading of what it is about."""


async def status(arguments: argparse.Namespace) -> ExitCode:
    """Print how far a sprint is. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    if arguments.watch is not None and (arguments.json or arguments.explain is not None):
        raise CommandFailed(ExitCode.USAGE, f"Give either --watch or {'--json' if arguments.json else '--explain'}")
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        with ProgressBar("Reading labels") as bar:
            reading = await with_retries(lambda: read_whole(team, sprint, bar.show))
        gold = None if arguments.gold is None else read_gold_of(arguments.gold, sprint.plan)
        if arguments.watch is not None:
            return await _watch(team, reading, gold, arguments.watch or await _pause_s(team))
        progress = _progress(reading, gold)
    if arguments.json:
        print_json(status_object(progress))
    elif arguments.explain is not None:
        _explain(team, progress, arguments.explain)
    else:
        print_lines(status_lines(progress, _width()))
    return ExitCode.OK


def _progress(reading: Snapshot, gold: GoldFile | None) -> SprintProgress:
    answers: GoldAnswers = {} if gold is None else gold_answers(gold, reading.questions)
    return progress_of(reading, judged_value, answers, gold_items(reading, gold), _BOOTSTRAP)


def gold_items(reading: Snapshot, gold: GoldFile | None) -> set[str]:
    """Return the traces that are gold: those of the file, else as far as the queues tell."""
    plan = reading.sprint.plan
    if gold is not None:
        return set(gold.lines)
    if plan.gold is None:
        return set()
    return everybodys_items(reading.placed, plan.overlap, plan.calibration, list(plan.active_queues)) or set()


def _explain(team: TeamContext, progress: SprintProgress, reviewer: str) -> None:
    experiment_id = progress.snapshot.sprint.experiment_id

    def page(trace_id: str) -> str:
        return web_address(team.backend.uri, team.backend.workspace, experiment_id, trace_id) or trace_id

    for each in progress.reviewers:
        if same_reviewer(each.reviewer, reviewer):
            for sentence in explained(each, progress, page):
                print_text(sentence)
            return
    there = ", ".join(each.reviewer for each in progress.reviewers)
    raise CommandFailed(ExitCode.USAGE, f"{reviewer} is no reviewer of this sprint. There are {there}")


async def _pause_s(team: TeamContext) -> float:
    """Return how long to wait between two readings where nobody said."""
    return _EVERY_S if await with_retries(team.backend.whoami) is None else _EVERY_SIGNED_IN_S


async def _watch(team: TeamContext, reading: Snapshot, gold: GoldFile | None, every_s: float) -> ExitCode:
    """Show how a sprint stands again and again, until it is interrupted; on a terminal only lines that differ."""
    on_terminal = sys.stdout.isatty()
    shown: list[str] = []
    loop = asyncio.get_running_loop()
    whole_at_s = loop.time()
    trouble: list[str] = []
    pace = f"Read again every {every_s:g} s; Ctrl+C ends this."
    while True:
        progress = await asyncio.to_thread(_progress, reading, gold)
        lines = [plain(each) for each in status_lines(progress, _width(), [*trouble, pace])]
        if on_terminal and shown:
            _repaint(shown, lines)
        elif lines != shown:
            write_out("\n".join(lines) + "\n")
        finish_output()
        shown = lines
        await asyncio.sleep(every_s)
        try:
            if loop.time() - whole_at_s >= _WHOLE_S:
                reading = await read_whole(team, await _sprint_now(team, reading.sprint), _say_nothing)
                whole_at_s = loop.time()
            else:
                reading = await _changed(team, reading)
            trouble = []
        except (Unreachable, Ambiguous) as error:
            trouble = [f"! This is as it was at {time_of_day(reading.at_ms)}: {str(error).rstrip('.')}."]


async def _sprint_now(team: TeamContext, known: Sprint) -> Sprint:
    """Return a sprint with the plan that it has now: people come and go while it is followed.

    Raises `UnknownSprint` where it was deleted, and `UnreadablePlan`.
    """
    found = await sprints_of(team.backend, [known.experiment_id])
    if (why := found.unreadable.get(known.plan.slug)) is not None:
        raise UnreadablePlan(why)
    for sprint in found.sprints:
        if sprint.plan.slug == known.plan.slug:
            return sprint
    raise UnknownSprint(f"“{known.plan.name}” was deleted: its plan is not on the server any more. All labels stay")


async def _changed(team: TeamContext, known: Snapshot) -> Snapshot:
    """Read the items again, and the labels of those whose state changed or that came."""
    at_ms = wall_clock_ms()
    sprint = await _sprint_now(team, known.sprint)
    snapshot = await read_items(team.backend, sprint, at_ms)
    changed = {
        trace
        for reviewer, items in snapshot.items.items()
        for trace, item in items.items()
        if known.items.get(reviewer, {}).get(trace) != item
    }
    read = await read_traces(team.backend, sprint.experiment_id, sorted(changed), _say_nothing)
    kept = set(snapshot.wanted_traces) - changed
    traces = {trace: summary for trace, summary in known.traces.items() if trace in kept} | read
    return replace(snapshot, traces=traces, questions=known.questions)


def _say_nothing(done: int, of: int) -> None:
    """Show no progress: what was read last stays on the screen meanwhile."""


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
