"""What was in queues of a sprint that somebody deleted: traces that are in no other, and what was labelled there."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from labeler.cli.output import print_message
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext
from labeler.cli.sprint_items import gold_of, known_traces, traces_of
from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.queue import QueueItemState
from labeler.domain.sprint import scope_of_plan
from labeler.sprint.assignment import Placed
from labeler.sprint.finishing import finish_answered, names_to_answer
from labeler.sprint.plan import Plan, SprintState
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import Snapshot, read_questions, read_traces


@dataclass(frozen=True, slots=True)
class LostContent:
    """What was in queues that are gone: traces that are in no other queue, and what its reviewers have labelled.

    Labelled items are complete where every question is answered that has to be.
    """

    unplaced: Collection[str]
    labelled: Placed


_NOTHING: Final = LostContent((), {})


async def lost_content(arguments: argparse.Namespace, team: TeamContext, snapshot: Snapshot) -> LostContent:
    """Return what was in the queues of a sprint that are gone. Raises `SprintError` where that takes a file again."""
    lost, sprint = snapshot.missing_queues, snapshot.sprint
    if not lost:
        return _NOTHING
    unplaced = await _unplaced(arguments, team, snapshot)
    trace_ids = sorted({*snapshot.trace_ids, *unplaced})
    traces = await with_retries(
        lambda: read_traces(team.backend, sprint.experiment_id, trace_ids, lambda done, of: None)
    )
    questions = await with_retries(lambda: read_questions(team.backend, sprint))
    said = [each for trace in traces.values() for each in trace.assessments]
    return LostContent(unplaced, _labelled(sprint.plan, lost, said, names_to_answer(questions)))


async def finish_labelled(team: TeamContext, sprint: Sprint, lost: LostContent) -> None:
    """Finish the items that were labelled in a queue which was gone, in the one that stands for it now."""
    there = {queue.id: queue for queue in await team.backend.queues(sprint.experiment_id)}
    queues = {who: there[queue] for who, queue in sprint.plan.active_queues.items() if who in lost.labelled}
    done = {
        who: [trace for trace, state in items.items() if state is QueueItemState.COMPLETE]
        for who, items in lost.labelled.items()
    }
    if not await with_retries(lambda: finish_answered(team.backend, queues, done)):
        print_message(
            "What was labelled in a deleted queue is open in the new one: this server lets only reviewers finish "
            "their items. Their programs show it with its answers, and Enter finishes it."
        )


async def _unplaced(arguments: argparse.Namespace, team: TeamContext, snapshot: Snapshot) -> set[str]:
    plan, experiment_id = snapshot.sprint.plan, snapshot.sprint.experiment_id
    if plan.state is SprintState.CALIBRATING:
        there: Iterable[str] = await known_traces(team.backend, experiment_id, plan.calibration)
    elif plan.items is not None and len(snapshot.trace_ids) >= plan.items:
        there = ()
    else:
        found = await traces_of(arguments, team, snapshot.sprint)
        there = [*(each.id for each in found), *await gold_of(arguments, team, snapshot.sprint)]
    return set(there).difference(snapshot.trace_ids)


def _labelled(plan: Plan, lost: Collection[str], said: Iterable[Assessment], needed: Collection[str]) -> Placed:
    """Return what each of the reviewers whose queues are `lost` has labelled in the sprint."""
    is_sprints, asked = scope_of_plan(plan.scope, {}), {each.name for each in plan.questions}
    whose: Mapping[str | None, str] = {plan.queue_of(reviewer): reviewer for reviewer in lost}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in said:
        if each.valid and each.name in asked and each.source.type is SourceType.HUMAN and is_sprints(each):
            reviewer = whose.get(plan.queue_of(each.source.id))
            if reviewer is not None:
                names[reviewer, each.trace_id].add(each.name)
    found: dict[str, dict[str, QueueItemState]] = {reviewer: {} for reviewer in lost}
    for (reviewer, trace_id), answered in names.items():
        is_done = answered.issuperset(needed)
        found[reviewer][trace_id] = QueueItemState.COMPLETE if is_done else QueueItemState.PENDING
    return found
