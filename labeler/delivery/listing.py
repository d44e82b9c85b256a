"""Lists the traces that a review's spec describes, page by page, as the backend has them now."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from labeler.backends.base import Backend
from labeler.dataclass import dataclass
from labeler.delivery.queue_order import order_of, work_order
from labeler.domain.assessment import is_verdict
from labeler.domain.change import TracePlace
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import since_moment
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query, ReviewSpec

SUMMARIES_A_PAGE: Final = 100
"""Traces whose infos are read by ID in one search."""


IsDisputed: TypeAlias = Callable[[TraceSummary], bool]
"""Tells whether people disagree with the verdict of the judge whose verdicts are reviewed."""


def undisputed(summary: TraceSummary) -> bool:
    """Return False: where no judge is reviewed, no trace comes before another for that."""
    return False


@dataclass(frozen=True, slots=True)
class ListedTrace:
    """A trace for the worklist, its item in the queue (None: not from a queue), and its place in a file (or None)."""

    summary: TraceSummary
    queue_item: QueueItem | None = None
    place: TracePlace | None = None

    @property
    def queue_state(self) -> QueueItemState | None:
        """Its state in the queue."""
        return None if self.queue_item is None else self.queue_item.state


async def listed_traces(
    backend: Backend, spec: ReviewSpec, is_disputed: IsDisputed = undisputed
) -> AsyncIterator[list[ListedTrace]]:
    """Yield pages of the traces that `spec` describes: a queue's items, named traces, or a pinned search.

    Of a search for a judge's verdicts the disputed ones come first, then the others, each in the order of the search.
    The backend's clock pins the search, since this machine's may be slow. A sample is drawn from everything that the
    search finds, so it is one page, in the order of the search. Raises what the backend raises.
    """
    pages = _pages(backend, spec, is_disputed)
    if spec.sample is None:
        async for page in pages:
            yield page
        return
    everything = [trace async for page in pages for trace in page]
    chosen = random.Random(spec.seed).sample(range(len(everything)), min(spec.sample, len(everything)))
    yield [everything[index] for index in sorted(chosen)]


async def selected_traces(backend: Backend, spec: ReviewSpec) -> AsyncIterator[list[ListedTrace]]:
    """Yield pages of everything that `spec` selects, before a sample or a limit is drawn from it.

    Of a search with a limit nothing is yielded: to learn which of some traces it still finds, all of them would have to
    be read. Raises what the backend raises.
    """
    is_search = not spec.queue_id and not spec.trace_ids
    if is_search and spec.limit is not None:
        return
    async for page in _pages(backend, replace(spec, sample=None, limit=None), undisputed):
        yield page


def _pages(backend: Backend, spec: ReviewSpec, is_disputed: IsDisputed) -> AsyncIterator[list[ListedTrace]]:
    if spec.content:
        return _nothing()
    if spec.queue_id:
        return _queue(backend, spec)
    if spec.trace_ids:
        return _named(backend, spec)
    if spec.judge:
        return _verdicts(_search(backend, replace(spec, limit=None)), spec, is_disputed)
    return _search(backend, spec)


async def _nothing() -> AsyncIterator[list[ListedTrace]]:
    """Yield no page: what was read of a file no backend lists."""
    for page in list[list[ListedTrace]]():
        yield page


async def _queue(backend: Backend, spec: ReviewSpec) -> AsyncIterator[list[ListedTrace]]:
    assert spec.queue_id is not None
    queue = await backend.queue(spec.experiment_ids[0] if spec.experiment_ids else None, spec.queue_id)
    items = {item.trace_id: item async for page in backend.items(queue) for item in page}
    left = spec.limit
    async for summaries in pages_in_order(backend, spec, queue, items):
        yield [ListedTrace(summary, items[summary.id]) for summary in summaries[:left]]
        left = left if left is None else max(left - len(summaries), 0)
        if left == 0:
            return


async def pages_in_order(
    backend: Backend, spec: ReviewSpec, queue: Queue, trace_ids: Iterable[str]
) -> AsyncIterator[list[TraceSummary]]:
    """Yield pages of the summaries of a queue's items, in the order in which this reviewer works on them.

    `spec.order_by` wins over an order of the queue's own. What it orders by is in the summaries, so that all of them
    are read before the first page: no search lists a queue. Raises `BadFilter` for an order that cannot be told from
    them, and what the backend raises.
    """
    if not spec.order_by:
        for ids in chunks(await asyncio.to_thread(work_order, spec, queue, trace_ids)):
            yield await backend.summaries(ids)
        return
    in_order = order_of(spec.order_by)
    found = [summary for ids in chunks(list(trace_ids)) for summary in await backend.summaries(ids)]
    ordered = await asyncio.to_thread(in_order, found)
    for start in range(0, len(ordered), SUMMARIES_A_PAGE):
        yield ordered[start : start + SUMMARIES_A_PAGE]


async def _named(backend: Backend, spec: ReviewSpec) -> AsyncIterator[list[ListedTrace]]:
    for ids in chunks(list(spec.trace_ids)):
        yield [ListedTrace(summary) for summary in await backend.summaries(ids)]


async def _verdicts(
    found: AsyncIterator[list[ListedTrace]], spec: ReviewSpec, is_disputed: IsDisputed
) -> AsyncIterator[list[ListedTrace]]:
    """Yield those of the traces found that the judge spoke about: disputed ones as they are found, then the others.

    So the first item of a long search is there before all of it was read, and the order is that of the whole.
    """
    left = spec.limit if spec.sample is None else None
    others: list[ListedTrace] = []
    async for page in found:
        spoken_about = [each for each in page if any(is_verdict(a, (spec.judge,)) for a in each.summary.assessments)]
        disputed = [each for each in spoken_about if is_disputed(each.summary)][:left]
        seen = {each.summary.id for each in disputed}
        others += (each for each in spoken_about if each.summary.id not in seen)
        left = left if left is None else left - len(disputed)
        if disputed:
            yield disputed
        if left == 0:
            return
    for start in range(0, len(others[:left]), SUMMARIES_A_PAGE):
        yield others[:left][start : start + SUMMARIES_A_PAGE]


async def _search(backend: Backend, spec: ReviewSpec) -> AsyncIterator[list[ListedTrace]]:
    limit = None if spec.sample is not None else spec.limit
    since_ms = since_moment(spec.since, wall_clock_ms()) if spec.since else spec.since_ms
    query = Query(spec.experiment_ids, spec.filter, spec.order_by, since_ms, None, limit, spec.judge)
    async for page in backend.snapshot(query):
        yield [ListedTrace(summary) for summary in page]


def chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    """Return the IDs in parts, each for one search."""
    return [ids[start : start + SUMMARIES_A_PAGE] for start in range(0, len(ids), SUMMARIES_A_PAGE)]
