"""Show what is not delivered, and retry, discard or export it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.options import add_backend, add_common, add_json, complete_with_files

if TYPE_CHECKING:
    from labeler.config.load import Configuration
    from labeler.domain.value import JsonValue
    from labeler.journal.models import Delivery
    from labeler.journal.thread import JournalThread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler outbox` takes."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, action, summary in (
        ("list", _list, "print what is waiting, parked or refused"),
        ("retry", _retry, "let parked and refused deliveries wait again; all of them unless IDs are given"),
        ("discard", _discard, "give deliveries up for good; the answers stay in the journal"),
        ("export", _export, "write the labels that are not delivered to a file"),
    ):
        inner = actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        add_json(inner)
        if name == "export":
            complete_with_files(inner.add_argument("file", metavar="FILE.jsonl"))
        if name in ("retry", "discard"):
            inner.add_argument("ids", metavar="ID", type=int, nargs="*" if name == "retry" else "+")
        if name == "discard":
            inner.add_argument("--yes", action="store_true", help="do not ask")
        add_backend(inner)
        add_common(inner)
        inner.set_defaults(act=action)


def run(arguments: argparse.Namespace) -> ExitCode:
    """Do what was asked."""
    import asyncio

    return asyncio.run(_with_journal(arguments))


async def _with_journal(arguments: argparse.Namespace) -> ExitCode:
    from labeler.cli.context import configure, open_journal, open_journal_to_read

    configuration = configure(arguments)
    opened = open_journal_to_read if arguments.act in (_list, _export) else open_journal
    async with opened(configuration.paths) as journal:
        code: ExitCode = await arguments.act(arguments, configuration, journal)
        return code


async def _list(arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread) -> ExitCode:
    from labeler.cli.context import destinations_in_scope
    from labeler.cli.output import print_json, print_message, print_table
    from labeler.journal.journal import Journal

    scope = await destinations_in_scope(configuration, journal)
    rows = [_fields(delivery) for delivery in await journal.run(Journal.deliveries, scope)]
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
    for place, count in (await journal.run(Journal.elsewhere, scope)).items():
        print_message(f"{count} more for {place.backend_uri}, experiment {place.experiment_id}.")
    return ExitCode.OK


async def _retry(arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread) -> ExitCode:
    from labeler.cli.output import print_json, print_message
    from labeler.journal.journal import Journal

    chosen = await _chosen(arguments, configuration, journal)
    count = await journal.run(Journal.retry, chosen)
    if arguments.json:
        print_json({"retried": count})
    elif count:
        print_message(f"{count} will be tried again: labeler sync, or the next start, delivers them.")
    else:
        print_message("Nothing is parked or refused.")
    return ExitCode.OK


async def _discard(arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread) -> ExitCode:
    import sys
    import time

    from labeler.cli.output import is_interactive, print_json, print_message
    from labeler.journal.journal import Journal

    chosen = await _chosen(arguments, configuration, journal)
    if not arguments.yes:
        if not is_interactive():
            raise CommandFailed(ExitCode.USAGE, "There is no terminal to ask on. Give --yes if you are sure")
        sys.stderr.write(f"Give up {len(chosen)} for good? They will never reach the backend. [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print_message("Nothing was discarded.")
            chosen = []
    count = await journal.run(Journal.discard, chosen, time.time_ns() // 1_000_000) if chosen else 0
    if arguments.json:
        print_json({"discarded": count})
    elif chosen:
        print_message(f"{count} discarded; the answers stay in the journal.")
    return ExitCode.OK


async def _export(arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread) -> ExitCode:
    from labeler.cli.context import destinations_in_scope
    from labeler.cli.label_output import check_label_file, write_label_file
    from labeler.cli.output import print_json, print_message
    from labeler.journal.journal import Journal
    from labeler.labels.label import label_of

    scope = await destinations_in_scope(configuration, journal)
    deliveries = await journal.run(Journal.deliveries, scope)
    labels = [label_of(delivery.assessment) for delivery in deliveries if delivery.assessment is not None]
    if labels:
        write_label_file(arguments.file, labels)
    elif arguments.file != "-":
        check_label_file(arguments.file)
    if arguments.json:
        print_json({"exported": len(labels), "file": arguments.file if labels else None})
    elif not labels:
        waiting = f"none of the {len(deliveries)} that wait is a label" if deliveries else "everything is delivered"
        print_message(f"Nothing to export: {waiting}. {arguments.file} was not written.")
    else:
        print_message(f"{len(labels)} labels written to {arguments.file}; they stay in the outbox.")
    return ExitCode.OK


async def _chosen(arguments: argparse.Namespace, configuration: Configuration, journal: JournalThread) -> list[int]:
    """The IDs that were typed, else those of everything in scope. Raises `CommandFailed` for one that is not there."""
    from labeler.cli.context import destinations_in_scope
    from labeler.journal.journal import Journal

    scope = await destinations_in_scope(configuration, journal)
    there = [delivery.id for delivery in await journal.run(Journal.deliveries, scope)]
    unknown = [asked for asked in arguments.ids if asked not in there]
    if unknown:
        found = await journal.run(Journal.deliveries_by_id, unknown)
        why = " ".join(_why_not(asked, found.get(asked)) for asked in unknown)
        raise CommandFailed(ExitCode.USAGE, f"{why} Nothing was changed; labeler outbox list shows what is there")
    return arguments.ids or there


def _why_not(asked: int, delivery: Delivery | None) -> str:
    """Why this ID is not in the outbox, as a sentence."""
    from labeler.journal.models import DeliveryState

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
    from labeler.labels.label import timestamp

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
        "created_at": timestamp(delivery.created_at_ms),
    }
