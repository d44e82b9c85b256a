"""A queue in which thousands of items change between two readings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

from labeler.backends.base import Backend
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.listing import ListedTrace
from labeler.delivery.news import LearntItems, NewsListener, StatusListener
from labeler.delivery.reader import Reader
from labeler.domain.connection import ConnectionStatus
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import TraceState, TraceSummary
from labeler.domain.worklist import ReviewSpec
from tests.desk.at_a_queue import QUICK

ITEMS = 5_000


class LargeQueue:
    """A backend and the desk that listens to it. `learnt` and `read` are the sizes of what came at a time."""

    uri, workspace, connection = "http://127.0.0.1", "", ConnectionStatus.ONLINE
    is_drawn, open_items = False, ITEMS

    def __init__(self) -> None:
        self.trace_ids: Collection[str] = [f"tr-{number:04}" for number in range(ITEMS)]
        self.state, self.turns = QueueItemState.PENDING, 0
        self.learnt, self.read, self.turns_at = list[int](), list[int](), list[int]()

    async def queue(self, *_: object) -> Queue:
        return Queue("rq-1", "1", "autumn")

    async def items(self, _: Queue) -> AsyncIterator[list[QueueItem]]:
        yield [QueueItem("rq-1", trace_id, self.state, "sam") for trace_id in self.trace_ids]

    async def summaries(self, trace_ids: Sequence[str]) -> list[TraceSummary]:
        self.read.append(len(trace_ids))
        self.turns_at.append(self.turns)
        return [TraceSummary(trace_id, "1", 0, None, TraceState.OK, "") for trace_id in trace_ids]

    async def learn_items(self, items: Sequence[QueueItem], began_ms: int) -> LearntItems:
        self.learnt.append(len(items))
        self.turns_at.append(self.turns)
        return LearntItems({item.trace_id for item in items}, set())

    async def learn_of(self, summaries: Sequence[TraceSummary]) -> set[str]:
        return set()

    async def take_in(self, page: Sequence[ListedTrace], *, only_unlabelled: bool) -> int:
        return 0

    async def end_listing(self, selected: Collection[str]) -> int:
        return 0

    async def whoami(self) -> str:
        return ""

    def signed_in_as(self, user: str) -> None: ...

    def worked_on_by(self, users: Collection[str]) -> None: ...

    def cautions(self) -> list[str]:
        return []

    async def until_read(self) -> None:
        for _ in range(3_000):
            if sum(self.read) >= ITEMS:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"read were {self.read}")

    async def take_turns(self) -> None:
        """Count how often the event loop comes to somebody else, such as to whoever presses a key."""
        while True:
            self.turns += 1
            await asyncio.sleep(0)


@pytest.mark.slow
async def test_thousands_of_items_that_change_at_once_are_read_in_pages_between_which_keys_come_in(
    tmp_path: Path,
) -> None:
    there: Any = LargeQueue()
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 26)
    reader = Reader(
        cast(Backend, there),
        ReviewSpec(there.uri, "", ("1",), "ana", "rq-1"),
        cache,
        cast(StatusListener, there),
        cast(NewsListener, there),
        only_unlabelled=True,
        pace=QUICK,
    )
    running = [asyncio.create_task(reader.run()), asyncio.create_task(there.take_turns())]
    try:
        await there.until_read()
        await asyncio.sleep(QUICK.queue_s * 2)
        for seen in (there.learnt, there.read, there.turns_at):
            seen.clear()
        there.state = QueueItemState.COMPLETE
        await there.until_read()
    finally:
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await cache.close()
    assert (sum(there.learnt), max(there.learnt)) == (ITEMS, 200)
    assert (sum(there.read), max(there.read)) == (ITEMS, 100)
    assert all(later > earlier for earlier, later in zip(there.turns_at, there.turns_at[1:], strict=False))
