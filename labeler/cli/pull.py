"""Download the worklist with whole traces, for work without a network."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from labeler.cli.exit_code import CommandFailed, ExitCode, gravest
from labeler.cli.options import add_backend, add_reviewer, add_selection, refuse_queue_beside_names, selection_of

if TYPE_CHECKING:
    from labeler.cache.thread import CacheThread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler pull` takes."""
    parser.add_argument("trace_ids", metavar="TRACE_ID", nargs="*", help="exactly these; else the worklist")
    add_backend(parser)
    add_selection(parser)
    add_reviewer(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """List the worklist, then download what is not here yet."""
    import asyncio

    return asyncio.run(_pull(arguments))


async def _pull(arguments: argparse.Namespace) -> ExitCode:
    from dataclasses import replace

    from labeler.cli.context import (
        configure,
        open_cache,
        open_journal,
        reach_backend,
        review_spec,
        reviewer_at,
        tell_cautions,
    )
    from labeler.cli.downloading import download, list_worklist
    from labeler.cli.named_traces import not_found, possible_ids
    from labeler.cli.open_review import check_membership, open_spec
    from labeler.cli.output import print_message

    refuse_queue_beside_names(arguments, arguments.trace_ids)
    configuration = configure(arguments)
    selection = selection_of(arguments)
    possible = possible_ids(selection.trace_ids)
    if selection.trace_ids and not possible:
        return ExitCode.PROBLEM
    code = ExitCode.OK if possible == selection.trace_ids else ExitCode.PROBLEM
    selection = replace(selection, trace_ids=possible)
    async with (
        open_journal(configuration.paths) as journal,
        open_cache(configuration) as cache,
        reach_backend(configuration, journal) as backend,
    ):
        await _see_that_traces_are_kept(cache)
        reviewer = await reviewer_at(backend, configuration, journal)
        spec = await review_spec(backend, configuration, selection, reviewer.id)
        await check_membership(backend, spec, reviewer)
        review = await open_spec(backend, spec, configuration, journal)
        only_unlabelled = selection.only_unlabelled and not selection.trace_ids
        trace_ids = await list_worklist(backend, cache, journal, review, only_unlabelled=only_unlabelled)
        missing = [trace_id for trace_id in selection.trace_ids if trace_id not in trace_ids]
        if missing:
            print_message(not_found(missing, backend.uri, backend.workspace))
        if tell_cautions(backend) or missing:
            code = ExitCode.PROBLEM
        if not trace_ids:
            print_message(f"{spec.label}: there is nothing to review.")
            return code
        report = await download(backend, cache, trace_ids)
        await _see_that_traces_are_kept(cache)
        for sentence in report.problems:
            print_message(sentence)
        print_message(f"{spec.label}: {report.here:,} of {len(trace_ids):,} traces are here. {report.advice}".rstrip())
        return gravest(report.code, code)


async def _see_that_traces_are_kept(cache: CacheThread) -> None:
    """Raise `CommandFailed` when what is downloaded would be gone with this run."""
    trouble = await cache.run(lambda store: store.trouble)
    if trouble is not None:
        raise CommandFailed(ExitCode.USAGE, f"Nothing would be here for later. {trouble}")
