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
from labeler.cli.sprint_confirm import may_go_on
from labeler.cli.sprint_gold import gold_changes, put_gold
from labeler.cli.sprint_items import gold_of, traces_of
from labeler.cli.sprint_reading import read_with_lost_queues
from labeler.cli.sprint_words import plan_object
from labeler.domain.assessment import same_reviewer
from labeler.review.judge_values import judged_value
from labeler.sprint.creating import NewSprint, add_assigned, assignment_of
from labeler.sprint.errors import SprintError
from labeler.sprint.finishing import answered_already, finish_answered
from labeler.sprint.gold import gold_on_server
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
    """Close a sprint. Its queues stay, and labels that come later count all the same.

    Gold answers go to the server with ``--gold`` alone, and not before it is closed: reviewers could see them there.
    """
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        plan = sprint.plan
        name, is_closed = plan.name, plan.state is SprintState.CLOSED
        if plan.state is SprintState.CREATING:
            raise SprintError(f"“{name}” is not made yet: labeler sprint create goes on with it, delete takes it away")
        gold = None if arguments.gold is None else await gold_changes(arguments.gold, team, sprint)
        if gold is not None:
            print_message(
                f"This puts {len(gold.wanted):,} gold answers of “{name}” on the server: all can see them there."
            )
            if not may_go_on(arguments, "Close it and put them there?"):
                return ExitCode.OK
        elif arguments.dry_run:
            return _tell(arguments, sprint, f"“{name}” would be closed." if not is_closed else f"“{name}” is closed.")
        if not is_closed:
            plan = await write_plan(team.backend, sprint.experiment_id, replace(plan, state=SprintState.CLOSED))
            sprint = replace(sprint, plan=plan)
        is_written = gold is None or await put_gold(team, sprint, gold)
    if gold is not None:
        print_message(f"The gold answers are {'' if is_written else 'not all '}on the server.")
    elif plan.gold is not None:
        print_message(
            f"Its {plan.gold.count} gold answers stay on this machine; labeler sprint close with --gold FILE.jsonl "
            "puts them on the server."
        )
    said = f"“{name}” is closed. Its queues stay; labels that reviewers have not delivered yet still come and count."
    _tell(arguments, sprint, f"“{name}” is closed already." if is_closed else said)
    return ExitCode.OK if is_written else ExitCode.PROBLEM


async def reopen(arguments: argparse.Namespace) -> ExitCode:
    """Open a sprint again that was closed, for its calibration where it had not got beyond."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        plan = sprint.plan
        if plan.state is not SprintState.CLOSED:
            raise SprintError(f"“{plan.name}” is {plan.state.value}, not closed. Nothing was changed")
        snapshot = await read_with_lost_queues(team, sprint)
        if gold_on_server(snapshot, judged_value):
            print_message("The gold answers are on the server since it was closed: reviewers can see them there.")
        given = {trace for items in snapshot.items.values() for trace in items}
        if plan.calibration and given <= set(plan.calibration):
            said = f"“{plan.name}” is open again, for its calibration. labeler sprint open ends that."
            return await _set_state(arguments, team, sprint, SprintState.CALIBRATING, said)
        return await _set_state(arguments, team, sprint, SprintState.OPEN, f"“{plan.name}” is open again.")


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
