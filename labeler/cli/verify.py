"""Compare the journal with the backend; --resend sends again what the backend has lost."""

from __future__ import annotations

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from labeler.cli.context import configure
from labeler.cli.destinations import destinations_in_scope
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.open_backend import reach_backend
from labeler.cli.open_journal import open_journal, open_journal_to_read
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.prompts import agrees, is_interactive
from labeler.delivery import verification
from labeler.delivery.verification import Mismatch, Resendable, Verification
from labeler.domain.clock import wall_clock_ms
from labeler.journal.async_journal import AsyncJournal


def run(arguments: argparse.Namespace) -> ExitCode:
    """Look up everything that was delivered, and report what differs and the way back."""
    return asyncio.run(verify(arguments))


async def verify(arguments: argparse.Namespace) -> ExitCode:
    """Report what is not at the backend as it was delivered; with --resend, queue what it has lost.

    Raises `CommandFailed` where nobody can be asked.
    """
    configuration = configure(arguments)
    opening = open_journal if arguments.resend else open_journal_to_read
    async with opening(configuration.paths) as journal:
        scope = await destinations_in_scope(configuration, journal)
        async with reach_backend(configuration, journal) as backend:
            with ProgressBar("Verifying") as progress:
                found = await verification.verify(journal, backend, scope, progress.show)
        _report(found, as_json=arguments.json)
        if arguments.resend and found.resendable:
            is_resent = await _resend(journal, found.resendable, is_agreed=arguments.yes)
            return ExitCode.OK if is_resent and found.is_mended_by_resending else ExitCode.PROBLEM
    return ExitCode.PROBLEM if found.problems else ExitCode.OK


def _report(found: Verification, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"checked": found.checked, "ok": found.ok, "problems": [asdict(problem) for problem in found.problems]}
        )
        return
    for advice, problems in groupby(found.problems, key=lambda problem: problem.advice):
        for problem in problems:
            print_text(_line(problem))
        print_text(f"    {advice}")
    print_message(f"{found.checked} delivered answers checked, {found.ok} as they should be.")


def _line(problem: Mismatch) -> str:
    by = f" by {problem.by}" if problem.by else ""
    what = problem.assessment_id or "the queue item"
    return f"{problem.kind}{by}: {what} on {problem.trace_id}"


async def _resend(journal: AsyncJournal, resendable: Sequence[Resendable], *, is_agreed: bool) -> bool:
    """Queue again what was lost, once somebody has agreed, and return whether that was done."""
    if not is_agreed:
        if not is_interactive():
            raise CommandFailed(
                ExitCode.USAGE,
                f"Nothing was queued: there is no terminal to ask on. Give --yes to send {len(resendable)} again",
            )
        if not _ask(resendable):
            print_message("Nothing was queued.")
            return False
    now_ms = wall_clock_ms()
    queued = await journal.run(journal.resending.send_again, [each.lost for each in resendable], now_ms)
    print_message(f"{queued} queued again. labeler sync delivers them, or the labeler that runs at this journal now.")
    if queued < len(resendable):
        print_message(f"{len(resendable) - queued} left out: they were queued or changed here meanwhile.")
    return True


def _ask(resendable: Sequence[Resendable]) -> bool:
    by_trace: defaultdict[str, list[str]] = defaultdict(list)
    for each in resendable:
        by_trace[each.trace_id].append(each.what)
    for trace_id, whats in by_trace.items():
        print_message(trace_id)
        for what in whats:
            print_message(f"    {what}")
    return agrees(f"Queue {len(resendable)} again?")
