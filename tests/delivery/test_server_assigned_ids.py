"""A server that gives assessments IDs of its own: its IDs are kept, and copies that come late are thinned out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.journal.models import DeliveryState
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import HASTE, work
from tests.journal.server import Server


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server(honours_ids=False))


async def test_the_servers_id_is_kept_and_a_change_overrides_by_it(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        first = await at_work.answer("tr-1", "helpful", True)
        await at_work.engine(backend).drain()
        (stored,) = backend.server.stored.values()
        assert stored.metadata["labeler.id"] == first
        assert [
            each.server_id for each in await at_work.journal.run(at_work.journal.queries.standing, [at_work.home])
        ] == [stored.id]
        await at_work.answer("tr-1", "helpful", False)
        await at_work.engine(backend).drain()
        assert await at_work.journal.run(at_work.journal.changes.settled_ids, [at_work.home]) == {first, stored.id}
        assert [(each.valid, each.overrides) for each in backend.server.stored.values()] == [
            (False, None),
            (True, stored.id),
        ]
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 9))
        await at_work.engine(backend).drain()
    assert backend.server.stored == {}


async def test_a_lost_answer_is_looked_for_before_the_create_is_sent_again(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        backend.faults.extend(["answer lost", "request lost"])
        assert (await at_work.engine(backend).drain()).delivered == 1
    assert len(backend.server.stored) == 1
    assert [what for what, _ in backend.requests].count("create") == 1


async def test_a_server_that_does_not_tell_is_known_by_the_ids_it_gave_also_after_a_restart(tmp_path: Path) -> None:
    backend = SimulatedBackend(Server(honours_ids=False), says_it_honours_ids=True)
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1")
        backend.faults.extend(["comes late"])
        engine = at_work.engine(backend, now_ms=lambda: backend.now_ms)
        for _ in range(2):
            engine._dispatcher.reset_backoff()
            await engine._dispatcher.work_off(0)
        (kept,) = backend.server.stored
        backend.let_late_ones_in(1)
    async with work(tmp_path, ["tr-1"]) as at_work:
        backend.now_ms += 301
        assert (await at_work.engine(backend, now_ms=lambda: backend.now_ms).drain()).delivered == 1
        assert list(backend.server.stored) == [kept]


async def test_a_retraction_takes_every_copy_with_it_also_after_a_restart(tmp_path: Path) -> None:
    backend = SimulatedBackend(Server(honours_ids=False), says_it_honours_ids=True)
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1")
        backend.faults.extend(["comes late"])
        engine = at_work.engine(backend, now_ms=lambda: backend.now_ms)
        for _ in range(2):
            engine._dispatcher.reset_backoff()
            await engine._dispatcher.work_off(0)
        backend.let_late_ones_in(1)
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", backend.now_ms))
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.engine(backend, now_ms=lambda: backend.now_ms + 400).drain()
        assert await at_work.undone() == []
    assert backend.server.stored == {}


async def test_an_answer_cleared_while_its_fate_is_unknown_is_retracted_from_a_server_that_does_not_tell(
    tmp_path: Path,
) -> None:
    backend = SimulatedBackend(Server(honours_ids=False), says_it_honours_ids=True)
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1")
        backend.faults.extend(["answer lost", "request lost"])
        engine = at_work.engine(backend, timing=replace(HASTE, first_retry_s=0.3, longest_retry_s=0.3))
        await engine._dispatcher.work_off(0)
        assert len(backend.server.stored) == 1
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 9))
        await engine.drain()
        assert await at_work.undone() == []
    assert backend.server.stored == {}


async def test_a_copy_that_comes_late_is_swept_up(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1")
        backend.faults.extend(["comes late"])
        engine = at_work.engine(backend, now_ms=lambda: backend.now_ms)
        for _ in range(2):
            engine._dispatcher.reset_backoff()
            await engine._dispatcher.work_off(0)
        (kept,) = backend.server.stored
        assert (await at_work.undone())[0].state is DeliveryState.WAITING
        backend.let_late_ones_in(1)
        assert len(backend.server.stored) == 2
        backend.now_ms += 301
        await engine._dispatcher.work_off(0)
        assert list(backend.server.stored) == [kept]
        assert await at_work.undone() == []
