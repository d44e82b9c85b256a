"""Print traces as they are read: plain text, unfolded and unwrapped."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from labeler.backends.base import Ambiguous, Backend, Malformed, MissingTrace, Unreachable, UnreadableSpans
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.cli.context import configure, open_cache
from labeler.cli.exit_code import CommandFailed, ExitCode, gravest
from labeler.cli.named_traces import each_once, not_asked, not_found, possible_ids
from labeler.cli.open_backend import open_backend
from labeler.cli.open_journal import open_journal_to_read
from labeler.cli.output import print_json, print_message, print_raw_json, print_text
from labeler.cli.stdout import write_out
from labeler.cli.trace_files import joined, looks_like_file, read_options, refuse_addresses, traces_of, unanswered
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, other_spelling, short_id
from labeler.reading.files.entry import Problem
from labeler.reading.json.export import as_json
from labeler.reading.layout import lay_out
from labeler.reading.read import read_with_spans
from labeler.reading.views.span_lines import span_lines
from labeler.reading.wire.spans import SpansOfAnother, UnreadableTrace, check_owner, encoded_spans


def run(arguments: argparse.Namespace) -> ExitCode:
    """Read and print one trace after the other."""
    return asyncio.run(show(arguments))


async def show(arguments: argparse.Namespace) -> ExitCode:
    """Print every trace named. What cannot be had is reported, and does not stop the others."""
    refuse_addresses(arguments.targets)
    codes = [ExitCode.OK]
    trace_ids = []
    targets, options = joined(arguments.targets, read_options(arguments))
    for target in targets:
        if not looks_like_file(target):
            trace_ids.append(target)
            continue
        try:
            for each in traces_of(target, options):
                if isinstance(each, RawTrace):
                    _print(each, arguments)
                    continue
                print_message(each.sentence)
                if isinstance(each, Problem):
                    codes.append(ExitCode.PROBLEM)
        except CommandFailed as error:
            print_message(str(error))
            codes.append(error.code)
    for trace in unanswered(options):
        _print(trace, arguments)
    possible = possible_ids(trace_ids)
    if len(possible) < len(trace_ids):
        codes.append(ExitCode.PROBLEM)
    if possible:
        async for found in _from_backend(each_once(possible), arguments):
            if isinstance(found, RawTrace):
                if arguments.raw and found.failure:
                    print_message(f"{short_id(found.summary.id)}: {found.failure}")
                    codes.append(ExitCode.PROBLEM)
                    if not found.payload:
                        continue
                try:
                    if arguments.raw:
                        _check_owner(found)
                    _print(found, arguments)
                except SpansOfAnother as error:
                    print_message(f"{short_id(found.summary.id)}: {error}")
                    codes.append(ExitCode.PROBLEM)
            else:
                print_message(str(found))
                codes.append(found.code)
    return gravest(*codes)


async def _from_backend(
    trace_ids: Sequence[str], arguments: argparse.Namespace
) -> AsyncIterator[RawTrace | CommandFailed]:
    """Yield the traces in their order, or why one cannot be had. A backend out of reach is asked only once."""
    configuration = configure(arguments)
    async with (
        open_journal_to_read(configuration.paths) as journal,
        open_cache(configuration) as cache,
        open_backend(configuration, journal) as backend,
    ):
        why_not_asked = ""
        try:
            await backend.capabilities()
        except (Unreachable, Ambiguous) as error:
            why_not_asked = str(error)
        for trace_id in trace_ids:
            yield await _trace_or_why(trace_id, backend, cache, why_not_asked)


async def _trace_or_why(
    trace_id: str, backend: Backend, cache: AsyncCache, why_not_asked: str
) -> RawTrace | CommandFailed:
    """Return a trace from the backend, from the cache where that is out of reach, or why it cannot be had."""
    try:
        if not why_not_asked:
            return await _as_spelled_there(trace_id, backend)
    except UnreadableSpans as error:
        return error.raw
    except MissingTrace:
        return CommandFailed(ExitCode.PROBLEM, not_found([trace_id], backend.uri, backend.workspace))
    except Malformed as error:
        return CommandFailed(ExitCode.PROBLEM, f"{short_id(trace_id)}: {error}")
    except (Unreachable, Ambiguous) as error:
        why_not_asked = str(error)
    kept = await cache.run(Cache.trace, Destination(backend.uri, backend.workspace, ""), trace_id)
    return CommandFailed(ExitCode.WAITING, not_asked([trace_id], why_not_asked)) if kept is None else kept


async def _as_spelled_there(trace_id: str, backend: Backend) -> RawTrace:
    """Return a trace, also one that the backend calls with or without the prefix that MLflow gives OpenTelemetry's IDs.

    Raises what the backend raises.
    """
    try:
        return await backend.trace(trace_id)
    except MissingTrace:
        other = other_spelling(trace_id)
        if other is None:
            raise
        return await backend.trace(other)


def _check_owner(raw: RawTrace) -> None:
    """Raise `SpansOfAnother` where a cache or an embedded store holds another trace's spans under this ID.

    Reading a trace checks this; its exact JSON is printed unread.
    """
    try:
        spans = encoded_spans(raw.payload)
    except UnreadableTrace:
        return  # what cannot be read at all is printed as it is
    check_owner(spans, raw.summary.id)


def _print(raw: RawTrace, arguments: argparse.Namespace) -> None:
    if arguments.raw:
        print_raw_json(raw.payload)
        return
    conversation, trace = read_with_spans(raw)
    document = lay_out(conversation, raw.summary.name)
    spans = span_lines(trace) if arguments.spans else []
    if arguments.json:
        fields = as_json(raw, conversation, document)
        print_json({**fields, "spans": [asdict(span) for span in spans]} if arguments.spans else fields)
        return
    print_text(f"{raw.summary.id}  {raw.summary.name}  {raw.summary.state}  read from {conversation.source}\n")
    print_text(document.whole_text)
    if arguments.spans:
        print_text("\n" + "\n".join(map(str, spans)))
    write_out("\n")
