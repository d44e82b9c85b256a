"""`labeler sprint open`, `close`, `reopen` and `delete`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.prompts import is_interactive, read_line
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_items import gold_of, traces_of
from labeler.cli.sprint_words import plan_object
from labeler.domain.assessment import same_reviewer
from labeler.sprint.creating import NewSprint, add_assigned, assignment_of
from labeler.sprint.errors import SprintError
from labeler.sprint.finishing import answered_already, finish_answered
from labeler.sprint.moving import rights_told
from labeler.sprint.names import guide_tag
from labeler.sprint.plan import Plan, SprintState
from labeler.sprint.plan_tags import Sprint, write_plan
from labeler.sprint.questions import MatchedQuestions
from labeler.sprint.reading import read_questions


async def open(arguments: argparse.Namespace) -> ExitCode:
    """End the calibration: everybody gets the other items."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        plan = sprint.plan
        if plan.state is SprintState.OPEN:
            return _tell(arguments, sprint, f"“{plan.name}” is open already.")
        if plan.state is not SprintState.CALIBRATING:
            raise SprintError(f"“{plan.name}” is {plan.state.value}, and open ends a calibration. Nothing was changed")
        gold = await gold_of(arguments, team, sprint)
        traces = await traces_of(arguments, team, sprint)
        new = NewSprint(plan, MatchedQuestions(()), tuple(each.id for each in traces), tuple(gold))
        assigned = assignment_of(new, is_calibrated=True)
        there = {queue.id: queue for queue in await team.backend.queues(sprint.experiment_id)}
        if lost := [who for who, queue in plan.active_queues.items() if queue not in there]:
            raise SprintError(f"The queue of {lost[0]} was deleted: labeler sprint rebalance makes it again")
        queues = {who: there[queue] for who, queue in plan.active_queues.items()}
        with ProgressBar("Filling queues") as progress, rights_told("The sprint was not opened"):
            await with_retries(lambda: add_assigned(team.backend, assigned, queues, progress.show))
            if plan.counts_earlier:
                answered = answered_already(traces, queues, await read_questions(team.backend, sprint))
                await with_retries(lambda: finish_answered(team.backend, queues, answered))
        return await _set_state(arguments, team, sprint, SprintState.OPEN, f"“{plan.name}” is open for all its items.")


async def close(arguments: argparse.Namespace) -> ExitCode:
    """Close a sprint. Its queues stay, and labels that come later count all the same."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        name, state = sprint.plan.name, sprint.plan.state
        if state is SprintState.CLOSED:
            return _tell(arguments, sprint, f"“{name}” is closed already.")
        if state is SprintState.CREATING:
            raise SprintError(f"“{name}” is not made yet: labeler sprint create goes on with it, delete takes it away")
        said = (
            f"“{name}” is closed. Its queues stay; labels that reviewers have not delivered yet still come and count."
        )
        return await _set_state(arguments, team, sprint, SprintState.CLOSED, said)


async def reopen(arguments: argparse.Namespace) -> ExitCode:
    """Open a sprint again that was closed."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        if sprint.plan.state is not SprintState.CLOSED:
            raise SprintError(f"“{sprint.plan.name}” is {sprint.plan.state.value}, not closed. Nothing was changed")
        return await _set_state(arguments, team, sprint, SprintState.OPEN, f"“{sprint.plan.name}” is open again.")


async def delete(arguments: argparse.Namespace) -> ExitCode:
    """Delete a sprint's queues, its guide and its plan. Labels are never deleted."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        plan = sprint.plan
        queues = [*plan.queues, *([plan.adjudication_queue] if plan.adjudication_queue else [])]
        print_message(f"This deletes {len(queues)} queues and the plan of “{plan.name}”. All labels stay.")
        if not _is_named(arguments, plan):
            print_message("Nothing was deleted.")
            return ExitCode.OK
        with rights_told("The sprint was not deleted, or not whole"):
            for queue in queues:
                await with_retries(partial(team.backend.delete_queue, queue))
            # The plan goes last: until then the same command goes on.
            await team.backend.delete_experiment_tag(sprint.experiment_id, guide_tag(plan.slug))
            await team.backend.delete_experiment_tag(sprint.experiment_id, plan.tag)
        if arguments.json:
            print_json({"sprint": plan.name, "deleted": True, "queues": len(queues)})
        else:
            print_text(f"“{plan.name}” is deleted. All labels stay.")
    return ExitCode.OK


def _is_named(arguments: argparse.Namespace, plan: Plan) -> bool:
    """Return whether whoever is here has typed the sprint's name, or said --yes."""
    if arguments.yes:
        return True
    if not is_interactive():
        raise CommandFailed(ExitCode.USAGE, "Nothing was deleted: give --yes to delete it without being asked")
    return same_reviewer(read_line("Type its name to delete it: "), plan.name)


async def _set_state(
    arguments: argparse.Namespace, team: TeamContext, sprint: Sprint, state: SprintState, said: str
) -> ExitCode:
    plan = await write_plan(team.backend, sprint.experiment_id, replace(sprint.plan, state=state))
    return _tell(arguments, replace(sprint, plan=plan), said)


def _tell(arguments: argparse.Namespace, sprint: Sprint, said: str) -> ExitCode:
    if arguments.json:
        print_json(plan_object(sprint))
    else:
        print_text(said)
    return ExitCode.OK
