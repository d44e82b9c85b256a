"""Review the configured worklist, or exactly the traces or files named."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from functools import partial

from labeler.backends.pulse import Pulse
from labeler.cli.context import configure
from labeler.cli.continue_review import continue_review
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.judge_review import check_judge
from labeler.cli.named_lookup import look_for
from labeler.cli.named_traces import each_once, possible_ids
from labeler.cli.open_backend import open_everything, reopened
from labeler.cli.open_journal import open_journal
from labeler.cli.open_review import open_asked
from labeler.cli.opened_review import announce
from labeler.cli.options import TraceSelection, refuse_queue_beside_names, selection_of
from labeler.cli.output import print_message
from labeler.cli.remembered_review import last_of_mine, open_remembered
from labeler.cli.retry import with_retries
from labeler.cli.review_chosen import review_chosen
from labeler.cli.run_review import check_screen, run_on_screen
from labeler.cli.trace_files import STDIN, looks_like_file, read_options, refuse_addresses
from labeler.cli.worklist_menu import WorklistMenu, address_of
from labeler.config.load import Configuration

_INSTEAD = "labeler review needs one; labeler show, pull, sync and export do without."


def run(arguments: argparse.Namespace) -> ExitCode:
    """Review what was asked for."""
    return asyncio.run(review(arguments))


async def review(arguments: argparse.Namespace) -> ExitCode:
    """Run `labeler review`: the worklist that was asked for, or exactly the traces or files named."""
    configuration = configure(arguments)
    refuse_addresses(arguments.targets)
    files = [target for target in arguments.targets if looks_like_file(target)]
    if STDIN in files:
        raise CommandFailed(ExitCode.USAGE, "The screen needs stdin for its keys: name a file instead of -")
    if files and len(files) < len(arguments.targets):
        raise CommandFailed(ExitCode.USAGE, "Name either files or trace IDs, not both")
    refuse_queue_beside_names(arguments, arguments.targets)
    if arguments.judge:
        check_judge(arguments, configuration)
    check_screen(configuration, _INSTEAD)
    if files:
        from labeler.cli.file_review import FilesAsked, review_files

        asks = selection_of(arguments).asks
        asked = FilesAsked(tuple(files), read_options(arguments), arguments.out, arguments.flat, asks)
        return await review_files(asked, configuration)
    if arguments.out is not None or arguments.flat:
        raise CommandFailed(ExitCode.USAGE, "--out and --flat are about the labels of files, and no file is named")
    named = each_once(possible_ids(arguments.targets))
    if arguments.targets and not named:
        return ExitCode.PROBLEM
    selection = replace(selection_of(arguments), trace_ids=named)
    if getattr(arguments, "offline", False):
        return await _review_offline(configuration, selection)
    settings = configuration.settings
    if not (selection.trace_ids or settings.backend.queue or settings.backend.experiments):
        if settings.backend.uri is None:
            return await demo_instead(arguments)
        from labeler.cli.start_screen import choose_and_review

        return await choose_and_review(arguments, configuration, selection)
    return await review_asked(arguments, configuration, selection)


async def demo_instead(arguments: argparse.Namespace) -> ExitCode:
    """Run the demo where no backend is configured: there is nothing else to review."""
    from labeler.cli.demo import review_demo

    print_message("No backend is configured, so this is the demo. labeler config init sets one up.")
    arguments.reset = False
    return await review_demo(arguments)


async def review_asked(arguments: argparse.Namespace, asked: Configuration, selection: TraceSelection) -> ExitCode:
    """Review what the configuration and the selection name."""
    async with open_everything(arguments, asked) as (context, cache):
        configuration, journal = context.configuration, context.journal
        opening = await with_retries(lambda: open_asked(context, selection))
        announce(opening)
        pulse = Pulse()
        menu = WorklistMenu(context, address_of(context))
        ended = await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            lambda: reopened(opening.record.spec, configuration, journal, pulse),
            pulse,
            first_listing=context.backend,
            only_unlabelled=selection.only_unlabelled and not selection.trace_ids,
            look_for=partial(look_for, context, selection.trace_ids, opening.named) if selection.trace_ids else None,
            menu=menu,
        )
        return await review_chosen(ended, opening, menu, cache)


async def _review_offline(configuration: Configuration, selection: TraceSelection) -> ExitCode:
    if selection.trace_ids:
        from labeler.cli.cached_review import review_cached

        return await review_cached(configuration, selection)
    async with open_journal(configuration.paths) as journal:
        record = await last_of_mine(configuration, journal)
        opening = None if record is None else await open_remembered(record, journal)
        if opening is None:
            raise CommandFailed(ExitCode.USAGE, "No review has been begun yet that could go on without a network")
        return await continue_review(opening, configuration, journal, offline=True)
