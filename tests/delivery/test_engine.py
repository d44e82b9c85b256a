"""Delivery in the background and to the end: when things go, in what order, and by which process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.delivery.events import ConnectionChanged, StillWaiting
from labeler.delivery.lock import DeliveryLocks
from labeler.domain.assessment import Assessment
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.models import DeliveryOp
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import HASTE, running, work
from tests.journal.server import Server
from tests.journal.sitting import BACKEND, EXPERIMENT, HOME, spec


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server())


async def test_nothing_goes_before_its_item_is_left_and_the_grace_is_over(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    clock = [100_000]
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        engine = at_work.engine(backend, grace_s=5.0, now_ms=lambda: clock[0])
        async with running(engine):
            await at_work.answer("tr-1", "helpful", True)
            await at_work.answer("tr-2", "helpful", True)
            await at_work.leave("tr-1", at_ms=clock[0])
            clock[0] += 4_999
            engine.wake()
            await asyncio.sleep(0.1)
            assert backend.server.stored == {}
            clock[0] += 1
            await at_work.until(waiting=1)
    (stored,) = backend.server.stored.values()
    assert stored.trace_id == "tr-1"


async def test_what_is_undone_or_changed_within_the_grace_never_reaches_the_backend(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        kept = await at_work.answer("tr-1", "helpful", True)
        await at_work.engine(backend).drain()
        backend.requests.clear()
        await at_work.answer("tr-1", "helpful", False)
        await at_work.record(at_work.sitting.undo(5))
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 6))
        await at_work.record(at_work.sitting.undo(7))
        await at_work.answer("tr-2", "helpful", True)
        await at_work.record(at_work.sitting.set_state("tr-2", ItemState.LABELLED, 8))
        await at_work.record(at_work.sitting.undo(9))
        await at_work.record(at_work.sitting.undo(10))
        assert (await at_work.counts()).waiting == 0
        await at_work.engine(backend).drain()
    assert backend.requests == []
    assert list(backend.server.stored) == [kept]


async def test_a_clock_that_jumps_back_holds_nothing_up(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.leave("tr-1", at_ms=10_000_000)
        async with running(at_work.engine(backend, grace_s=3_600.0, now_ms=lambda: 5_000_000)):
            await at_work.until(waiting=0)


async def test_a_start_releases_what_an_earlier_run_left_and_nothing_of_its_own(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        await at_work.answer("tr-2", "helpful", True)
        async with running(at_work.engine(backend)):
            await at_work.until(waiting=1)
        (left,) = await at_work.undone()
    assert left.trace_id == "tr-2"


async def test_an_items_status_goes_after_all_its_answers(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 1))
        await at_work.answer("tr-1", "helpful", True)
        await at_work.answer("tr-1", "quality", 3)
        await at_work.engine(backend).drain()
    assert [what for what, _ in backend.requests] == ["create", "create", "status"]
    assert backend.server.items["tr-1"].state is QueueItemState.COMPLETE


async def test_a_refused_answer_holds_back_only_what_depends_on_it(backend: SimulatedBackend, tmp_path: Path) -> None:
    genuine = backend.server.create

    def spoiling(sent: Assessment) -> Assessment:
        return genuine(replace(sent, value="something else") if sent.name == "helpful" else sent)

    backend.server.create = spoiling  # type: ignore[method-assign]
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        for trace in ("tr-1", "tr-2"):
            await at_work.answer(trace, "quality" if trace == "tr-2" else "helpful", 3)
            await at_work.answer(trace, "expected", "fair weather")
            await at_work.record(at_work.sitting.set_state(trace, ItemState.LABELLED, 1))
        result = await at_work.engine(backend).drain()
        assert (result.delivered, result.refused, result.queued) == (4, 1, 1)
        refused, status = await at_work.undone()
        assert (refused.trace_id, status.op, status.trace_id) == ("tr-1", DeliveryOp.STATUS, "tr-1")
        await at_work.journal.run(at_work.journal.outbox.discard, [refused.id], 5)
        assert (await at_work.engine(backend).drain()).delivered == 1


async def test_at_most_the_configured_number_of_traces_is_in_flight(backend: SimulatedBackend, tmp_path: Path) -> None:
    traces = [f"tr-{number}" for number in range(40)]
    async with work(tmp_path, traces) as at_work:
        for trace in traces:
            await at_work.answer(trace, "helpful", True)
        assert (await at_work.engine(backend, concurrency=3).drain()).delivered == 40
    assert backend.most_in_flight == 3


async def test_out_of_reach_one_delivery_asks_now_and_then_and_all_go_when_it_is_back(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    traces = [f"tr-{number}" for number in range(30)]
    async with work(tmp_path, traces) as at_work:
        for trace in traces:
            await at_work.answer(trace, "helpful", True)
        await at_work.leave(*traces)
        backend.faults.extend(["no connection"] * 10)
        async with running(at_work.engine(backend)):
            await at_work.until(waiting=0)
        attempted = [each.attempts for each in at_work.settled()]
        states = [event.state.status for event in at_work.events if isinstance(event, ConnectionChanged)]
    assert len(backend.server.stored) == 30
    again = sum(attempts > 1 for attempts in attempted)
    assert 2 < again <= 6, "those in flight, and those claimed ahead so that no slot waits for the disk; no others"
    assert states[:2] == [ConnectionStatus.ONLINE, ConnectionStatus.OFFLINE]
    assert states[-1] is ConnectionStatus.ONLINE


async def test_a_drain_gives_up_on_a_backend_that_stays_away_and_keeps_everything(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        backend.faults.extend(["no connection"] * 100)
        result = await at_work.engine(backend).drain()
    assert (result.delivered, result.queued) == (0, 1)


async def test_a_drain_waits_for_the_second_look_and_says_so(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        backend.faults.extend(["request lost", "request lost"])
        engine = at_work.engine(backend, timing=replace(HASTE, horizon_ms=1_000))
        await at_work.leave("tr-1")
        await engine._dispatcher.work_off(0)
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 9))
        result = await engine.drain()
        assert any(isinstance(event, StillWaiting) for event in at_work.events)
    assert (result.delivered, result.queued) == (1, 0)


async def test_nothing_is_ever_delivered_to_another_destination(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        for elsewhere in (
            Destination(BACKEND, "", "8"),
            Destination(BACKEND, "team", EXPERIMENT),
            Destination("http://other.example", "", EXPERIMENT),
        ):
            at_work.home = elsewhere
            result = await at_work.engine(backend).drain()
            assert (result.delivered, result.queued, result.elsewhere) == (0, 0, 1)
            assert result.elsewhere_at == {HOME: 1}
    assert backend.requests == []


async def test_a_drain_beside_a_running_engine_has_that_one_deliver(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with (
        work(tmp_path, ["tr-1", "tr-2"]) as screen,
        work(tmp_path, ["tr-1", "tr-2"]) as command,
        running(screen.engine(backend, grace_s=3_600.0)),
    ):
        await asyncio.sleep(0.05)
        await screen.answer("tr-1", "helpful", True)
        await screen.leave("tr-1", at_ms=10_000)
        await screen.answer("tr-2", "helpful", True)
        result = await command.engine(backend, now_ms=lambda: 20_000).drain()
        assert (result.delivered, result.queued) == (1, 1)
        assert len(screen.settled()) == 1
        assert command.settled() == []


async def test_a_drain_beside_a_running_engine_has_that_one_try_what_was_parked(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    """What is parked comes with the advice to run labeler sync; a screen may be open meanwhile."""
    backend.gone.add("tr-1")
    async with (
        work(tmp_path, ["tr-1"]) as screen,
        work(tmp_path, ["tr-1"]) as command,
        running(screen.engine(backend)),
    ):
        await screen.answer("tr-1", "helpful", True)
        await screen.leave("tr-1")
        await screen.until(waiting=0)
        assert (await screen.counts()).parked == 1
        still_gone = await command.engine(backend).drain()
        assert (still_gone.queued, still_gone.parked) == (0, 1)
        backend.gone.clear()
        result = await command.engine(backend).drain()
        assert (result.delivered, result.queued, result.parked) == (1, 0, 0)


async def test_a_drain_of_an_engine_that_runs_itself_returns(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        engine = at_work.engine(backend, grace_s=3_600.0)
        async with running(engine):
            await at_work.answer("tr-1", "helpful", True)
            await at_work.journal.run(at_work.journal.outbox.release_all, 5)
            assert (await engine.drain()).delivered == 1
        assert (await engine.drain()).queued == 0


async def test_another_engine_takes_over_when_the_first_stops(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as one, work(tmp_path, ["tr-1"]) as other, running(other.engine(backend)):
        async with running(one.engine(backend)):
            await asyncio.sleep(0.05)
        await one.answer("tr-1", "helpful", True)
        await one.leave("tr-1")
        await other.until(waiting=0)
    assert len(backend.server.stored) == 1


async def test_a_drain_delivers_where_nobody_else_does_and_has_others_deliver_the_rest(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    elsewhere = Destination(BACKEND, "", "8")
    async with (
        work(tmp_path, ["tr-1"]) as screen,
        work(tmp_path, ["tr-8"], replace(spec(), experiment_ids=("8",)), elsewhere) as other,
        running(screen.engine(backend, grace_s=3_600.0)),
    ):
        await screen.answer("tr-1", "helpful", True)
        await screen.leave("tr-1", at_ms=10_000)
        await other.answer("tr-8", "helpful", True)
        both = [elsewhere, screen.home]
        result = await other.engine(backend, both, now_ms=lambda: 20_000).drain()
        assert (result.delivered, result.queued) == (2, 0)
        assert [each.trace_id for each in screen.settled()] == ["tr-1"]
        assert [each.trace_id for each in other.settled()] == ["tr-8"]
        assert await other.journal.run(other.journal.requests.newest, both) is None
    assert len(backend.server.stored) == 2


async def test_a_call_that_nobody_answers_is_withdrawn(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        holder = DeliveryLocks(tmp_path / "delivery.lock", [at_work.home])
        holder.try_acquire()
        result = await at_work.engine(backend, timing=replace(HASTE, answer_patience_s=0.05)).drain()
        assert (result.delivered, result.queued) == (0, 1)
        assert await at_work.journal.run(at_work.journal.requests.newest, [at_work.home]) is None
        holder.release()


async def test_a_review_that_comes_to_another_experiment_delivers_there_too(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    elsewhere = Destination(BACKEND, "", "8")
    async with (
        work(tmp_path, ["tr-1"]) as first,
        work(tmp_path, ["tr-8"], replace(spec(), experiment_ids=("8",)), elsewhere) as later,
    ):
        engine = first.engine(backend)
        async with running(engine):
            await later.answer("tr-8", "helpful", True)
            await later.leave("tr-8")
            engine.serve([first.home, elsewhere])
            engine.wake()
            await later.until(waiting=0)
    (stored,) = backend.server.stored.values()
    assert stored.trace_id == "tr-8"
