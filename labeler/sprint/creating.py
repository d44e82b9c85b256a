"""Makes a sprint: claims its name, then plan, questions, queues and items. Run again after a crash, it goes on.

Of several leads who make the same name one alone succeeds, because a server takes one queue of a name. What is written
first, the plan, pins everything that decides who gets which item, so that a second run makes the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import Final

from labeler.backends.base import AlreadyThere, LacksPermission, MissingTarget, TeamBackend
from labeler.dataclass import dataclass
from labeler.domain.assessment import person, same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import short_date_and_time
from labeler.domain.queue import Queue
from labeler.domain.sprint import order_of_items
from labeler.sprint.assignment import assign
from labeler.sprint.errors import MissingRight, SprintError, UnreadablePlan
from labeler.sprint.finishing import finish_answered
from labeler.sprint.names import adjudication_queue_name, queue_name
from labeler.sprint.plan import Overlap, Plan, SprintState
from labeler.sprint.plan_tags import FoundSprints, sprints_of, write_guide, write_plan
from labeler.sprint.questions import MatchedQuestions, make_schemas

OnStepsMade = Callable[[int, int], None]
"""Hears how many items of how many are in the queues."""

_EARLY: Final = 20
"""Among so many items at the beginning everybody gets at least one gold item."""

_MOST_SEEDS: Final = 50
_CLAIM_CHECKS: Final = 10
_CLAIM_PAUSE_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class NewSprint:
    """A sprint that is to be made. `plan` is pinned and in state `creating`, with its reviewers and without queues.

    `items` are the traces that were selected, `gold` those of the gold file, which may be among them. `answered` are
    those that each reviewer has answered already, where that counts. `again` has the own items that each reviewer gets
    again; empty unless the sprint is a repeat.
    """

    plan: Plan
    questions: MatchedQuestions
    items: tuple[str, ...]
    gold: tuple[str, ...] = ()
    guide: str = ""
    answered: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))
    again: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def everything(self) -> frozenset[str]:
        """Every trace of the sprint."""
        return frozenset(self.items) | frozenset(self.gold)


def assignment_of(new: NewSprint, *, is_calibrated: bool = False) -> dict[str, list[str]]:
    """Return who gets which item: while it is calibrated, everybody the calibration items and nothing else.

    With `is_calibrated` the calibration is over, or there is none.
    """
    plan = new.plan
    if new.again:
        return {reviewer: list(items) for reviewer, items in new.again.items()}
    reviewers = plan.reviewers or tuple(plan.active_queues)
    calibration = [each for each in plan.calibration if each in new.everything]  # some may be deleted by now
    if plan.calibration and not is_calibrated:
        return dict.fromkeys(reviewers, calibration)
    return assign(new.everything, reviewers, plan.overlap, plan.order_seed, {*new.gold, *calibration})


def seed_with_early_gold(
    items: Collection[str], gold: Collection[str], reviewers: Sequence[str], overlap: Overlap, seed: int
) -> int:
    """Return the first seed from `seed` on that gives everybody a gold item early, or the one that does for most.

    Reviewers' programs work their order out from this seed alone, and must not know which items are gold.
    """
    if not gold:
        return seed

    def without(tried: int) -> int:
        given = assign({*items, *gold}, reviewers, overlap, tried, gold)
        return sum(not set(gold) & {*order_of_items(given[who], who, tried)[:_EARLY]} for who in given)

    missed: dict[int, int] = {}
    for tried in range(seed, seed + _MOST_SEEDS):
        missed[tried] = without(tried)
        if not missed[tried]:
            return tried
    return min(missed, key=lambda each: (missed[each], each))


def standing_plan(found: FoundSprints, name: str, slug: str, lead: str) -> Plan | None:
    """Return the plan of that slug where this lead has begun it, None where there is none yet.

    Raises `SprintError` where the name is somebody else's, or another sprint's, and `UnreadablePlan`.
    """
    if slug in found.unreadable:
        raise UnreadablePlan(found.unreadable[slug])
    plan = next((each.plan for each in found.sprints if each.plan.slug == slug), None)
    if plan is None:
        return None
    if not same_reviewer(plan.name, name):
        raise SprintError(
            f"The slug of “{name}”, {slug}, is that of the sprint “{plan.name}”. Nothing was changed; choose a name "
            "that differs in letters of a to z or digits"
        )
    if not same_reviewer(plan.created_by, lead):
        opened = f", open since {short_date_and_time(plan.opened_at_ms)}" if plan.opened_at_ms else ""
        raise SprintError(f"“{plan.name}” was created by {plan.created_by}{opened}. Nothing was changed")
    return plan


async def create(backend: TeamBackend, experiment_id: str, new: NewSprint, notify: OnStepsMade) -> Plan:
    """Make a sprint, or go on where an earlier run stopped, and return its plan.

    Raises `SprintError` and what the backend raises; nothing is undone then, and a further run goes on.
    """
    plan, lead = new.plan, new.plan.created_by
    standing = standing_plan(await sprints_of(backend, [experiment_id]), plan.name, plan.slug, lead)
    if standing is None:
        claimed = await _claim(backend, experiment_id, plan)
        standing = await _written_by_the_other_run(backend, experiment_id, plan) if claimed is None else None
        if standing is None:
            queue = claimed or await _queue_named(backend, experiment_id, adjudication_queue_name(plan.name))
            standing = await write_plan(backend, experiment_id, replace(plan, adjudication_queue=queue.id))
    if standing.state is not SprintState.CREATING:
        return standing
    if new.guide:
        await write_guide(backend, experiment_id, standing, new.guide)
    questions = await make_schemas(backend, experiment_id, new.questions)
    queues = await make_queues(backend, experiment_id, standing, new.plan.reviewers, questions)
    made = replace(
        standing,
        questions=questions.planned,
        queues={queue.id: reviewer for reviewer, queue in queues.items()},
    )
    if made != standing:
        standing = await write_plan(backend, experiment_id, made)
    await add_assigned(backend, assignment_of(new), queues, notify)
    await finish_answered(backend, queues, new.answered)
    state = SprintState.CALIBRATING if standing.calibration else SprintState.OPEN
    done = replace(standing, state=state, opened_at_ms=wall_clock_ms(), reviewers=(), items=len(new.everything))
    return await write_plan(backend, experiment_id, done)


async def make_queues(
    backend: TeamBackend, experiment_id: str, plan: Plan, reviewers: Sequence[str], questions: MatchedQuestions
) -> dict[str, Queue]:
    """Make the queue of each reviewer that has none yet, and return all by reviewer."""
    schema_ids = [each.schema_id for each in questions.questions if each.schema_id is not None]
    there = {person(queue.name): queue for queue in await backend.queues(experiment_id)}
    made: dict[str, Queue] = {}
    for reviewer in reviewers:
        name = queue_name(plan.name, reviewer)
        queue = there.get(person(name))
        if queue is None:
            users = [reviewer, *plan.further_ids_of(reviewer)]
            try:
                queue = await backend.create_queue(experiment_id, name, users, schema_ids)
            except AlreadyThere:
                queue = await _queue_named(backend, experiment_id, name)
            except LacksPermission as error:
                raise MissingRight(
                    f"To make review queues takes EDIT on the experiment. Ask for EDIT ({error})"
                ) from error
        if person(reviewer) not in map(person, queue.users):
            raise SprintError(
                f"The queue “{queue.name}” is there already, for {', '.join(queue.users) or 'everybody'} and not for "
                f"{reviewer}. Rename or delete it in MLflow, or give the sprint another name"
            )
        made[reviewer] = queue
    return made


async def add_assigned(
    backend: TeamBackend, assigned: Mapping[str, Sequence[str]], queues: Mapping[str, Queue], notify: OnStepsMade
) -> None:
    """Put what each reviewer was assigned into their queue, where it is not yet."""
    total, done = sum(map(len, assigned.values())), 0
    for reviewer, trace_ids in assigned.items():
        queue = queues[reviewer]
        there = {item.trace_id async for page in backend.items(queue) for item in page}
        missing = [trace_id for trace_id in trace_ids if trace_id not in there]
        if missing:
            try:
                await backend.add_items(queue.id, missing)
            except MissingTarget as error:
                raise SprintError(
                    f"A trace of the sprint was deleted while it was made ({error}). Run the same command again"
                ) from error
        done += len(trace_ids)
        notify(done, total)


async def _claim(backend: TeamBackend, experiment_id: str, plan: Plan) -> Queue | None:
    """Make the queue that claims a name; None where this lead has it already. Raises `SprintError` for the loser."""
    name = adjudication_queue_name(plan.name)
    try:
        return await backend.create_queue(experiment_id, name, [plan.created_by])
    except AlreadyThere:
        queue = await _queue_named(backend, experiment_id, name)
    except LacksPermission as error:
        raise MissingRight(
            f"Nothing was made: to make review queues takes EDIT on the experiment, and MANAGE where questions have to "
            f"be made, too. Ask for MANAGE ({error})"
        ) from error
    if person(plan.created_by) in map(person, queue.users):
        return None
    raise SprintError(f"“{plan.name}” was claimed by {', '.join(queue.users)} first. Nothing was changed")


async def _written_by_the_other_run(backend: TeamBackend, experiment_id: str, plan: Plan) -> Plan | None:
    """Return the plan of another run of the same lead, which claimed the name; None where that run died before."""
    for _ in range(_CLAIM_CHECKS):
        found = await sprints_of(backend, [experiment_id])
        if standing := standing_plan(found, plan.name, plan.slug, plan.created_by):
            return standing
        await asyncio.sleep(_CLAIM_PAUSE_S)
    return None


async def _queue_named(backend: TeamBackend, experiment_id: str, name: str) -> Queue:
    for queue in await backend.queues(experiment_id):
        if same_reviewer(queue.name, name):
            return queue
    raise SprintError(f"The queue “{name}” was deleted while the sprint was made. Run the same command again")
