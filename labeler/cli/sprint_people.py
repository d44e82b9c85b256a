"""`labeler sprint add`, `drop` and `rebalance`: people come and go, and what is not done goes to who is there."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_confirm import may_go_on
from labeler.cli.sprint_items import gold_named
from labeler.cli.sprint_lost_queues import finish_labelled, lost_content
from labeler.cli.sprint_words import invitation
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.domain.assessment import person, same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.queue import QueueItemState
from labeler.domain.value import JsonValue
from labeler.sprint.assignment import (
    Move,
    Placed,
    everybodys_items,
    moves_for_balance,
    moves_for_joining,
    moves_for_leaving,
    too_few,
)
from labeler.sprint.creating import make_queues
from labeler.sprint.errors import SprintError
from labeler.sprint.moving import carry_out, rights_told
from labeler.sprint.names import queue_name
from labeler.sprint.options import further_ids
from labeler.sprint.plan import Plan, SprintState
from labeler.sprint.plan_tags import Sprint, write_plan
from labeler.sprint.questions import MatchedQuestions
from labeler.sprint.reading import Snapshot, read_items, read_questions
from labeler.sprint.repeats import refuse_moves


async def add(arguments: argparse.Namespace) -> ExitCode:
    """Add a reviewer, who gets a fair share of what is left, or a further ID of one."""
    if arguments.same is not None:
        return await _add_id(arguments)
    reviewer = _checked(arguments.who)
    async with team_context(arguments) as team:
        sprint = await _running(team, arguments.name)
        plan = sprint.plan
        if any(same_reviewer(each, reviewer) for each in plan.active_queues):
            raise SprintError(
                f"{reviewer} is a reviewer of “{plan.name}” already. Nothing was changed; rebalance evens shares out"
            )
        queue_name(plan.name, reviewer)
        known = next((each for each in plan.queues.values() if same_reviewer(each, reviewer)), reviewer)
        left = tuple(each for each in plan.left if not same_reviewer(each, reviewer))
        ignored = tuple(each for each in plan.ignored if not same_reviewer(each, reviewer))
        snapshot = await _read(team, sprint)
        shared = _everybodys(arguments, snapshot)
        moves = moves_for_joining(_counted(snapshot), known, plan.overlap, plan.order_seed, shared, left)
        given = sum(move.given_to is not None for move in moves)
        _tell(arguments, plan, moves, f"{known} gets {given:,} items", [])
        if not may_go_on(arguments, f"Add {known}?"):
            return ExitCode.OK
        changed = replace(plan, left=left, ignored=ignored)
        sprint = await _with_queues(team, replace(sprint, plan=changed), [known])
        await _move(team, sprint, moves)
        line = invitation(plan, team.address)
        _done(arguments, plan, moves, f"{known} is a reviewer of “{plan.name}” now. Send them this line:\n  {line}")
    return ExitCode.OK


async def drop(arguments: argparse.Namespace) -> ExitCode:
    """Take a reviewer out of a sprint: what is done stays, the rest goes to others."""
    async with team_context(arguments) as team:
        sprint = await _running(team, arguments.name)
        plan = sprint.plan
        reviewer = _reviewer_of(plan, arguments.who)
        left = (*(each for each in plan.left if not same_reviewer(each, reviewer)), reviewer)
        if not set(plan.active_queues) - set(left):
            raise SprintError(f"{reviewer} is the only reviewer left: close or delete the sprint instead")
        ignored = tuple(dict.fromkeys((*plan.ignored, reviewer))) if arguments.ignore_labels else plan.ignored
        snapshot = await _read(team, sprint)
        shared = _everybodys(arguments, snapshot)
        moves = moves_for_leaving(snapshot.placed, reviewer, plan.overlap, plan.order_seed, shared, left)
        fewer = too_few(_after(snapshot.placed, moves), plan.overlap, plan.order_seed, shared, left)
        taken = sum(move.taken_from is not None for move in moves)
        _tell(arguments, plan, moves, f"{reviewer} leaves {taken:,} items undone", _too_few(fewer))
        if not may_go_on(arguments, f"Take {reviewer} out?"):
            return ExitCode.OK
        changed = replace(plan, left=left, ignored=ignored)
        sprint = replace(sprint, plan=await write_plan(team.backend, sprint.experiment_id, changed))
        await _move(team, sprint, moves)
        kept = "Their labels count nowhere" if reviewer in ignored else "What they have labelled stays and counts"
        _done(arguments, plan, moves, f"{reviewer} has left “{plan.name}”. {kept}.")
    return ExitCode.OK


async def rebalance(arguments: argparse.Namespace) -> ExitCode:
    """Repair a sprint: queues that were deleted, items with too few or too many people, uneven shares."""
    async with team_context(arguments) as team:
        sprint = await _running(team, arguments.name)
        plan = sprint.plan
        snapshot = await _read(team, sprint)
        lost = snapshot.missing_queues
        shared = _everybodys(arguments, snapshot)
        gone = await lost_content(arguments, team, snapshot)
        placed = {**_counted(snapshot), **gone.labelled}
        moves = [Move(trace, given_to=who) for who, items in gone.labelled.items() for trace in sorted(items)]
        moves += moves_for_balance(placed, plan.overlap, plan.order_seed, shared, plan.left, gone.unplaced)
        fewer = too_few(_after(placed, moves), plan.overlap, plan.order_seed, shared, plan.left)
        notes = [f"The queue of {reviewer} is made again." for reviewer in lost] + _too_few(fewer)
        _tell(arguments, plan, moves, f"{len(moves):,} moves" if moves else "Everything is even", notes)
        if not moves and not lost:
            _done(arguments, plan, moves, "Nothing was to be changed.")
            return ExitCode.OK
        if not may_go_on(arguments, "Move them?"):
            return ExitCode.OK
        if lost:
            sprint = await _with_queues(team, sprint, lost)
        await _move(team, sprint, moves)
        _done(arguments, plan, moves, f"“{plan.name}” is balanced.")
        if lost:
            await finish_labelled(team, sprint, gone)
    return ExitCode.OK


async def _add_id(arguments: argparse.Namespace) -> ExitCode:
    """Add a further ID of a reviewer: labels under it count as theirs, and it may work on their queue."""
    async with team_context(arguments) as team:
        sprint = await _running(team, arguments.name)
        plan = sprint.plan
        [(other, reviewer)] = further_ids([arguments.same], tuple(plan.queues.values())).items()
        other = _checked(other)
        _tell(arguments, plan, [], f"what {other} labels counts as {reviewer}'s", [])
        if not may_go_on(arguments, f"Take {other} for {reviewer}?"):
            return ExitCode.OK
        changed = replace(plan, same={**plan.same, other: reviewer})
        await write_plan(team.backend, sprint.experiment_id, changed)
        if (queue := changed.queue_of(reviewer)) is not None:
            with rights_told(f"{other} counts as {reviewer}, and was not let into the queue"):
                await team.backend.set_queue_users(queue, [reviewer, *changed.further_ids_of(reviewer)])
        _done(arguments, plan, [], f"{other} is {reviewer} in “{plan.name}” now.")
    return ExitCode.OK


async def _running(team: TeamContext, name: str) -> Sprint:
    """Return the sprint of that name, if people can come and go in it. Raises `SprintError`."""
    sprint = await sprint_named(team, name)
    state = sprint.plan.state
    if state is SprintState.CREATING:
        raise SprintError(f"“{sprint.plan.name}” is not made yet: labeler sprint create goes on with it")
    if state is SprintState.CLOSED:
        raise SprintError(f"“{sprint.plan.name}” is closed; labeler sprint reopen opens it again")
    refuse_moves(sprint.plan)
    return sprint


async def _read(team: TeamContext, sprint: Sprint) -> Snapshot:
    return await with_retries(lambda: read_items(team.backend, sprint, wall_clock_ms()))


def _everybodys(arguments: argparse.Namespace, snapshot: Snapshot) -> set[str]:
    """Return the items that everybody has: calibration, and gold where that is given out already."""
    plan = snapshot.sprint.plan
    if plan.gold is None or plan.state is SprintState.CALIBRATING:
        return set(plan.calibration)
    if arguments.gold is not None:
        return {*plan.calibration, *gold_named(arguments.gold, plan)}
    found = everybodys_items(snapshot.placed, plan.overlap, plan.calibration, list(plan.active_queues))
    if found is None:
        raise SprintError(
            f"Which {plan.gold.count} items are gold is on no server, and here everybody has every item: give --gold "
            "FILE.jsonl, with which the sprint was made"
        )
    return found


async def _with_queues(team: TeamContext, sprint: Sprint, reviewers: Sequence[str]) -> Sprint:
    """Return a sprint whose plan has queues of these reviewers, made where there are none, in place of lost ones."""
    plan, backend = sprint.plan, team.backend
    questions = MatchedQuestions(await read_questions(backend, sprint))
    made = await make_queues(backend, sprint.experiment_id, plan, reviewers, questions)
    kept = {queue: reviewer for queue, reviewer in plan.queues.items() if reviewer not in reviewers}
    queues = {**kept, **{queue.id: reviewer for reviewer, queue in made.items()}}
    return replace(sprint, plan=await write_plan(backend, sprint.experiment_id, replace(plan, queues=queues)))


def _counted(snapshot: Snapshot) -> Placed:
    """Return who has which items, without what was done by those whose labels count nowhere."""
    ignored = set(map(person, snapshot.sprint.plan.ignored))
    return {
        who: {
            trace: state
            for trace, state in items.items()
            if person(who) not in ignored or state is QueueItemState.PENDING
        }
        for who, items in snapshot.placed.items()
    }


async def _move(team: TeamContext, sprint: Sprint, moves: Sequence[Move]) -> None:
    queues = {reviewer: queue for queue, reviewer in sprint.plan.queues.items()}
    with ProgressBar("Moving items") as progress:
        await with_retries(lambda: carry_out(team.backend, moves, queues, progress.show))


def _after(placed: Placed, moves: Sequence[Move]) -> Placed:
    """Return the queues as they are after moves."""
    after = {reviewer: dict(items) for reviewer, items in placed.items()}
    for move in moves:
        if move.given_to is not None:
            after.setdefault(move.given_to, {})[move.item] = QueueItemState.PENDING
        if move.taken_from is not None:
            after[move.taken_from].pop(move.item, None)
    return after


def _too_few(fewer: int) -> list[str]:
    if not fewer:
        return []
    items = "1 item has" if fewer == 1 else f"{fewer:,} items have"
    return [f"{items} fewer people than planned: nobody is left who has not had them."]


def _tell(arguments: argparse.Namespace, plan: Plan, moves: Sequence[Move], what: str, notes: Sequence[str]) -> None:
    """Show what is going to be done."""
    for sentence in notes:
        print_message(sentence)
    if arguments.json:
        if not arguments.yes:
            print_json(_as_json(plan, moves, is_made=False))
        return
    gains = Counter(move.given_to for move in moves if move.given_to is not None)
    losses = Counter(move.taken_from for move in moves if move.taken_from is not None)
    print_text(f"{plan.name}: {what}.")
    for reviewer in sorted({*gains, *losses}):
        print_text(f"  {reviewer}   +{gains[reviewer]:,} −{losses[reviewer]:,}")


def _done(arguments: argparse.Namespace, plan: Plan, moves: Sequence[Move], what: str) -> None:
    if arguments.json:
        print_json(_as_json(plan, moves, is_made=True))
    else:
        print_text(what)


def _as_json(plan: Plan, moves: Sequence[Move], *, is_made: bool) -> JsonValue:
    listed = [{"trace_id": each.item, "given_to": each.given_to, "taken_from": each.taken_from} for each in moves]
    return {"sprint": plan.name, "made": is_made, "moves": listed}


def _checked(reviewer: str) -> str:
    try:
        return check_reviewer(reviewer.strip())
    except BadReviewer as error:
        raise CommandFailed(ExitCode.USAGE, f"--reviewer {error}") from None


def _reviewer_of(plan: Plan, reviewer: str) -> str:
    for each in plan.queues.values():
        if same_reviewer(each, reviewer):
            return each
    raise SprintError(f"{reviewer} is no reviewer of “{plan.name}”. There are {', '.join(plan.active_queues)}")
