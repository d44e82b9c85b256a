"""Against a real MLflow server, through a proxy that loses, resets, delays and garbles: each label once, and valid."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.transport import Patience, Timeouts
from labeler.delivery.timing import Timing
from labeler.domain.destination import Destination
from labeler.domain.worklist import ItemState, Query
from tests.delivery.work import Work, running, work
from tests.journal.sitting import KINDS, spec
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, FaultProxy, fault_proxy
from tests.servers.filling import create_queue, log_many
from tests.servers.mlflow_server import MlflowServer, shared_server

TIMING = Timing(first_retry_s=0.01, longest_retry_s=0.1, poll_s=0.1, answer_poll_s=0.02, patience=30, horizon_ms=3_000)
"""Nothing comes later than 3 s here: the proxy holds no request for more than one."""


@dataclass(frozen=True)
class Place:
    """Traces on a real server, in a queue, behind a proxy."""

    server: MlflowServer
    proxy: FaultProxy
    backend: MlflowBackend
    home: Destination
    traces: list[str]
    queue_id: str


@asynccontextmanager
async def place(server: MlflowServer, count: int) -> AsyncIterator[Place]:
    experiment_id = server.new_experiment()
    log_many(server, experiment_id, count)
    little = Patience(silence_s=0.7, total_s=1.5)
    async with fault_proxy(server.url) as proxy:
        patient = await open_backend(server.url)
        traces = [each.id async for page in patient.snapshot(Query((experiment_id,))) for each in page]
        await patient.close()
        backend = await open_backend(proxy.url, timeouts=Timeouts(1, little, little, little))
        assert len(traces) == count
        queue_id = create_queue(server, experiment_id, "desk", traces)
        yield Place(server, proxy, backend, Destination(proxy.url, "", experiment_id), traces, queue_id)
        await backend.close()


def misbehave(proxy: FaultProxy, seed: int, share: float) -> None:
    """From now on `share` of all requests meet a fault."""
    chance = random.Random(seed)
    kinds = [
        faults.drop_request,
        faults.drop_response,
        faults.reset_after_commit,
        faults.half_a_body,
        faults.answer(429, "", Retry_After="0"),
        faults.answer(503, "busy"),
        faults.answer(200, "<html>hotel wifi</html>"),
        faults.answer_after_commit(502, "bad gateway"),
        faults.answer_after_commit(504, "timeout"),
        faults.late(chance, 1.0),
    ]

    async def fault(exchange: Exchange) -> None:
        await (chance.choice(kinds) if chance.random() < share else faults.none)(exchange)

    proxy.otherwise = fault


async def label_everything(at_work: Work, there: Place) -> None:
    """Answers of all kinds; every third changed after it was (perhaps) sent, every fifth cleared."""
    for number, trace in enumerate(there.traces):
        await at_work.answer(trace, "helpful", number % 2 == 0, "because" if number % 4 == 0 else None)
        await at_work.answer(trace, "quality", number % 5 + 0.5)
        if number % 4 == 1:
            await at_work.answer(trace, "expected", ["channel", 12, {"say": "over"}], "as on the poster")
        await at_work.record(at_work.sitting.set_state(trace, ItemState.LABELLED, number))


async def change_some(at_work: Work, there: Place) -> None:
    for number, trace in enumerate(there.traces):
        if number % 3 == 0:
            await at_work.answer(trace, "helpful", number % 2 == 1, "on second thoughts")
        if number % 5 == 0:
            await at_work.record(at_work.sitting.clear(trace, "quality", number))
        if number % 4 == 1 and number % 3 == 0:
            await at_work.answer(trace, "expected", "channel 16")


async def assert_the_server_has_it_all(at_work: Work, there: Place) -> None:
    clean = await open_backend(there.server.url)
    found: dict[tuple[str, str], list[tuple[object, str]]] = {}
    for trace in there.traces:
        for each in (await clean.summary(trace)).assessments:
            if each.valid:
                comment = each.rationale or each.metadata.get("labeler.rationale") or ""
                found.setdefault((trace, each.name), []).append((each.value, comment))
    assert found == at_work.sitting.standing()
    queue = await clean.queue(there.home.experiment_id, there.queue_id)
    items = [item async for page in clean.items(queue) for item in page]
    assert {item.state.value for item in items} == {"COMPLETE"}
    assert {item.completed_by for item in items} == {"rhea.k"}
    await clean.close()


async def deliver_through_faults(directory: Path, server: MlflowServer, count: int, seed: int, share: float) -> None:
    async with place(server, count) as there:
        review = replace(
            spec(queue_id=there.queue_id), backend_uri=there.proxy.url, experiment_ids=(there.home.experiment_id,)
        )
        async with work(directory, there.traces, review, there.home) as at_work:
            misbehave(there.proxy, seed, share)
            engine = at_work.engine(there.backend, timing=TIMING, concurrency=4)
            await label_everything(at_work, there)
            await engine.drain()
            await change_some(at_work, there)
            await at_work.journal.run(at_work.journal.outbox.retry, [each.id for each in await at_work.undone()])
            await engine.drain()
            there.proxy.otherwise = faults.none
            await at_work.journal.run(at_work.journal.outbox.retry, [each.id for each in await at_work.undone()])
            result = await engine.drain()
            assert (result.queued, result.parked, result.refused) == (0, 0, 0)
            await assert_the_server_has_it_all(at_work, there)


def test_the_questions_of_these_tests_are_of_both_kinds() -> None:
    assert len(set(KINDS.values())) == 2


@pytest.mark.slow
async def test_labels_reach_a_real_server_once_through_a_bad_network(tmp_path: Path) -> None:
    await deliver_through_faults(tmp_path, shared_server(), 6, seed=2, share=0.25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_sixty_labelled_traces_reach_a_real_server_once_through_a_worse_network(
    tmp_path: Path, seed: int
) -> None:
    await deliver_through_faults(tmp_path, shared_server(), 60, seed=seed, share=0.4)


@pytest.mark.slow
async def test_a_server_killed_while_labels_go_out_ends_with_each_of_them_once(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    server = MlflowServer(tmp_path / "server")
    server.start()
    try:
        async with place(server, 60) as there:
            review = replace(
                spec(queue_id=there.queue_id), backend_uri=there.proxy.url, experiment_ids=(there.home.experiment_id,)
            )
            async with work(tmp_path, there.traces, review, there.home) as at_work:
                await label_everything(at_work, there)
                await at_work.journal.run(at_work.journal.outbox.release_all, 1)
                async with running(at_work.engine(there.backend, timing=TIMING)):
                    for _ in range(3):
                        await asyncio.sleep(0.5)
                        await asyncio.to_thread(server.kill)
                        await asyncio.to_thread(server.start)
                    await at_work.until(waiting=0)
                await assert_the_server_has_it_all(at_work, there)
    finally:
        server.close()


async def until_told(at_work: Work, words: str) -> None:
    """Return when a delivery waits for that reason."""
    async with asyncio.timeout(300):
        while True:
            if any(words in (row.reason or "") for row in await at_work.undone()):
                return
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_database_that_somebody_has_locked_delays_labels_and_refuses_none(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    server = MlflowServer(tmp_path / "server")
    server.start()
    try:
        async with place(server, 3) as there:
            review = replace(
                spec(queue_id=there.queue_id), backend_uri=there.proxy.url, experiment_ids=(there.home.experiment_id,)
            )
            patient = await open_backend(there.proxy.url)
            async with work(tmp_path, there.traces, review, there.home) as at_work:
                await label_everything(at_work, there)
                await at_work.journal.run(at_work.journal.outbox.release_all, 1)
                locked = sqlite3.connect(tmp_path / "server" / "mlflow.db", isolation_level=None)
                locked.execute("BEGIN EXCLUSIVE")
                async with running(at_work.engine(patient, timing=TIMING)):
                    await until_told(at_work, "database is locked")
                    locked.execute("ROLLBACK")
                    locked.close()
                    await at_work.until(waiting=0)
                assert await at_work.undone() == []
                await assert_the_server_has_it_all(at_work, there)
            await patient.close()
    finally:
        server.close()
