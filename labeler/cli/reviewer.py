"""Whose labels these are: as far as anybody has said, else asked in the terminal."""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Awaitable, Callable

from labeler.backends.base import BackendError, Forbidden
from labeler.cli.context import CliContext
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.prompts import is_interactive, read_line
from labeler.config.identity import (
    SAID,
    BadReviewer,
    Candidate,
    Reviewer,
    check_reviewer,
    is_login,
    resolve_reviewer,
)
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.remembered import Remembered


async def reviewer_at(context: CliContext) -> Reviewer:
    """Return the reviewer at this backend; ask in a terminal where nobody has said who it is, and remember the answer.

    Raises `CommandFailed` where there is nobody to ask.
    """
    reviewer = await known_reviewer(context)
    if reviewer is None and is_interactive():
        reviewer = Reviewer(ask_reviewer(), SAID)
    if reviewer is None:
        raise CommandFailed(
            ExitCode.USAGE,
            "It is not known whose labels these are. Give --reviewer ID, set LABELER_REVIEWER, or put "
            f'reviewer = "ID" into {context.configuration.paths.config_file}',
        )
    await remember_reviewer(context.journal, context.backend.uri, reviewer)
    return reviewer


async def remember_reviewer(journal: AsyncJournal, backend_uri: str, reviewer: Reviewer) -> None:
    """Remember the answer to the question who reviews at a backend; an ID that was stated holds for its run alone.

    Who was signed in is kept as well, for a start that cannot ask the server, and gives way to who is signed in then.
    """
    if reviewer.origin == SAID or is_login(reviewer.origin):
        await journal.run(journal.remembered.keep_reviewer, backend_uri, reviewer.id, reviewer.origin)


def answer_remembered(remembered: Remembered, backend_uri: str) -> str | None:
    """Return what was answered to the question who reviews at this backend, or None where it was never asked."""
    kept = remembered.reviewer(backend_uri)
    return None if kept is None or is_login(kept[1]) else kept[0]


async def known_reviewer(context: CliContext) -> Reviewer | None:
    """Return the reviewer as far as anybody has said, or None where a person has to be asked."""
    return await reviewer_as_signed_in(context, context.backend.whoami)


async def reviewer_as_signed_in(context: CliContext, whoami: Callable[[], Awaitable[str | None]]) -> Reviewer | None:
    """Do the same, asking `whoami` who is signed in, and only where no reviewer is configured."""
    configuration, journal = context.configuration, context.journal
    stated = configuration.settings.reviewer
    if stated is not None:
        return Reviewer(stated, str(configuration.origin("reviewer")))
    said = await journal.run(answer_remembered, journal.remembered, context.backend.uri)
    try:
        signed_in = await whoami()
    except Forbidden:
        raise
    except BackendError:
        remembered = await journal.run(journal.remembered.reviewer, context.backend.uri)
        if remembered is None:
            raise
        said, signed_in = remembered[0], None
    return resolve_reviewer(None, said, signed_in, os.environ.get("MLFLOW_TRACKING_USERNAME"))


def ask_reviewer() -> str:
    """Ask for the reviewer's ID: one that is typed, or the proposal by Enter.

    Raises `KeyboardInterrupt` where the input ends.
    """
    guess = proposal()
    print_message("Whose labels are these? The name goes with every label.")
    while True:
        line = read_line(f"[{guess.id}, from {guess.origin}; Enter accepts] " if guess.id else "[] ")
        if not line:
            raise KeyboardInterrupt
        try:
            return check_reviewer(line.strip() or guess.id)
        except BadReviewer as error:
            print_message(f"A reviewer ID {error}")


def proposal() -> Candidate:
    """Propose git's e-mail address, else the name of this login. A proposal counts only once it is accepted."""
    email = git_email()
    if email:
        return Candidate(email, "git")
    try:
        return Candidate(getpass.getuser(), "this login")
    except (KeyError, OSError):  # the system knows no name for this user
        return Candidate("", "nobody")


def git_email() -> str:
    """Return the e-mail address that git has for the user; empty where it has none or takes longer than 2 s."""
    try:
        found = subprocess.run(
            ["git", "config", "user.email"], capture_output=True, text=True, check=False, timeout=2, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()
