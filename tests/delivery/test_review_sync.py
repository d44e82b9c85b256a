"""The traffic beside a review: it goes to the review's own backend alone, and tells when something of it fails."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from labeler.backends.base import Backend
from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.lock import LOCK_NAME, DeliveryLocks
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk
from labeler.desk.events import DeskEvent, Notice
from labeler.desk.open_desk import open_desk
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.question import PassFail, Question
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.journal import Journal
from labeler.review.action import SetAnswer, Submit
from labeler.review.decision import Refusal
from labeler.review.state import Advance, Rules
from tests.journal.sitting import EXPERIMENT, rows

HELPFUL = Question("helpful", PassFail("Helpful", "Not helpful"))


async def store_at(path: Path) -> LocalStore:
    """A store with one trace in it, always of the same ID."""
    store = await LocalStore.open_or_create(path)
    await store.import_traces([RawTrace(TraceSummary("tr-1", "", 1, 1, TraceState.OK, "n"), b'{"spans": []}')])
    return store


@dataclass
class Review:
    """A desk with its traffic. `notices` are the sentences that the reviewer was shown."""

    desk: Desk
    exchange: ReviewSync
    journal: AsyncJournal
    notices: list[str] = field(default_factory=list)

    async def answer(self) -> None:
        assert not isinstance(await self.desk.act(SetAnswer("helpful", True, "")), Refusal)
        assert not isinstance(await self.desk.act(Submit()), Refusal)

    def told(self, words: str) -> Callable[[], Awaitable[bool]]:
        """Whether the reviewer was shown a sentence with these words in it."""

        async def was_told() -> bool:
            return any(words in notice for notice in self.notices)

        return was_told

    async def delivered(self) -> bool:
        return (await self.desk.deliveries.counts_now()).waiting == 0

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        for _ in range(3_000):
            if await holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited 30 s for {what}; told were {self.notices}")


@contextlib.asynccontextmanager
async def reviewing(directory: Path, store: LocalStore) -> AsyncIterator[Review]:
    """The review of the trace in `store`, at a backend that is opened at ``store.db`` as soon as the screen stands."""
    spec = ReviewSpec(store.uri, "", (EXPERIMENT,), "rhea.k")
    journal = await AsyncJournal.open(directory / "journal.db")
    cache = await AsyncCache.open(directory / "cache.db", 1 << 24)
    record = await journal.run(journal.reviews.begin, spec, 1)
    await journal.run(journal.reviews.add_items, record.id, rows("tr-1"))
    traffic = Traffic(0.0, 2, 0, only_unlabelled=False)

    async def connect() -> Backend:
        return await LocalStore.open(directory / "store.db")

    exchange = ReviewSync(spec, journal, cache, connect, traffic)
    desk = await open_desk(record, (HELPFUL,), Rules(Advance.MANUAL), journal, cache, exchange)
    there = Review(desk, exchange, journal)

    def hear(event: DeskEvent) -> None:
        if isinstance(event, Notice):
            there.notices.append(event.says)

    desk.on_event = hear
    exchange.start(desk)
    try:
        yield there
    finally:
        await desk.close()
        await exchange.close(5)
        await cache.close()
        await journal.close()


async def test_another_store_at_the_same_path_gets_no_answer_of_the_first(tmp_path: Path) -> None:
    first = await store_at(tmp_path / "store.db")
    await first.close()
    (tmp_path / "store.db").rename(tmp_path / "first.db")
    other = await store_at(tmp_path / "store.db")
    async with reviewing(tmp_path, first) as there:
        await there.answer()
        await there.until(there.told("another backend"), "being told")
        assert there.desk.connection is ConnectionStatus.NO_BACKEND
        assert (await other.summary("tr-1")).assessments == ()
        await other.close()
        (tmp_path / "first.db").replace(tmp_path / "store.db")
        for beside in ("store.db-wal", "store.db-shm"):
            (tmp_path / beside).unlink(missing_ok=True)
        await there.until(there.delivered, "the answer at its own store")
    first = await LocalStore.open(tmp_path / "store.db")
    (stored,) = (await first.summary("tr-1")).assessments
    assert stored.valid
    await first.close()


def directory_in_place_of_lock(state: Path, destination: Destination) -> Path:
    locks = DeliveryLocks(state / LOCK_NAME, [destination])
    locks.try_acquire()
    locks.release()
    (lock,) = state.glob("delivery-*.lock")
    lock.unlink()
    lock.mkdir()
    return lock


@pytest.mark.slow
async def test_what_keeps_delivery_from_running_is_told_once_and_it_goes_on_when_it_can(tmp_path: Path) -> None:
    store = await store_at(tmp_path / "store.db")
    lock = directory_in_place_of_lock(tmp_path, Destination(store.uri, "", EXPERIMENT))
    async with reviewing(tmp_path, store) as there:
        await there.answer()
        await there.until(there.told("Delivery stopped"), "being told")
        lock.rmdir()
        await there.until(there.delivered, "the answer in the store")
        assert sum("Delivery stopped" in notice for notice in there.notices) == 1
    await store.close()


async def test_a_journal_that_cannot_be_written_any_more_keeps_nobody_from_leaving(tmp_path: Path) -> None:
    store = await store_at(tmp_path / "store.db")
    async with reviewing(tmp_path, store) as there:
        await there.answer()
        await there.until(there.delivered, "the answer in the store")
        await there.journal.run(forbid_writing, there.journal._journal)
    await store.close()


def forbid_writing(journal: Journal) -> None:
    """As on a disk that was mounted anew, for reading only."""
    journal._store.row("PRAGMA query_only = ON")


def test_the_first_trace_does_not_wait_for_the_code_that_delivers() -> None:
    """A review is put together with its `Remote`; what that needs to work is imported once the screen stands."""
    late = "labeler.delivery.engine", "labeler.delivery.prefetch"
    program = f"import sys, labeler.cli.run_review, labeler.desk.open_desk; sys.exit(any(map(sys.modules.get, {late})))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
