"""Items of a review queue on a real MLflow server, through a proxy that breaks what it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.worklist import ItemState, Query
from labeler.journal.models import DeliveryOp, DeliveryState
from tests.delivery.work import HASTE, Work, work
from tests.journal.sitting import spec
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault, FaultProxy, fault_proxy
from tests.servers.filling import create_queue, log_many
from tests.servers.mlflow_server import shared_server

FINISHED = {ItemState.LABELLED: QueueItemState.COMPLETE, ItemState.DECLINED: QueueItemState.DECLINED}


@dataclass
class SharedQueue:
    """One trace in a queue, the reviewer's journal, and a colleague who works on the same queue."""

    at_work: Work
    proxy: FaultProxy
    backend: MlflowBackend
    queue_id: str
    trace_id: str

    async def submit(self, state: ItemState = ItemState.LABELLED) -> None:
        await self.at_work.record(self.at_work.sitting.set_state(self.trace_id, state, 5))

    async def undo(self) -> None:
        await self.at_work.record(self.at_work.sitting.undo(6))

    async def deliver(self) -> str | None:
        """Deliver everything; what there is to know of the last status."""
        result = await self.at_work.engine(self.backend).drain()
        assert (result.queued, result.parked, result.refused) == (0, 0, 0)
        settled = [each for each in self.at_work.settled() if each.op is DeliveryOp.STATUS]
        assert settled[-1].state is DeliveryState.DELIVERED
        return settled[-1].reason

    async def colleague_sets(self, state: QueueItemState) -> None:
        await self.backend.set_item_state(self.queue_id, self.trace_id, state, "olu")

    async def item(self) -> QueueItem:
        return await self.backend.queue_item(self.queue_id, self.trace_id)


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[SharedQueue]:
    async with opened(tmp_path) as there:
        yield there


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[SharedQueue]:
    server = shared_server()
    experiment_id = server.new_experiment()
    log_many(server, experiment_id, 1)
    async with fault_proxy(server.url) as proxy:
        backend = await open_backend(proxy.url)
        ((trace,),) = [page async for page in backend.snapshot(Query((experiment_id,)))]
        queue_id = create_queue(server, experiment_id, "desk", [trace.id])
        review = replace(spec(queue_id=queue_id), backend_uri=proxy.url, experiment_ids=(experiment_id,))
        async with work(directory, [trace.id], review, Destination(proxy.url, "", experiment_id)) as at_work:
            yield SharedQueue(at_work, proxy, backend, queue_id, trace.id)
        await backend.close()


@pytest.mark.parametrize("mine", [ItemState.LABELLED, ItemState.DECLINED])
async def test_an_undone_submission_opens_the_item_again(mine: ItemState, shared: SharedQueue) -> None:
    await shared.at_work.answer(shared.trace_id, "helpful", True)
    await shared.submit(mine)
    assert await shared.deliver() is None
    finished = await shared.item()
    assert (finished.state, finished.completed_by) == (FINISHED[mine], "rhea.k")
    await shared.undo()
    assert await shared.deliver() is None
    assert (await shared.item()).state is QueueItemState.PENDING


async def test_an_undo_leaves_an_item_alone_that_somebody_else_finished_first(shared: SharedQueue) -> None:
    await shared.colleague_sets(QueueItemState.COMPLETE)
    await shared.submit()
    told = "olu was first: the queue has this item as COMPLETE by them"
    assert await shared.deliver() == told
    await shared.undo()
    assert await shared.deliver() == told
    item = await shared.item()
    assert (item.state, item.completed_by) == (QueueItemState.COMPLETE, "olu")


async def test_declining_leaves_an_item_alone_that_somebody_else_labelled(shared: SharedQueue) -> None:
    await shared.colleague_sets(QueueItemState.COMPLETE)
    await shared.submit(ItemState.DECLINED)
    assert await shared.deliver() == "olu was first: the queue has this item as COMPLETE by them"
    item = await shared.item()
    assert (item.state, item.completed_by) == (QueueItemState.COMPLETE, "olu")


async def test_the_second_look_at_a_reopened_item_leaves_alone_whoever_finished_it_meanwhile(
    shared: SharedQueue,
) -> None:
    """The submission's first attempt ended in doubt and may still come late, so the reopening is looked after again."""
    shared.proxy.otherwise = lose_the_first_status()
    clock = [1_000_000]
    engine = shared.at_work.engine(shared.backend, now_ms=lambda: clock[0])
    await shared.submit()
    assert (await engine.drain()).delivered == 1
    await shared.undo()
    await shared.at_work.journal.run(shared.at_work.journal.outbox.release_all, 7)
    await engine._dispatcher.work_off(0)
    assert (await shared.item()).state is QueueItemState.PENDING
    assert (await shared.at_work.counts()).waiting == 1
    await shared.colleague_sets(QueueItemState.COMPLETE)
    clock[0] += HASTE.horizon_ms + 1
    await engine._dispatcher.work_off(0)
    assert await shared.at_work.undone() == []
    item = await shared.item()
    assert (item.state, item.completed_by) == (QueueItemState.COMPLETE, "olu")


def lose_the_first_status() -> Fault:
    """The server commits it; the client never learns."""
    lost: list[Exchange] = []

    async def fault(exchange: Exchange) -> None:
        is_first = "set-status" in exchange.path and not lost
        lost.extend([exchange] * is_first)
        await (faults.drop_response if is_first else faults.none)(exchange)

    return fault
