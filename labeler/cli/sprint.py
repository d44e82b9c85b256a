"""Annotation sprints: make, list, show and follow them, decide disagreements, hand over what people agree on."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias

from labeler.cli.exit_code import ExitCode
from labeler.cli.output import print_json, print_message, print_table, print_text
from labeler.cli.sprint_backend import sprint_named, team_context
from labeler.cli.sprint_files import read_text
from labeler.cli.sprint_words import plan_lines, plan_object
from labeler.sprint.plan_tags import sprints_of, write_guide

_Action: TypeAlias = Callable[[argparse.Namespace], Coroutine[Any, Any, ExitCode]]

_ELSEWHERE: Final[Mapping[str, str]] = {
    "create": "labeler.cli.sprint_create",
    "status": "labeler.cli.sprint_status",
    "adjudicate": "labeler.cli.sprint_adjudicate",
    "handover": "labeler.cli.sprint_handover",
    **dict.fromkeys(("add", "drop", "rebalance"), "labeler.cli.sprint_people"),
    **dict.fromkeys(("open", "close", "reopen", "delete"), "labeler.cli.sprint_state"),
}
"""The modules of actions that have one of their own."""


def run(arguments: argparse.Namespace) -> ExitCode:
    """Do what the action says."""
    if module := _ELSEWHERE.get(arguments.action):
        action: _Action = getattr(import_module(module), arguments.action)
    else:
        action = {"list": _list, "show": _show, "guide": _guide}[arguments.action]
    return asyncio.run(action(arguments))


async def _list(arguments: argparse.Namespace) -> ExitCode:
    async with team_context(arguments) as team:
        experiments = await team.experiments()
        found = await sprints_of(team.backend, [each.id for each in experiments])
    for sentence in found.unreadable.values():
        print_message(sentence)
    if arguments.json:
        for sprint in found.sprints:
            print_json(plan_object(sprint))
    elif found.sprints:
        names = {each.id: each.name for each in experiments}
        rows = [
            (
                each.plan.name,
                each.plan.state.value,
                str(len(each.plan.active_queues or each.plan.reviewers)),
                str(each.plan.overlap),
                each.plan.created_by,
                names[each.experiment_id],
            )
            for each in found.sprints
        ]
        print_table(("sprint", "state", "reviewers", "overlap", "created by", "experiment"), rows)
    elif not found.unreadable:
        print_message(f"There is no sprint in {', '.join(each.name for each in experiments)}.")
    return ExitCode.PROBLEM if found.unreadable else ExitCode.OK


async def _show(arguments: argparse.Namespace) -> ExitCode:
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
    if arguments.json:
        print_json(plan_object(sprint))
        return ExitCode.OK
    for line in plan_lines(sprint):
        print_text(line)
    return ExitCode.OK


async def _guide(arguments: argparse.Namespace) -> ExitCode:
    guide = None if arguments.file is None else read_text(arguments.file)
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        if guide is not None:
            await write_guide(team.backend, sprint.experiment_id, sprint.plan, guide)
    name = sprint.plan.name
    if arguments.json:
        print_json({"sprint": name, "guide": guide or sprint.guide or None})
    elif guide is not None:
        print_message(
            f"“{name}” has a guide of {len(guide):,} characters now. Reviewers see it when they open the sprint next, "
            "and on the key for the guide."
        )
    elif sprint.guide:
        print_text(sprint.guide)
    else:
        print_message(f"“{name}” has no guide. labeler sprint guide NAME FILE.md gives it one.")
    return ExitCode.OK
