"""`labeler` alone: go on with the last review, or ask on the start screen what to review.

Going on imports as little as it can: the first trace is to be on the screen within half a second.
"""

from __future__ import annotations

import argparse
import asyncio

from labeler.cli.context import configure
from labeler.cli.continue_review import continue_review
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_journal import open_journal
from labeler.cli.options import TraceSelection
from labeler.cli.output import print_message
from labeler.cli.remembered_review import last_of_mine, open_remembered
from labeler.cli.run_review import check_screen
from labeler.config.load import Configuration
from labeler.config.problems import SettingSource
from labeler.domain.destination import canonical_uri
from labeler.journal.models import ReviewRecord

_INSTEAD = "Give --queue NAME_OR_ID or --experiment NAME_OR_ID to labeler review in a terminal, or use labeler export."


def run(arguments: argparse.Namespace) -> ExitCode:
    """Go on with the last review, or choose one."""
    return asyncio.run(start(arguments))


async def start(arguments: argparse.Namespace) -> ExitCode:
    """Go on with the last review if the command line asks for nothing else; otherwise let the user choose."""
    configuration = configure(arguments)
    check_screen(configuration, _INSTEAD)
    async with open_journal(configuration.paths) as journal:
        record = await last_of_mine(configuration, journal)
        is_meant = record is not None and not _asks_for_something_else(configuration, record)
        if record is not None and is_meant and not (record.spec.files and _are_there(record)):
            opening = await open_remembered(record, journal)
            if opening is not None:
                _tell_going_on(record)
                return await continue_review(
                    opening, configuration, journal, offline=bool(getattr(arguments, "offline", False))
                )
    if record is not None and is_meant and record.spec.files:
        return await _review_files_again(record, configuration)
    from labeler.cli.review import demo_instead, review_asked

    settings = configuration.settings
    if settings.backend.uri is None:
        return await demo_instead(arguments)
    if settings.backend.queue or settings.backend.experiments:
        return await review_asked(arguments, configuration, TraceSelection())
    from labeler.cli.start_screen import choose_and_review

    return await choose_and_review(arguments, configuration, TraceSelection())


def _are_there(record: ReviewRecord) -> bool:
    """Return whether the files of a review are still there. Where not, it goes on with what was read of them."""
    from labeler.cli.file_review import FilesAsked

    if FilesAsked.remembered(record.spec.files) is not None:
        return True
    print_message(f"{record.spec.label} is not there any more: its labels go to the journal alone.")
    return False


async def _review_files_again(record: ReviewRecord, configuration: Configuration) -> ExitCode:
    """Review the files of the last review, which may have grown, and write their labels as they were to be written."""
    from labeler.cli.file_review import FilesAsked, review_files

    asked = FilesAsked.remembered(record.spec.files)
    assert asked is not None
    _tell_going_on(record)
    return await review_files(asked, configuration)


def _tell_going_on(record: ReviewRecord) -> None:
    print_message(f"Going on with {record.spec.label}. labeler review starts another.")


def _asks_for_something_else(configuration: Configuration, record: ReviewRecord) -> bool:
    """Return whether flags or environment name another backend, experiment or queue than last time."""
    spec, settings = record.spec, configuration.settings
    typed = {
        key
        for key in ("backend.uri", "backend.experiments", "backend.queue")
        if configuration.origin(key).source in (SettingSource.FLAG, SettingSource.ENVIRONMENT)
    }
    uri = settings.backend.uri or ""
    if "backend.uri" in typed and not {uri, canonical_uri(uri)} & {spec.address, spec.backend_uri}:
        return True
    named = {*settings.backend.experiments, settings.backend.queue or ""}
    known = {*spec.experiment_ids, *spec.label.split(", "), spec.queue_id or "", ""}
    return bool({"backend.experiments", "backend.queue"} & typed) and not named <= known
