"""Show what is not delivered, and retry, discard or export it."""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

from labeler.cli.context import configure
from labeler.cli.destinations import destinations_in_scope
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.label_output import write_label_file
from labeler.cli.open_journal import open_journal, open_journal_to_read
from labeler.cli.output import print_json, print_message, print_table
from labeler.cli.prompts import agrees, is_interactive
from labeler.cli.whole_file import path_to_write
from labeler.config.load import Configuration
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import utc_text
from labeler.domain.value import JsonValue
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryState
from labeler.labels.label import label_of


def run(arguments: argparse.Namespace) -> ExitCode:
    """Run the action that was typed."""
    return asyncio.run(_with_journal(arguments))


async def _with_journal(arguments: argparse.Namespace) -> ExitCode:
    configuration = configure(arguments)
    act = _ACTIONS[arguments.action]
    opened = open_journal_to_read if act in (_list, _export) else open_journal
    async with opened(configuration.paths) as journal:
        return await act(arguments, configuration, journal)


async def _list(arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal) -> ExitCode:
    scope = await destinations_in_scope(configuration, journal)
    rows = [_fields(delivery) for delivery in await journal.run(journal.queries.deliveries, scope)]
    if arguments.json:
        for row in rows:
            print_json(row)
    elif rows:
        columns = ("id", "state", "op", "trace_id", "name", "reviewer", "attempts", "reason")
        print_table(
            [column.upper() for column in columns], [[str(row[name] or "") for name in columns] for row in rows]
        )
    else:
        print_message("Everything is delivered.")
    for place, count in (await journal.run(journal.queries.elsewhere, scope)).items():
        print_message(f"{count} more for {place.backend_uri}, experiment {place.experiment_id}.")
    return ExitCode.OK


async def _retry(arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal) -> ExitCode:
    chosen = await _chosen(arguments, configuration, journal)
    count = await journal.run(journal.outbox.retry, chosen)
    if arguments.json:
        print_json({"retried": count})
    elif count:
        print_message(f"{count} will be tried again: labeler sync, or the next start, delivers them.")
    else:
        print_message("Nothing is parked or refused.")
    return ExitCode.OK


async def _discard(arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal) -> ExitCode:
    chosen = await _chosen(arguments, configuration, journal)
    if not arguments.yes:
        if not is_interactive():
            raise CommandFailed(ExitCode.USAGE, "There is no terminal to ask on. Give --yes if you are sure")
        if not agrees(f"Give up {len(chosen)} for good? They will never reach the backend."):
            print_message("Nothing was discarded.")
            chosen = []
    count = await journal.run(journal.outbox.discard, chosen, wall_clock_ms()) if chosen else 0
    if arguments.json:
        print_json({"discarded": count})
    elif chosen:
        print_message(f"{count} discarded; the answers stay in the journal.")
    return ExitCode.OK


async def _export(arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal) -> ExitCode:
    scope = await destinations_in_scope(configuration, journal)
    deliveries = await journal.run(journal.queries.deliveries, scope)
    labels = [label_of(delivery.assessment) for delivery in deliveries if delivery.assessment is not None]
    if labels:
        write_label_file(arguments.file, labels)
    elif arguments.file != "-":
        path_to_write(arguments.file)
    if arguments.json:
        print_json({"exported": len(labels), "file": arguments.file if labels else None})
    elif not labels:
        waiting = f"none of the {len(deliveries)} that wait is a label" if deliveries else "everything is delivered"
        print_message(f"Nothing to export: {waiting}. {arguments.file} was not written.")
    else:
        print_message(f"{len(labels)} labels written to {arguments.file}; they stay in the outbox.")
    return ExitCode.OK


async def _chosen(arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal) -> list[int]:
    """Return the IDs that were typed, else all in scope. Raises `CommandFailed` for one that is not there."""
    scope = await destinations_in_scope(configuration, journal)
    there = [delivery.id for delivery in await journal.run(journal.queries.deliveries, scope)]
    unknown = [asked for asked in arguments.ids if asked not in there]
    if unknown:
        found = await journal.run(journal.queries.deliveries_by_id, unknown)
        why = " ".join(_why_not(asked, found.get(asked)) for asked in unknown)
        raise CommandFailed(ExitCode.USAGE, f"{why} Nothing was changed; labeler outbox list shows what is there")
    return arguments.ids or there


def _why_not(asked: int, delivery: Delivery | None) -> str:
    """Return a sentence that says why this ID is not in the outbox."""
    if delivery is None:
        return f"Not in the outbox: {asked}, which this journal never had."
    if delivery.state is DeliveryState.DELIVERED:
        return (
            f"Not in the outbox: {asked}, which was delivered. labeler verify tells whether the server has it still, "
            "and labeler verify --resend queues again what it has lost."
        )
    if delivery.state is DeliveryState.CLOSED:
        return f"Not in the outbox: {asked}, which is not to be sent any more ({delivery.reason})."
    place = delivery.destination
    return f"Not in this outbox: {asked}, which is for {place.backend_uri}, experiment {place.experiment_id}."


def _fields(delivery: Delivery) -> dict[str, JsonValue]:
    place = delivery.destination
    return {
        "id": delivery.id,
        "trace_id": delivery.trace_id,
        "name": delivery.name,
        "reviewer": delivery.reviewer,
        "op": delivery.op.value,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "reason": delivery.reason,
        "destination": {
            "backend": place.backend_uri,
            "workspace": place.workspace,
            "experiment_id": place.experiment_id,
        },
        "created_at": utc_text(delivery.created_at_ms),
    }


_ACTIONS: Final = {"list": _list, "retry": _retry, "discard": _discard, "export": _export}
