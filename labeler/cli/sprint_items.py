"""The traces that a sprint was made of, found again by its plan, and by the files that are on no server."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Final

from labeler.backends.base import TeamBackend
from labeler.cli.output import ProgressBar
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext
from labeler.cli.sprint_files import read_gold, read_ids
from labeler.sprint.errors import SprintError
from labeler.sprint.plan import Plan
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.traces import SelectedTrace, drawn, search, selected

_IDS_AT_ONCE: Final = 500


async def traces_of(arguments: argparse.Namespace, team: TeamContext, sprint: Sprint) -> Sequence[SelectedTrace]:
    """Return the traces that a sprint was made with, by its pinned selection, of those that are there.

    Raises `SprintError` where that takes a file which is not given, or another one.
    """
    selection = sprint.plan.selection
    if selection.ids_sha256 is None:
        with ProgressBar("Reading traces") as progress:
            found = await with_retries(
                lambda: search(team.backend, sprint.experiment_id, selection, lambda read: progress.show(read, read))
            )
        return found.traces
    if arguments.ids is None:
        raise SprintError(
            "The sprint was made from a list of IDs, which is on no server: give it again with --ids FILE"
        )
    listed = read_ids(arguments.ids)
    if listed.sha256 != selection.ids_sha256:
        raise SprintError(f"{arguments.ids} is not the list that the sprint was made from (by its SHA-256)")
    known = await known_traces(team.backend, sprint.experiment_id, listed.lines)
    return drawn([known[each] for each in listed.lines if each in known], selection).traces


async def gold_of(arguments: argparse.Namespace, team: TeamContext, sprint: Sprint) -> Sequence[str]:
    """Return the gold items of a sprint that are there. Raises `SprintError` without the file that names them."""
    plan = sprint.plan
    if plan.gold is None:
        return ()
    if arguments.gold is None:
        raise SprintError(
            f"The sprint has {plan.gold.count} gold items, and which ones is on no server: give --gold FILE.jsonl, "
            "with which it was made"
        )
    return list(await known_traces(team.backend, sprint.experiment_id, gold_named(arguments.gold, plan)))


def gold_named(file: str, plan: Plan) -> Sequence[str]:
    """Return the traces that a gold file names. Raises `SprintError` for another file than the sprint's."""
    gold = read_gold(file, ())
    if plan.gold is None or gold.sha256 != plan.gold.sha256:
        raise SprintError(f"{file} is not the gold file that “{plan.name}” was made with (by its SHA-256)")
    return list(gold.lines)


async def known_traces(backend: TeamBackend, experiment_id: str, trace_ids: Iterable[str]) -> dict[str, SelectedTrace]:
    """Return those of some traces that the experiment has."""
    listed, found = list(trace_ids), dict[str, SelectedTrace]()
    for start in range(0, len(listed), _IDS_AT_ONCE):
        summaries = await backend.summaries(listed[start : start + _IDS_AT_ONCE], [experiment_id])
        found |= {each.id: selected(each) for each in summaries if each.experiment_id == experiment_id}
    return found
