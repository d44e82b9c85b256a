"""The labels of a report from a backend, at the cost of listing its traces; from the cache where it is out of reach."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Final

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.cli.backend_address import backend_uri
from labeler.cli.context import configure, open_cache
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_labels import questions_in_journal
from labeler.cli.open_backend import reach_backend, tell_cautions
from labeler.cli.open_journal import open_journal_to_read
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.reported_labels import ReportedLabels, fitting
from labeler.config.asked import known_questions
from labeler.config.load import Configuration
from labeler.dataclass import dataclass
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.question import Question
from labeler.domain.trace import TraceSummary
from labeler.domain.web_address import web_address
from labeler.domain.worklist import Query
from labeler.journal.async_journal import AsyncJournal
from labeler.reports.report import ReportSource

_IDS_AT_ONCE: Final = 500
_SEARCHES_IN_FLIGHT: Final = 2


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is read: the traces of a queue (`trace_ids`), or those that a search finds in experiments."""

    label: str
    experiment_ids: tuple[str, ...]
    trace_ids: tuple[str, ...] | None = None


async def labels_of_server(arguments: argparse.Namespace) -> ReportedLabels:
    """Read the labels at the configured backend. Raises what the backend raises where the cache does not help."""
    configuration = configure(arguments)
    if configuration.settings.backend.queue is not None and (arguments.filter or arguments.since is not None):
        raise CommandFailed(
            ExitCode.USAGE,
            f"--filter and --since search an experiment, and the queue {configuration.settings.backend.queue} "
            f"({configuration.origin('backend.queue').name}) is a list of traces: give one of them",
        )
    async with open_journal_to_read(configuration.paths) as journal, open_cache(configuration) as cache:
        if arguments.offline:
            return await _from_cache(arguments, configuration, journal, cache, ExitCode.OK)
        try:
            return await _from_backend(arguments, configuration, journal, cache)
        except (Unreachable, Ambiguous) as error:
            if _is_narrowed(arguments, configuration):
                raise
            found = await _from_cache(arguments, configuration, journal, cache, ExitCode.WAITING)
            if not found.assessments:
                raise
            print_message(f"{str(error).rstrip('.')}.")
            return found


async def _from_backend(
    arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal, cache: AsyncCache
) -> ReportedLabels:
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(reach_backend(configuration, journal))
        at_ms = wall_clock_ms()
        scope = await _scope(configuration, backend)
        server: list[Question] = []
        for experiment_id in scope.experiment_ids:
            server += (await backend.schemas(experiment_id)).questions
        summaries: list[TraceSummary] = []
        place = Destination(backend.uri, backend.workspace, "")
        with ProgressBar("Reading labels") as progress, _all_kept():
            total = await _total(backend, scope, arguments)
            async for page in _pages(backend, scope, arguments):
                summaries += page
                progress.show(len(summaries), max(total, len(summaries)))
                await cache.run(Cache.put_summaries, place, page)
        source = ReportSource(f"{scope.label} at {backend.uri}", backend.uri, scope.experiment_ids)
        code = ExitCode.PROBLEM if tell_cautions(backend) else ExitCode.OK
    return _reported(source, place, summaries, configuration, server, at_ms, code)


@contextmanager
def _all_kept() -> Iterator[None]:
    """Look for no garbage: whatever is read is kept, and looking through it again and again takes a quarter longer."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def _scope(configuration: Configuration, backend: Backend) -> _Scope:
    settings = configuration.settings.backend
    experiments = await experiments_named(backend, settings.experiments)
    ids, names = tuple(each.id for each in experiments), ", ".join(each.name for each in experiments)
    if settings.queue is not None:
        if settings.queue.lower() == "me":
            raise CommandFailed(ExitCode.USAGE, "Name the queue: “me” is where one person's work waits")
        queue = await backend.queue(ids[0] if ids else None, settings.queue)
        trace_ids = [item.trace_id async for page in backend.items(queue) for item in page]
        return _Scope(f"the queue “{queue.name}”", (queue.experiment_id,), tuple(trace_ids))
    if not experiments:
        raise _not_said(configuration)
    return _Scope(names, ids)


async def _total(backend: Backend, scope: _Scope, arguments: argparse.Namespace) -> int:
    """Return how many traces are to come, for the progress on a terminal; 0 where that is not known beforehand."""
    if scope.trace_ids is not None:
        return len(scope.trace_ids)
    if arguments.filter or arguments.since is not None or not sys.stderr.isatty():
        return 0
    return sum([await backend.count(each) or 0 for each in scope.experiment_ids])


async def _pages(backend: Backend, scope: _Scope, arguments: argparse.Namespace) -> AsyncIterator[list[TraceSummary]]:
    if scope.trace_ids is None:
        async for page in backend.snapshot(Query(scope.experiment_ids, arguments.filter, since_ms=arguments.since)):
            yield page
        return
    ids = scope.trace_ids
    chunks = [ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE)]
    for start in range(0, len(chunks), _SEARCHES_IN_FLIGHT):
        together = chunks[start : start + _SEARCHES_IN_FLIGHT]
        for page in await asyncio.gather(*map(backend.summaries, together)):
            yield page


async def _from_cache(
    arguments: argparse.Namespace,
    configuration: Configuration,
    journal: AsyncJournal,
    cache: AsyncCache,
    code: ExitCode,
) -> ReportedLabels:
    """Read what the cache has of the experiments, as it was read last, and say so."""
    settings = configuration.settings.backend
    if settings.uri is None:
        raise CommandFailed(ExitCode.USAGE, "Give --backend URI: the cache is kept by the backend it came from")
    if _is_narrowed(arguments, configuration):
        raise CommandFailed(
            ExitCode.USAGE,
            "Offline only whole experiments can be reported: --queue, --filter and --since ask the backend",
        )
    if not settings.experiments:
        raise _not_said(configuration)
    place = Destination(await backend_uri(settings.uri), settings.workspace, "")
    ids = [await _known_id(name, place, journal) for name in settings.experiments]
    summaries = await cache.run(Cache.of_experiments, place, frozenset(ids))
    print_message(
        f"From the cache: {len(summaries):,} traces, each with its labels as they were when it was read last. "
        "Labels given since, and traces never read here, are missing."
    )
    asked = await questions_in_journal(journal, place.backend_uri, ids)
    label = f"{', '.join(settings.experiments)} at {place.backend_uri}, from the cache"
    source = ReportSource(label, place.backend_uri, tuple(ids))
    return _reported(source, place, summaries, configuration, asked, None, code)


async def _known_id(name: str, place: Destination, journal: AsyncJournal) -> str:
    """Return the ID of an experiment that was reviewed here under this name; else what was given, an ID perhaps."""
    for record, _ in await journal.run(journal.reviews.all_with_questions):
        spec = record.spec
        if (spec.backend_uri, spec.workspace, spec.label) == (place.backend_uri, place.workspace, name):
            return spec.experiment_ids[0] if len(spec.experiment_ids) == 1 else name
    return name


def _is_narrowed(arguments: argparse.Namespace, configuration: Configuration) -> bool:
    return bool(arguments.filter or arguments.since is not None or configuration.settings.backend.queue)


def _not_said(configuration: Configuration) -> CommandFailed:
    return CommandFailed(
        ExitCode.USAGE,
        "It is not known what to report. Give --experiment NAME_OR_ID, --queue NAME_OR_ID, --local or label files, or "
        f"set backend.experiments in {configuration.paths.config_file}",
    )


def _reported(
    source: ReportSource,
    place: Destination,
    summaries: Iterable[TraceSummary],
    configuration: Configuration,
    server: Sequence[Question],
    at_ms: int | None,
    code: ExitCode,
) -> ReportedLabels:
    """Put together what was read. Of the questions, those count that somebody answered, a judge included."""
    found = list(summaries)
    assessments = [assessment for summary in found for assessment in summary.assessments]
    answered = {(each.name, each.kind) for each in assessments}
    names = {question.name for question in server}
    known = known_questions(configuration, server)
    others = fitting([each for each in known if each.name not in names], assessments)
    questions = [each for each in known if each.name in names and (each.name, each.kind) in answered] + others
    requests = {each.id: each.request_preview for each in found if each.request_preview}
    pages = {
        each.id: address
        for each in found
        if (address := web_address(place.backend_uri, place.workspace, each.experiment_id, each.id)) is not None
    }
    return ReportedLabels(source, assessments, questions, configuration.settings.judges, at_ms, requests, pages, code)
