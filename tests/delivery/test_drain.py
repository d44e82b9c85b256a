"""A sync comes to its end, whatever becomes of the answers: it waits only where waiting helps."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from labeler.delivery.drain import SyncResult
from labeler.domain.assessment import Assessment
from labeler.domain.worklist import ItemState
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import Work, work
from tests.journal.server import Server


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server())


async def drained(at_work: Work, backend: SimulatedBackend) -> SyncResult:
    async with asyncio.timeout(60):
        return await at_work.engine(backend).drain()


async def test_a_sync_ends_when_the_rest_waits_behind_an_answer_that_needs_somebody(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 1))
        backend.faults.extend(["login page", "no connection"])
        result = await drained(at_work, backend)
        assert (result.parked, result.queued) == (1, 1)
        result = await drained(at_work, backend)
    assert (result.delivered, result.parked, result.queued) == (2, 0, 0)


async def test_a_sync_does_not_wait_for_an_answer_that_was_discarded_meanwhile(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.answer("tr-2", "helpful", True)
        first = (await at_work.undone())[0]
        genuine = backend.create

        async def failing(assessment: Assessment) -> Assessment:
            if assessment.trace_id == first.trace_id:
                await at_work.journal.run(at_work.journal.outbox.discard, [first.id], 1)
            backend.faults.extend(["server fails", "none"])
            return await genuine(assessment)

        backend.create = failing  # type: ignore[method-assign]
        result = await drained(at_work, backend)
    assert (result.delivered, result.queued) == (0, 1)


async def test_a_retraction_does_not_wait_for_a_clock_that_jumped_back_while_the_answer_was_on_its_way(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    began = time.monotonic()
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1")
        assert await at_work.journal.run(
            at_work.journal.outbox.claim, [at_work.home], 10_000_000, 0, 1
        )  # killed before it settled
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 5))
        engine = at_work.engine(backend, now_ms=lambda: 5_000_000 + round((time.monotonic() - began) * 1000))
        async with asyncio.timeout(60):
            result = await engine.drain()
    assert (result.queued, result.parked, result.refused) == (0, 0, 0)
    assert backend.server.stored == {}
