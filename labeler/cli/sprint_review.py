"""Reviewing in a sprint: which queue is mine there, and what the plan says about the review of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from labeler.backends.base import Backend, Experiment, TeamBackend, UnknownName
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.prompts import is_interactive, read_line
from labeler.domain.assessment import same_reviewer
from labeler.domain.queue import Queue
from labeler.domain.sprint import plans_in
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.sprint.errors import UnknownSprint, UnreadablePlan
from labeler.sprint.names import guide_tag, plan_tag
from labeler.sprint.plan import Plan, SprintState, read_plan
from labeler.sprint.plan_tags import named, sprints_called, sprints_of


class NotInSprint(CommandFailed):
    """Raised for an ID that has no queue in a sprint. `reviewers` are those who have one."""

    def __init__(self, reviewer: str, plan: Plan) -> None:
        self.reviewers = tuple(plan.active_queues)
        super().__init__(
            ExitCode.USAGE,
            f"“{plan.name}” has no queue for {reviewer}. Its reviewers are {', '.join(self.reviewers)}. Give "
            "--reviewer ID with yours, or have the lead add you: labeler sprint add",
        )


async def queue_in_sprint(
    backend: Backend, experiments: Sequence[Experiment], name: str, reviewer: str
) -> Queue | None:
    """Return a reviewer's queue in the sprint of that name; None where no sprint is called so.

    Of sprints of several experiments, it is the one in which the reviewer has a queue. Raises `NotInSprint`,
    `AmbiguousSprint` where that leaves several or none, and `CommandFailed` for a sprint that is still being made.
    """
    if not isinstance(backend, TeamBackend):
        return None
    searched = experiments or await backend.experiments()
    found = await sprints_of(backend, [each.id for each in searched])
    mine = [each for each in sprints_called(found, name) if each.plan.queue_of(reviewer) is not None]
    try:
        sprint = mine[0] if len(mine) == 1 else named(found, name)
    except UnknownSprint:
        return None
    plan = sprint.plan
    if plan.state is SprintState.CREATING:
        raise CommandFailed(
            ExitCode.USAGE,
            f"“{plan.name}” is still being made by {plan.created_by}. Try again when it is there",
        )
    queue_id = plan.queue_of(reviewer)
    if queue_id is None:
        raise NotInSprint(reviewer, plan)
    if any(same_reviewer(each, reviewer) for each in plan.left):
        print_message(f"You have left “{plan.name}”: what you had not done was given to others.")
    try:
        return await backend.queue(sprint.experiment_id, queue_id)
    except UnknownName:
        raise CommandFailed(
            ExitCode.USAGE,
            f"Your queue of “{plan.name}” is not on the server any more. labeler sprint rebalance makes it again; ask "
            f"{plan.created_by}",
        ) from None


def choose_reviewer(stranger: NotInSprint) -> str:
    """Ask who of a sprint's reviewers sits here. Raises `stranger` where nobody can be asked, or nobody is chosen."""
    if not is_interactive() or not stranger.reviewers:
        raise stranger
    print_message(str(stranger))
    for number, reviewer in enumerate(stranger.reviewers, 1):
        print_message(f"  {number}  {reviewer}")
    answer = read_line("Which of them are you? A number, or Enter to leave: ").strip()
    if not answer.isdecimal() or not 1 <= int(answer) <= len(stranger.reviewers):
        raise stranger
    return stranger.reviewers[int(answer) - 1]


async def in_its_sprint(backend: Backend, spec: ReviewSpec, journal: AsyncJournal) -> ReviewSpec:
    """Return the spec of a review with what the plan of its queue's sprint says; as it is where there is none.

    Where the plan is gone from the server or cannot be read any more, it is as the journal has it.
    """
    if spec.queue_id is None or not isinstance(backend, TeamBackend):
        return spec
    tags = await backend.experiment_tags(spec.experiment_ids[0])
    scope = next((each for each in plans_in(tags) if spec.queue_id in each.queues), None)
    if scope is None:
        return await _as_known(spec, journal)
    text, guide = tags[plan_tag(scope.slug)], tags.get(guide_tag(scope.slug), "")
    try:
        plan = read_plan(scope.slug, text)
    except UnreadablePlan as error:
        print_message(f"{error}. The review goes on by what can be read of it.")
        return replace(spec, sprint=scope.slug, plan=text, guide=guide)
    if plan.state is SprintState.CLOSED:
        print_message(f"“{plan.name}” is closed: what you label now may come too late for it.")
    return replace(spec, sprint=scope.slug, plan=text, guide=guide, label=plan.name)


def guide_seen(spec: ReviewSpec) -> str:
    """Return the word under which the journal remembers that this reviewer has seen this guide."""
    seen = hashlib.sha256(spec.guide.encode(errors="surrogatepass")).hexdigest()
    return f"guide {seen} of {spec.sprint} at {spec.backend_uri} by {spec.reviewer}"


async def _as_known(spec: ReviewSpec, journal: AsyncJournal) -> ReviewSpec:
    def is_same_queue(other: ReviewSpec) -> bool:
        return other.queue_id == spec.queue_id and bool(other.sprint)

    known = await journal.run(journal.reviews.find, spec.backend_uri, spec.workspace, spec.reviewer, is_same_queue)
    if known is None:
        return spec
    print_message(
        f"The plan of “{known.spec.label}” is not on the server any more, or cannot be read. The review goes on by "
        "what it said last."
    )
    of = known.spec
    return replace(spec, sprint=of.sprint, plan=of.plan, guide=of.guide, label=of.label)
