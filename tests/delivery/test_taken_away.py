"""Delivery from a journal whose directory goes away: acknowledgements are kept, and one process delivers at a time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.delivery.events import DeliveryEvent, Settled
from labeler.delivery.lock import LOCK_NAME, DeliveryLocks
from labeler.journal.async_journal import AsyncJournal
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import HASTE, running, work
from tests.journal.server import Server
from tests.journal.sitting import HOME

TRACES = [f"tr-{number}" for number in range(40)]


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server())


async def test_what_was_acknowledged_while_the_directory_went_away_is_known_afterwards(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    async with work(state, TRACES) as at_work:
        for trace in TRACES:
            await at_work.answer(trace, "helpful", True)
        engine = at_work.engine(backend)
        removed = [15, 30]

        def hear(event: DeliveryEvent) -> None:
            if isinstance(event, Settled) and len(backend.server.stored) >= removed[0]:
                removed.append(removed.pop(0) + 1_000)
                shutil.rmtree(state)

        engine._on_event = engine._dispatcher._on_event = hear
        await at_work.leave(*TRACES)
        async with running(engine):
            await at_work.until(waiting=0)
    assert removed == [1_015, 1_030]
    again = await AsyncJournal.open(state / "journal.db")
    assert (await again.run(again.queries.counts, [HOME])).waiting == 0
    assert await again.run(again.queries.delivered_since, [HOME], 0) == len(TRACES)
    await again.close()
    assert len(backend.server.stored) == len(TRACES)


async def test_who_lost_the_lock_takes_nothing_more_up_and_asks_the_one_who_has_it(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    other = DeliveryLocks(tmp_path / "delivery.lock", [HOME])
    async with work(tmp_path, TRACES) as at_work:
        for trace in TRACES:
            await at_work.answer(trace, "helpful", True)
        engine = at_work.engine(backend, timing=replace(HASTE, answer_patience_s=0.05))

        def hear(event: DeliveryEvent) -> None:
            if isinstance(event, Settled) and not other.held:
                for lock in tmp_path.glob("delivery-*.lock"):
                    lock.unlink()
                assert other.try_acquire() == [HOME]

        engine._on_event = engine._dispatcher._on_event = hear
        result = await engine.drain()
        assert other.held == [HOME]
        assert 0 < result.delivered <= 8
        assert result.delivered + result.queued == len(TRACES)
    other.release()


async def test_the_locks_lie_beside_a_journal_that_goes_on_elsewhere_and_comes_back(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    async with work(state, TRACES[:3]) as at_work:
        await at_work.answer("tr-0", "helpful", True)
        async with running(at_work.engine(backend)):
            shutil.rmtree(state)
            state.mkdir()
            (state / "journal.db").write_text("somebody's notes")
            await at_work.answer("tr-1", "helpful", True)
            await at_work.leave("tr-0", "tr-1")
            await at_work.until(waiting=0)
            rescued = at_work.journal.path
            assert rescued.parent.parent == state
            assert DeliveryLocks(rescued.parent / LOCK_NAME, [HOME]).try_acquire() == []
            (state / "journal.db").unlink()
            shutil.rmtree(rescued.parent)
            await at_work.answer("tr-2", "helpful", True)
            await at_work.leave("tr-2")
            await at_work.until(waiting=0)
            assert at_work.journal.path == state / "journal.db"
            assert DeliveryLocks(state / LOCK_NAME, [HOME]).try_acquire() == []
    assert len(backend.server.stored) == 3
