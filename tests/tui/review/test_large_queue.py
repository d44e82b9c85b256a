"""A queue of thousands of items on a real desk and screen, all of which change at once while keys are pressed.

What a key costs is the CPU time of the event loop's thread until its frame is painted, with whatever comes in between.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import pytest

from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.listing import listed_traces
from labeler.delivery.reading_intervals import ReadingIntervals
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.state import Rules
from tests.benchmarks.key_in_process import Painting
from tests.tui.review.asked import THUMB
from tests.tui.review.hand import on_screen

pytestmark = pytest.mark.slow

ITEMS: Final = 5_000
A_PAGE: Final = 100
A_KEY_MS: Final = 100.0
BETWEEN_KEYS_S: Final = 0.05
PACE: Final = ReadingIntervals(queue_s=1.0, near_end_s=1.0, rest_share=1.0, flicker_s=1.0)


class CountingStore(LocalStore):
    """Notes how many traces each reading asks about."""

    asked: Final[list[int]] = []

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        self.asked.append(len(trace_ids))
        return await super().summaries(trace_ids, experiment_ids)


@asynccontextmanager
async def at_large_queue(folder: Path) -> AsyncIterator[Desk]:
    """A desk at a queue of `ITEMS` traces, read at a quick pace."""
    store = await CountingStore.open_or_create(folder / "store.db")
    ids = [f"tr-{number:05}" for number in range(ITEMS)]
    summaries = [TraceSummary(each, "", number, 1, TraceState.OK, each) for number, each in enumerate(ids)]
    await store.import_traces([RawTrace(each, b'{"spans": []}') for each in summaries])
    (experiment,) = await store.experiments()
    schema = await store.create_schema(experiment.id, THUMB)
    queue = await store.create_queue(experiment.id, "autumn", (), [schema.schema_id or ""])
    await store.add_items(queue.id, ids)
    journal = await AsyncJournal.open(folder / "journal.db")
    cache = await AsyncCache.open(folder / "cache.db", 1 << 26)
    spec = ReviewSpec(store.uri, "", (experiment.id,), "ana", queue.id, label="autumn")
    record = await journal.run(journal.reviews.begin, spec, 1)
    traffic = Traffic(0.0, 2, 20, only_unlabelled=True)
    remote = ReviewSync(spec, journal, cache, lambda: CountingStore.open(folder / "store.db"), traffic, pace=PACE)
    desk = await open_desk(record, (THUMB,), Rules(for_queue=True), journal, cache, remote)
    async for page in listed_traces(store, spec):
        await desk.take_in(page, only_unlabelled=True)
    remote.start(desk)
    desk.need()
    try:
        yield desk
    finally:
        await desk.close()
        await remote.close(0)
        await cache.close()
        await journal.close()
        await store.close()


def complete_all(store: Path) -> None:
    """Have sam complete every item in one transaction."""
    with closing(sqlite3.connect(store, timeout=60)) as database, database:
        assert database.execute("UPDATE queue_items SET state = 'COMPLETE', completed_by = 'sam'").rowcount == ITEMS


def of_sam(desk: Desk) -> int:
    """How many items the desk knows to be finished by somebody else."""
    state = desk.state
    return sum(state.queue.finished_by_others(trace_id) is not None for trace_id in state.index_of)


async def until_read(asked: Sequence[int]) -> None:
    for _ in range(1_200):
        if sum(asked) >= ITEMS:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"waited two minutes for the first reading; {sum(asked)} of {ITEMS} were read")


async def test_five_thousand_items_change_at_once_are_read_in_pages_and_every_key_in_between_is_answered(
    tmp_path: Path,
) -> None:
    asked = CountingStore.asked
    async with at_large_queue(tmp_path) as desk, on_screen(desk, tmp_path, kind=Painting) as hand:
        app = hand.app
        assert isinstance(app, Painting)
        await until_read(asked)
        for _ in range(5):
            await app.took("j")
            await asyncio.sleep(0.3)
        asked.clear()
        complete_all(tmp_path / "store.db")
        took, known = list[float](), 0
        while known < ITEMS or sum(asked) < ITEMS:
            took.append((await app.took("j")).cpu)
            await asyncio.sleep(BETWEEN_KEYS_S)
            known = of_sam(desk)
            assert len(took) < 1_000, f"{known} of {ITEMS} are known to be sam's, {sum(asked)} were read"
        await hand.settle()
        assert "»" in hand.screen
        assert "sam completed this" in hand.screen
    print(f"{len(took)} keys: median {sorted(took)[len(took) // 2]:.0f} ms, longest {max(took):.0f} ms of CPU")
    assert max(asked) <= A_PAGE
    assert len(took) >= 10, "no key came in between"
    assert max(took) < A_KEY_MS
