"""What is read of a backend while somebody reviews: when, how often, and what becomes of a backend that is away."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.connection import ConnectionStatus
from labeler.domain.worklist import ItemState
from labeler.review.action import GoTo, SetAnswer, Submit
from tests.desk.at_a_queue import QUICK, ServedQueue, at_queue, served_queue
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, FaultProxy, fault_proxy

YES = SetAnswer("helpful", True, "")


class Watched:
    """Counts requests by what they are about, and breaks them while the server is `away`."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.is_away = False

    async def fault(self, exchange: Exchange) -> None:
        for what in ("items/list", "traces/search", "review-queues/get", "label-schemas/list"):
            self.count[what] += what in exchange.path
        self.count["one trace"] += exchange.method == "GET" and "/traces/tr-" in exchange.path
        await (faults.drop_request if self.is_away else faults.none)(exchange)


@asynccontextmanager
async def watched(queue: ServedQueue) -> AsyncIterator[tuple[Watched, FaultProxy]]:
    seen = Watched()
    async with fault_proxy(queue.server.url) as proxy:
        proxy.otherwise = seen.fault
        yield seen, proxy


@pytest.mark.slow
async def test_a_poll_is_one_request_and_brings_the_infos_of_what_changed_in_one_more(tmp_path: Path) -> None:
    queue = served_queue(6)
    async with watched(queue) as (seen, proxy), at_queue(tmp_path / "ana", queue, url=proxy.url) as there:
        await there.until(lambda: seen.count["items/list"] > 3, "a few polls")
        seen.count.clear()
        await there.until(lambda: seen.count["items/list"] >= 3, "three more")
        assert seen.count["traces/search"] == 0
        await proxy.settled()
        for trace_id in queue.trace_ids[3:]:
            queue.answer(trace_id, "helpful", True, "sam")
            queue.set(trace_id, "COMPLETE", "sam")
        await there.until(lambda: not there.is_offered(queue.trace_ids[5]), "sam's items")
        await there.until(lambda: seen.count["traces/search"], "what was said about them")
        await asyncio.sleep(0.5)
        assert seen.count["traces/search"] <= 3
        assert seen.count["one trace"] == 0


async def test_the_item_in_view_is_read_again_when_what_is_known_of_it_is_old(tmp_path: Path) -> None:
    queue = served_queue(2)
    first = queue.trace_ids[0]
    async with at_queue(tmp_path / "ana", queue, pace=replace(QUICK, queue_s=3600, near_end_s=3600)) as there:
        await there.see()
        assert not there.desk.known.by_others(first)
        queue.answer(first, "helpful", False, "sam")
        queue.answer(first, "tone", "cold", "ana")
        await there.until(lambda: there.desk.known.by_others(first), "what sam said")
        await there.until(lambda: "tone" in there.desk.state.given, "what I said elsewhere")
        assert (there.desk.state.position, there.desk.state.focus) == (0, 0)


async def test_what_was_delivered_is_read_back_and_no_news(tmp_path: Path) -> None:
    queue = served_queue(3)
    pace = replace(QUICK, queue_s=3600, near_end_s=3600, in_view_s=3600)
    async with watched(queue) as (seen, proxy), at_queue(tmp_path / "ana", queue, url=proxy.url, pace=pace) as there:
        await there.until(lambda: there.desk.connection is ConnectionStatus.ONLINE, "being online")
        await asyncio.sleep(0.3)
        seen.count.clear()
        await there.act(YES, Submit())
        await there.delivered()
        await there.until(lambda: seen.count["one trace"], "the echo")
        there.desk.refresh()
        await there.until_told("nothing has changed")


@pytest.mark.slow
async def test_while_the_server_is_away_nothing_changes_and_the_status_says_since_when(tmp_path: Path) -> None:
    queue = served_queue(3)
    async with watched(queue) as (seen, proxy), at_queue(tmp_path / "ana", queue, url=proxy.url) as there:
        queue.set(queue.trace_ids[2], "COMPLETE", "sam")
        await there.until(lambda: not there.is_offered(queue.trace_ids[2]), "sam's item")
        began_ms = time.time_ns() // 1_000_000
        seen.is_away = True
        await there.until(lambda: there.desk.connection is ConnectionStatus.OFFLINE, "being offline")
        assert began_ms <= there.desk.not_online_since_ms <= time.time_ns() // 1_000_000
        queue.set(queue.trace_ids[2], "PENDING")
        there.desk.refresh()
        await asyncio.sleep(0.5)
        assert not there.is_offered(queue.trace_ids[2])
        assert there.told == []
        since_ms = there.desk.not_online_since_ms
        await there.act(YES, Submit())
        assert there.desk.not_online_since_ms == since_ms
        seen.is_away = False
        await there.until(lambda: there.desk.connection is ConnectionStatus.ONLINE, "being online", 40)
        await there.until(lambda: there.is_offered(queue.trace_ids[2]), "the item to be open again")
        await there.until_told("1 changed")
        await there.delivered()


@pytest.mark.slow
async def test_nothing_is_read_once_nobody_is_there_until_the_next_key(tmp_path: Path) -> None:
    queue = served_queue(3)
    pace = replace(QUICK, idle_s=3.0)
    async with watched(queue) as (seen, proxy), at_queue(tmp_path / "ana", queue, url=proxy.url, pace=pace) as there:
        await there.until(lambda: seen.count["items/list"] > 1, "polls")
        await asyncio.sleep(3.5)
        before = seen.count.copy()
        queue.set(queue.trace_ids[2], "COMPLETE", "sam")
        await asyncio.sleep(1)
        assert seen.count == before
        assert there.is_offered(queue.trace_ids[2])
        there.desk.note_key()
        await there.until(lambda: not there.is_offered(queue.trace_ids[2]), "what happened meanwhile")


@pytest.mark.slow
async def test_an_item_that_flickers_changes_once_in_a_while(tmp_path: Path) -> None:
    queue = served_queue(3)
    third = queue.trace_ids[2]
    async with at_queue(tmp_path / "ana", queue, pace=replace(QUICK, flicker_s=10.0)) as there:
        await there.until(lambda: there.desk.connection is ConnectionStatus.ONLINE, "being online")
        await asyncio.sleep(0.5)
        changes = list[bool]()

        def look() -> bool:
            if not changes or changes[-1] is not there.is_offered(third):
                changes.append(there.is_offered(third))
            return False

        began = time.monotonic()
        while time.monotonic() - began < 2.5:
            for status in ("COMPLETE", "PENDING"):
                queue.set(third, status, "sam" if status == "COMPLETE" else None)
                with pytest.raises(AssertionError):
                    await there.until(look, "a moment", 0.3)
        assert len(changes) <= 2, changes
        queue.set(third, "DECLINED", "olu")
        await there.until(lambda: there.desk.state.queue.as_known(third)[1] == "olu", "what holds at last")


async def test_a_refresh_says_what_it_found_also_outside_queues(tmp_path: Path) -> None:
    queue = served_queue(3)
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.until(lambda: there.desk.connection is ConnectionStatus.ONLINE, "being online")
        await asyncio.sleep(0.3)
        there.desk.refresh()
        await there.until_told("nothing has changed")


async def test_rows_and_the_reviewer_stay_where_they_are_while_everything_changes(tmp_path: Path) -> None:
    queue = served_queue(8, more=8)
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.act(GoTo(3), YES)
        order, position = list(there.desk.state.index_of), there.desk.state.position
        queue.add(*queue.trace_ids[8:])
        queue.remove(*queue.trace_ids[:2])
        for trace_id in queue.trace_ids[4:8]:
            queue.set(trace_id, "COMPLETE", "sam")
        await there.until(lambda: len(there.desk.state.items) == 16, "the new items")
        await there.until(lambda: not there.is_offered(queue.trace_ids[0]), "what was taken out")
        assert list(there.desk.state.index_of)[:8] == order
        assert there.desk.state.position == position
        assert there.desk.state.given["helpful"].value is True
        assert there.state_of(queue.trace_ids[2]) == ItemState.OPEN
        assert there.desk.news.open_items == 2 + 8
