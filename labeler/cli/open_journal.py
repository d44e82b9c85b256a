"""Opening the journal: to be written, or to be read where nothing can be written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from labeler.cli.ending_signals import noted_signals
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.config.paths import Paths, UnusableDirectory, prepare_directory
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalUnwritable
from labeler.journal.removed_journal import waiting_beside


@asynccontextmanager
async def open_journal(paths: Paths) -> AsyncIterator[AsyncJournal]:
    """Open the journal for writing, and say what was found out about it.

    Raises `UnusableDirectory` where there is none and none can be made, `CommandFailed` for one that can only be read,
    and `JournalError`.
    """
    try:
        journal = await _open_writable(paths)
    except (UnusableDirectory, JournalUnwritable) as error:
        if not _is_there(paths.journal):
            raise
        raise CommandFailed(
            ExitCode.USAGE,
            f"{str(error).rstrip('.')}. What the journal holds can be read as it is: labeler outbox list shows what is "
            "not delivered, labeler outbox export FILE saves it elsewhere",
        ) from error
    async with _closing(journal):
        await _tell_what_was_found(journal)
        yield journal


@asynccontextmanager
async def open_journal_to_read(paths: Paths) -> AsyncIterator[AsyncJournal]:
    """Open the journal for reading and say what was found out about it; read it as it is where nothing can be written.

    Raises `UnusableDirectory` where there is no journal, and `JournalError`.
    """
    async with examine_journal(paths) as (journal, why_read_only):
        if why_read_only:
            print_message(
                f"The journal {journal.path} is read as it is, and nothing is written to it ({why_read_only})"
            )
        await _tell_what_was_found(journal)
        yield journal


@asynccontextmanager
async def examine_journal(paths: Paths) -> AsyncIterator[tuple[AsyncJournal, str]]:
    """Open the journal for reading, without a word. The text says why nothing can be written to it; empty where it can.

    Raises `UnusableDirectory` where there is no journal, and `JournalError`.
    """
    why_read_only = ""
    try:
        journal = await _open_writable(paths)
    except (UnusableDirectory, JournalUnwritable) as error:
        if not _is_there(paths.journal):
            raise
        journal = await AsyncJournal.open_read_only(paths.journal)
        why_read_only = error.reason
    async with _closing(journal):
        yield journal, why_read_only


async def _open_writable(paths: Paths) -> AsyncJournal:
    prepare_directory(paths.state_dir)
    return await AsyncJournal.open(paths.journal)


def _is_there(journal: Path) -> bool:
    try:
        return journal.is_file()
    except OSError:
        return False


@asynccontextmanager
async def _closing(journal: AsyncJournal) -> AsyncIterator[None]:
    journal.on_trouble = print_message
    try:
        yield
    finally:
        with noted_signals():  # what was taken away is written back now, or never
            await journal.close()


async def _tell_what_was_found(journal: AsyncJournal) -> None:
    """Say what was saved of a damaged journal, and what waits in journals rescued beside it."""
    if journal.recovery is not None:
        print_message(journal.recovery.sentence)
    for rescued in await asyncio.to_thread(waiting_beside, journal.path):
        print_message(rescued.sentence)
