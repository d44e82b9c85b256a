"""The same answer given to many items: delivered once each, taken back in one step, never half done."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk, Done
from labeler.desk.open_desk import open_desk
from labeler.domain.change import AnswerEffect
from labeler.domain.question import PassFail, Question
from labeler.domain.worklist import ItemState
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.outbox import BULK_HOLD_MS
from labeler.review.action import Bulk, Go, GoTo, Redo, SelectAll, SetAnswer, Thumb, Undo, Where
from labeler.review.decision import Refusal
from labeler.review.state import Rules
from tests.desk.at_a_queue import at_queue, served_queue
from tests.journal.sitting import HOME, rows, spec

MANY = 600


def all_of(desk: Desk) -> Bulk:
    return Bulk(SetAnswer("helpful", False, "timed out"), tuple(desk.state.index_of))


@pytest.mark.slow
async def test_sixty_answers_arrive_once_each_and_one_undo_after_a_restart_takes_them_back(tmp_path: Path) -> None:
    queue = served_queue(60)
    async with at_queue(tmp_path, queue) as there:
        await there.act(SelectAll(is_agreed=True))
        assert len(there.desk.state.selection) == 60
        assert "60 done together · 60 submitted" in await there.act(all_of(there.desk))
        await there.delivered()
    for trace_id in queue.trace_ids:
        (said,) = queue.said(trace_id)
        metadata = said["metadata"]
        assert (said["feedback"]["value"], said["rationale"]) == (False, "timed out")
        assert (metadata["labeler.bulk"], metadata.get("labeler.duration_ms")) == ("60", None)
        assert metadata["labeler.id"] == said["assessment_id"]
    assert {item["status"] for item in queue.items().values()} == {"COMPLETE"}
    async with at_queue(tmp_path, queue, only_unlabelled=False) as there:
        await there.act(Undo())
        assert {item.state for item in there.desk.state.items} == {ItemState.OPEN}
        await there.act(Go(Where.NEXT))
        await there.delivered()
    assert not any(queue.said(trace_id) for trace_id in queue.trace_ids)
    assert {item["status"] for item in queue.items().values()} == {"PENDING"}


async def desk_of(journal: AsyncJournal, cache: AsyncCache) -> Desk:
    record = await journal.run(journal.reviews.begin, spec(), 1)
    await journal.run(journal.reviews.add_items, record.id, rows(*(f"tr-{number}" for number in range(MANY))))
    return await open_desk(record, (Question("helpful", PassFail()),), Rules(), journal, cache)


async def test_a_bulk_answer_waits_half_a_minute_unless_nobody_is_to_wait(tmp_path: Path) -> None:
    journal = await AsyncJournal.open(tmp_path / "journal.db")
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 20)
    desk = await desk_of(journal, cache)
    await desk.act(GoTo(MANY))
    assert isinstance(await desk.act(Thumb(True)), Done)
    assert isinstance(await desk.act(Bulk(SetAnswer("helpful", False), ("tr-3", "tr-4"))), Done)
    await desk.deliveries.refresh()
    now_ms = time.time_ns() // 1_000_000

    async def due(after_ms: int, grace_ms: int = 5_000) -> set[str]:
        return await journal.run(journal.outbox.due_traces, [HOME], now_ms + after_ms, grace_ms)

    assert await due(0) == set()
    assert await due(6_000) == {f"tr-{MANY - 1}"}
    assert await due(BULK_HOLD_MS + 6_000) == {f"tr-{MANY - 1}", "tr-3", "tr-4"}
    assert await due(0, grace_ms=0) == {f"tr-{MANY - 1}", "tr-3", "tr-4"}, "sync and quit do not wait"
    await desk.close()
    await cache.close()
    await journal.close()


@pytest.mark.slow
async def test_the_reviewer_moves_while_many_answers_are_written_and_everything_else_waits(tmp_path: Path) -> None:
    journal = await AsyncJournal.open(tmp_path / "journal.db")
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 20)
    desk = await desk_of(journal, cache)
    for step in (all_of(desk), Undo(), Redo()):
        assert desk.steps.items_of(step) == MANY
        writing = asyncio.create_task(desk.act(step))
        seen, moved = set(), 0
        while not writing.done():
            await asyncio.sleep(0.001)
            if desk.steps.total:
                seen.add(desk.steps.done)
                moved += isinstance(await desk.act(Go(Where.NEXT)), Done)
                refused = await desk.act(Thumb(True))
                assert isinstance(refused, Refusal)
                assert f"of {MANY} items are written" in refused.says
        assert isinstance(writing.result(), Done)
        assert moved > 2
        assert len(seen) > 2, "how far it is is told"
    assert {item.state for item in desk.state.items} == {ItemState.LABELLED}
    again = (await journal.run(journal.changes.of_review, desk.record.id))[-1]
    given = {effect.trace_id for effect in again.effects if isinstance(effect, AnswerEffect) and effect.after}
    assert len(given) == MANY
    await desk.close()
    await cache.close()
    await journal.close()
