"""`labeler sprint handover`: what a sprint's people agree on, to an evaluation dataset, a judge, or expectations."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from labeler.agreement.consensus import How
from labeler.backends.datasets import DatasetBackend
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.retry import with_retries
from labeler.cli.reviewer import reviewer_at
from labeler.cli.sprint_alignment import write_bundle
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_confirm import may_go_on
from labeler.cli.sprint_reading import read_with_lost_queues
from labeler.cli.whole_traces import UnreadTrace, root_inputs, whole_traces
from labeler.domain.assessment import AssessmentKind
from labeler.domain.clock import wall_clock_ms
from labeler.domain.trace import NotRecorded, short_id
from labeler.domain.value import JsonValue
from labeler.reports.figure_words import counted
from labeler.review.judge_values import judged_value
from labeler.sprint.agreed import Agreed, SprintConsensus, consensus_of
from labeler.sprint.errors import SprintError
from labeler.sprint.handover_dataset import (
    PlannedRecords,
    dataset_of,
    make_dataset,
    record_changes,
    records_for,
    records_read_back,
    write_records,
)
from labeler.sprint.plan import SprintState
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import Snapshot
from labeler.sprint.role_rows import (
    CONSENSUS,
    HOW,
    RoleRow,
    changes_for,
    differences_read_back,
    others_expectations,
    write_rows,
)

_MOST_TOLD: Final = 5
"""Mismatches that are told one by one."""


async def handover(arguments: argparse.Namespace) -> ExitCode:
    """Hand the consensus over as asked. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    if (arguments.align is None) != (arguments.output is None):
        raise CommandFailed(
            ExitCode.USAGE, "--align JUDGE takes -o DIR, a directory for the traces and a script; the others write none"
        )
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        if sprint.plan.state is SprintState.CREATING:
            raise SprintError(f"“{sprint.plan.name}” is not made yet: labeler sprint create goes on with it")
        snapshot = await read_with_lost_queues(team, sprint)
        consensus = consensus_of(snapshot, judged_value)
        for line in consensus_lines(sprint, consensus):
            _say(arguments, line)
        if not consensus.rows:
            raise SprintError(f"There is nothing to hand over: no item of “{sprint.plan.name}” has a consensus yet")
        if arguments.align is not None:
            return await write_bundle(arguments, team, snapshot, consensus)
        if arguments.dataset is not None:
            return await _to_dataset(arguments, team, snapshot, consensus)
        return await _to_expectations(arguments, team, snapshot, consensus)


def consensus_lines(sprint: Sprint, consensus: SprintConsensus) -> Iterator[str]:
    """Yield what people agree on, and what is left out and why."""
    plan = sprint.plan
    yield f"{plan.name}   {plan.state.value}"
    for name in (each.name for each in plan.questions):
        rows = consensus.of(name)
        left_out = [
            (consensus.undecided, "without: people differ, and nobody has decided"),
            (consensus.single, "with one label only"),
            (consensus.unanswerable, "without a right answer, as a lead decided"),
        ]
        if not rows and not any(counts.get(name) for counts, _ in left_out):
            continue
        ways = Counter(row.how for row in rows)
        said = ", ".join(f"{ways[how]:,} {how.value}" for how in How if ways[how])
        yield f"  {name}   {counted(len(rows), 'item')} with a consensus{f' ({said})' if said else ''}"
        for counts, why in left_out:
            if number := counts.get(name):
                yield f"    {counted(number, 'item')} {why}"
    if consensus.calibration:
        yield (
            f"  {counted(consensus.calibration, 'calibration item')} left out: labelled before the guide was settled. "
            "What a lead decides there counts"
        )
    if consensus.not_compared:
        yield f"  counted, not agreed on: {', '.join(consensus.not_compared)}"
    if consensus.on_spans:
        yield f"  {counted(consensus.on_spans, 'label')} about spans left out"
    if plan.state is not SprintState.CLOSED:
        yield "  The sprint is not closed: run this again after labels have come to bring it up to date."


async def _to_dataset(
    arguments: argparse.Namespace, team: TeamContext, snapshot: Snapshot, consensus: SprintConsensus
) -> ExitCode:
    sprint, backend, name = snapshot.sprint, team.backend, arguments.dataset.strip()
    if not isinstance(backend, DatasetBackend):
        raise CommandFailed(
            ExitCode.USAGE, f"{backend.uri} keeps no evaluation datasets; MLflow does. --align and --expectations work"
        )
    if not name:
        raise CommandFailed(ExitCode.USAGE, "--dataset: give the dataset a name")
    standing = await dataset_of(backend, sprint, name)
    planned = records_for(consensus.rows, await _inputs(team, consensus.rows), sprint.plan.slug)
    changes = await record_changes(backend, standing, planned, sprint.plan.slug)
    for line in _record_lines(planned):
        _say(arguments, line)
    where = f"the new dataset “{name}”" if standing is None else f"the dataset “{name}” ({standing.id})"
    _say(
        arguments,
        f"  {where}: {counted(len(planned.records), 'record')}, {len(changes.new):,} new, {len(changes.changed):,} "
        f"changed, {changes.same:,} as before, {len(changes.removed):,} withdrawn or made anew",
    )
    if not planned.records:
        raise SprintError("There is nothing to hand over: no trace has inputs that a dataset takes")
    told: dict[str, JsonValue] = {"dataset": name, "records": len(planned.records), **_counts(planned)}
    if not may_go_on(arguments, f"Write them to {where}?"):
        return _ended(arguments, sprint, consensus, told, is_made=False)
    dataset, sprint = await make_dataset(backend, backend, sprint, name, standing)
    with ProgressBar("Writing records") as progress:
        await with_retries(lambda: write_records(backend, dataset, changes, progress.show))
    problems = await with_retries(lambda: records_read_back(backend, dataset, changes, sprint.plan.slug))
    told["dataset_id"] = dataset.id
    records = counted(len(planned.records), "record")
    done = f"“{name}” ({dataset.id}) has {records} of “{sprint.plan.name}”, read back and equal"
    return _ended(arguments, sprint, consensus, told, done, problems)


async def _inputs(team: TeamContext, rows: Sequence[Agreed]) -> dict[str, JsonValue | NotRecorded]:
    """Read what went into each trace."""
    trace_ids = sorted({row.trace_id for row in rows})
    found: dict[str, JsonValue | NotRecorded] = {}
    with ProgressBar("Reading traces") as progress:
        async for trace in whole_traces(team.backend, trace_ids):
            if isinstance(trace, UnreadTrace):
                print_message(f"{short_id(trace.trace_id)}: {trace.why}. It is left out.")
            else:
                found[trace.summary.id] = root_inputs(trace)
            progress.show(len(found), len(trace_ids))
    return found


def _record_lines(planned: PlannedRecords) -> Iterator[str]:
    if planned.same_inputs:
        left = f"; {len(planned.contradicting):,} with different answers are left out" if planned.contradicting else ""
        yield f"  {counted(planned.same_inputs, 'trace')} have the same inputs as another{left}"
    if planned.without_inputs:
        yield f"  {counted(len(planned.without_inputs), 'trace')} left out: no inputs, or none that are an object"


def _counts(planned: PlannedRecords) -> dict[str, JsonValue]:
    return {
        "same_inputs": planned.same_inputs,
        "contradicting": list(planned.contradicting),
        "without_inputs": list(planned.without_inputs),
    }


async def _to_expectations(
    arguments: argparse.Namespace, team: TeamContext, snapshot: Snapshot, consensus: SprintConsensus
) -> ExitCode:
    sprint, backend = snapshot.sprint, team.backend
    slug = sprint.plan.slug
    lead = (await reviewer_at(team.context)).id
    rows = [
        RoleRow(row.trace_id, row.name, AssessmentKind.EXPECTATION, row.value, {HOW: row.how.value})
        for row in consensus.rows
    ]
    changes = changes_for(rows, CONSENSUS, slug, lead, wall_clock_ms(), snapshot.traces)
    names = {row.name for row in rows}
    others = others_expectations(names, changes, snapshot.traces)
    _say(
        arguments,
        f"  {counted(len(rows), 'expectation')}: {len(changes.new):,} new, {len(changes.changed):,} changed, "
        f"{changes.same:,} as before, {len(changes.withdrawn):,} withdrawn",
    )
    if others:
        whose = ", ".join(f"{count:,} by {who}" for who, count in others.items())
        _say(
            arguments,
            f"  There are expectations of the same names by others ({whose}): of several, MLflow's merge_records takes "
            "the last",
        )
    told: dict[str, JsonValue] = {
        "expectations": len(rows),
        "new": len(changes.new),
        "changed": len(changes.changed),
        "withdrawn": len(changes.withdrawn),
        "others": dict(others),
    }
    if changes.is_nothing:
        return _ended(arguments, sprint, consensus, told, "Nothing was to be written: all of them are there", [])
    if not may_go_on(arguments, f"Write them as {lead}?"):
        return _ended(arguments, sprint, consensus, told, is_made=False)
    with ProgressBar("Writing expectations") as progress:
        await with_retries(lambda: write_rows(backend, changes, progress.show))
    with ProgressBar("Reading them back") as progress:
        problems = await with_retries(
            lambda: differences_read_back(backend, sprint.experiment_id, changes, progress.show)
        )
    done = f"{counted(len(rows), 'expectation')} of “{sprint.plan.name}” are on the server, read back and equal"
    return _ended(arguments, sprint, consensus, told, done, problems)


def _say(arguments: argparse.Namespace, line: str) -> None:
    if not arguments.json:
        print_text(line)


def _ended(
    arguments: argparse.Namespace,
    sprint: Sprint,
    consensus: SprintConsensus,
    told: dict[str, JsonValue],
    done: str = "",
    problems: Sequence[str] = (),
    *,
    is_made: bool = True,
) -> ExitCode:
    """Say how it ended, and what was read back otherwise than it was written."""
    for problem in problems[:_MOST_TOLD]:
        print_message(f"{problem}.")
    if len(problems) > _MOST_TOLD:
        print_message(f"… and {len(problems) - _MOST_TOLD:,} more.")
    if problems:
        print_message("What was read back is not what was written. Run the same command again; it writes what differs.")
    if arguments.json:
        print_json(
            {
                "sprint": sprint.plan.name,
                "made": is_made,
                "consensus": {
                    row: len(consensus.of(row)) for row in dict.fromkeys(each.name for each in consensus.rows)
                },
                "calibration_left_out": consensus.calibration,
                **told,
                "mismatches": list(problems),
            }
        )
    elif is_made and not problems:
        print_text(f"{done}.")
    return ExitCode.PROBLEM if problems else ExitCode.OK
