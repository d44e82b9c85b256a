"""Download the worklist with whole traces, for work without a network."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from labeler.backends.base import Backend
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.cli.context import CliContext, configure, open_cache
from labeler.cli.exit_code import CommandFailed, ExitCode, gravest
from labeler.cli.named_traces import not_found, possible_ids
from labeler.cli.open_backend import reach_backend, tell_cautions
from labeler.cli.open_journal import open_journal
from labeler.cli.open_review import check_membership, open_spec
from labeler.cli.opened_review import OpenedReview
from labeler.cli.options import TraceSelection, refuse_queue_beside_names, selection_of
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.review_spec import review_spec
from labeler.cli.reviewer import reviewer_at
from labeler.dataclass import dataclass
from labeler.delivery.listing import listed_traces, selected_traces
from labeler.delivery.prefetch import Arrived, CameOnline, Missing, Prefetcher, PrefetchEvent, WentOffline
from labeler.desk.worklist_rows import worklist_rows
from labeler.domain.change import Answer
from labeler.domain.destination import Destination
from labeler.domain.trace import short_id
from labeler.journal.async_journal import AsyncJournal


def run(arguments: argparse.Namespace) -> ExitCode:
    """List the worklist, then download what is not here yet."""
    return asyncio.run(_pull(arguments))


async def _pull(arguments: argparse.Namespace) -> ExitCode:
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
        context = CliContext(configuration, journal, backend)
        reviewer = await reviewer_at(context)
        spec = await review_spec(context, selection, reviewer.id)
        await check_membership(backend, spec, reviewer)
        review = await open_spec(context, spec)
        only_unlabelled = selection.only_unlabelled and not selection.trace_ids
        trace_ids = await list_worklist(backend, cache, journal, review, only_unlabelled=only_unlabelled)
        if missing := await _missing(backend, selection, trace_ids):
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


async def _missing(backend: Backend, selection: TraceSelection, worklist: Sequence[str]) -> list[str]:
    """Return the named traces that the backend does not have; what a sample left out is asked for again."""
    listed = set(worklist)
    absent = [trace_id for trace_id in selection.trace_ids if trace_id not in listed]
    if selection.sample is None or not absent:
        return absent
    found = {summary.id for summary in await backend.summaries(absent)}
    return [trace_id for trace_id in absent if trace_id not in found]


async def _see_that_traces_are_kept(cache: AsyncCache) -> None:
    """Raise `CommandFailed` where downloaded traces would be lost at the end of this run."""
    trouble = await cache.run(lambda store: store.trouble)
    if trouble is not None:
        raise CommandFailed(ExitCode.USAGE, f"Nothing would be here for later. {trouble}")


_IN_FLIGHT: Final = 4
_GIVE_UP_AFTER_S: Final = 30.0
"""Seconds that the backend may be out of reach before the download ends without the missing traces."""


@dataclass(frozen=True, slots=True)
class PullReport:
    """How a download ended. `here` counts the traces in the cache; `problems` are sentences about single traces."""

    here: int
    problems: tuple[str, ...]
    advice: str
    code: ExitCode


async def list_worklist(
    backend: Backend, cache: AsyncCache, journal: AsyncJournal, review: OpenedReview, *, only_unlabelled: bool
) -> list[str]:
    """Take the backend's listing into the review, and return the worklist's trace IDs in order."""
    spec, questions = review.record.spec, review.asked.questions
    with ProgressBar("Listing") as progress:
        listed, selected = 0, set[str]()
        places: set[Destination] = set()
        retired: set[str] = set()
        answers: dict[str, dict[str, Answer | None]] = {}
        is_drawn = await journal.run(journal.reviews.is_drawn, review.record.id)
        async for page in selected_traces(backend, spec) if is_drawn else listed_traces(backend, spec):
            selected.update(each.summary.id for each in page)
            new = {Destination(backend.uri, backend.workspace, each.summary.experiment_id) for each in page} - places
            places |= new
            retired |= await journal.run(journal.changes.settled_ids, list(new))
            known = await journal.run(journal.changes.answers, list(new), spec.reviewer, spec.sprint)
            for (trace_id, span_id, name), answer in known.items():
                if span_id is None:
                    answers.setdefault(trace_id, {})[name] = answer
            await cache.run(Cache.put_summaries, home_of(backend), [each.summary for each in page])
            rows = worklist_rows(
                page,
                spec.reviewer,
                questions,
                retired,
                spec.sprint,
                lambda trace_id: answers.get(trace_id, {}),
                only_unlabelled=only_unlabelled,
            )
            if not is_drawn:
                await journal.run(journal.reviews.add_items, review.record.id, rows)
            listed += len(page)
            progress.show(listed, listed)
        await journal.run(journal.reviews.end_listing, review.record.id, selected)
    return [row.trace_id for row in await journal.run(journal.reviews.items, review.record.id)]


async def download(backend: Backend, cache: AsyncCache, trace_ids: Sequence[str]) -> PullReport:
    """Download the traces that are not in the cache. Traces that arrive stay, so a second run goes on from there."""
    home = home_of(backend)
    here = await cache.run(Cache.have, home, trace_ids)
    download = _Download([trace_id for trace_id in trace_ids if trace_id not in here], len(trace_ids))
    prefetcher = Prefetcher(
        backend, cache, download.hear, ahead=len(trace_ids), ahead_bytes=2**63, in_flight=_IN_FLIGHT
    )
    prefetcher.fill(download.left)
    with download.progress:
        work = asyncio.create_task(prefetcher.run())
        ended = asyncio.create_task(download.ended.wait())
        try:
            await asyncio.wait((work, ended), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            for task in (work, ended):
                task.cancel()
            await asyncio.gather(work, ended, return_exceptions=True)
    kept = await cache.run(Cache.have, home, trace_ids)
    return download.report(len(kept))


def home_of(backend: Backend) -> Destination:
    """Return the key under which the cache keeps a backend's traces, whatever their experiment."""
    return Destination(backend.uri, backend.workspace, "")


class _Download:
    """What is left to download, as the prefetcher's events tell."""

    def __init__(self, left: list[str], total: int) -> None:
        self.left = dict.fromkeys(left)
        self.progress = ProgressBar("Downloading")
        self.ended = asyncio.Event()
        self._total = total
        self._problems: list[str] = []
        self._out_of_reach = ""
        self._giving_up: asyncio.TimerHandle | None = None
        self._note_progress()

    def hear(self, event: PrefetchEvent) -> None:
        match event:
            case Arrived(trace_id):
                self.left.pop(trace_id, None)
            case Missing(trace_id, sentence):
                self.left.pop(trace_id, None)
                self._problems.append(f"{short_id(trace_id)}: {sentence}")
            case WentOffline(sentence):
                self._out_of_reach = sentence
                self._giving_up = asyncio.get_running_loop().call_later(_GIVE_UP_AFTER_S, self.ended.set)
            case CameOnline():
                self._out_of_reach = ""
                if self._giving_up is not None:
                    self._giving_up.cancel()
        self._note_progress()

    def report(self, here: int) -> PullReport:
        if self._giving_up is not None:
            self._giving_up.cancel()
        if self.left:
            advice = f"{self._out_of_reach.rstrip('.')}. Run this again to go on where it stopped"
            return PullReport(here, tuple(self._problems), advice, ExitCode.WAITING)
        if here < self._total - len(self._problems):
            advice = "The rest did not fit: raise cache.max_mb"
            return PullReport(here, tuple(self._problems), advice, ExitCode.PROBLEM)
        return PullReport(here, tuple(self._problems), "", ExitCode.PROBLEM if self._problems else ExitCode.OK)

    def _note_progress(self) -> None:
        self.progress.show(self._total - len(self.left), self._total)
        if not self.left:
            self.ended.set()
