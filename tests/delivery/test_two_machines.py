"""The same reviewer at two machines: an answer that was never shown here is a conflict, and mine waits for a word."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from labeler.delivery import conflict_check
from labeler.delivery.conflict_check import AT_ONCE
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.queue import QueueItemState
from labeler.domain.trace import TraceSummary
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, ParkCause
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import Work, work
from tests.journal.server import Server
from tests.journal.sitting import HOME

TRACES = ("tr-1", "tr-2")


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server())


def write(backend: SimulatedBackend, name: str, value: JsonValue, at_ms: int = 5, overrides: str | None = None) -> None:
    """Have the other machine write an answer of mine about ``tr-1``."""
    source = Source(SourceType.HUMAN, " Rhea.K")
    kind = AssessmentKind.FEEDBACK
    said = Assessment(name, "tr-1", "helpful", kind, value, source, created_at_ms=at_ms, overrides=overrides)
    backend.server.create(said)


def valid(backend: SimulatedBackend) -> list[JsonValue]:
    return [each.value for each in backend.server.on_trace("tr-1") if each.valid and each.name == "helpful"]


async def drained(at_work: Work, backend: SimulatedBackend) -> list[Delivery]:
    """Deliver what can be; return what is in conflict then."""
    await at_work.engine(backend).drain()
    return [each for each in await at_work.undone() if each.cause is ParkCause.CONFLICT]


async def cell(at_work: Work) -> JsonValue:
    answers = await at_work.journal.run(at_work.journal.changes.answers, [HOME], "rhea.k")
    answer = answers["tr-1", None, "helpful"]
    return None if answer is None else answer.value


@pytest.mark.parametrize("at_ms", [5, 1 << 50], ids=["earlier than mine", "later than mine"])
async def test_mine_waits_while_the_rest_of_the_item_goes_and_its_queue_item_completes(
    backend: SimulatedBackend, tmp_path: Path, at_ms: int
) -> None:
    async with work(tmp_path, TRACES) as at_work:
        write(backend, "a-elsewhere", False, at_ms)
        await at_work.answer("tr-1", "helpful", True)
        await at_work.answer("tr-1", "quality", 3)
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 1))
        await at_work.answer("tr-2", "helpful", True)
        (conflict,) = await drained(at_work, backend)
        assert (conflict.name, conflict.attempts, conflict.trace_id) == ("helpful", 0, "tr-1")
        assert [(each.op, each.state) for each in await at_work.undone()] == [(DeliveryOp.CREATE, DeliveryState.PARKED)]
        assert valid(backend) == [False]
        assert backend.server.items["tr-1"].state is QueueItemState.COMPLETE
        assert (await at_work.counts()).conflicts == 1
        assert [each.id for each in await drained(at_work, backend)] == [conflict.id], "a start does not queue it again"


async def settle(at_work: Work, ids: Sequence[int], choice: str) -> None:
    outbox = at_work.journal.outbox
    if choice == "mine":
        await at_work.journal.run(outbox.retry, ids)
    else:
        await at_work.journal.run(outbox.discard, ids, 9)


@pytest.mark.parametrize("choice", ["mine", "the other"])
@pytest.mark.parametrize("beside", [0, 2])
async def test_before_it_was_sent_retry_sends_mine_and_discard_keeps_the_other(
    backend: SimulatedBackend, tmp_path: Path, choice: str, beside: int
) -> None:
    async with work(tmp_path, TRACES) as at_work:
        for number in range(beside):
            write(backend, f"a-{number}", number == 1, number)
        write(backend, "a-newest", False, 9)
        await at_work.answer("tr-1", "helpful", True)
        (conflict,) = await drained(at_work, backend)
        await settle(at_work, [conflict.id], choice)
        assert await drained(at_work, backend) == []
        assert await at_work.undone() == []
        assert await cell(at_work) is (choice == "mine")
        if choice == "mine":
            assert valid(backend) == [True]
            (mine,) = (each for each in backend.server.on_trace("tr-1") if each.valid)
            assert mine.overrides == "a-newest"
        else:
            assert False in valid(backend)
            assert len(valid(backend)) == 1 + beside


@pytest.mark.parametrize("choice", ["mine", "the other"])
@pytest.mark.parametrize("overrides", [True, False], ids=["over my earlier one", "beside it"])
async def test_what_the_other_machine_sent_meanwhile_is_found_afterwards(
    backend: SimulatedBackend, tmp_path: Path, choice: str, overrides: bool
) -> None:
    async with work(tmp_path, TRACES) as at_work:
        earlier = await at_work.answer("tr-1", "helpful", None)
        assert await drained(at_work, backend) == []
        mine = await at_work.answer("tr-1", "helpful", True)
        create = backend.server.create

        def both(sent: Assessment) -> Assessment:
            """The other machine was as fast: its check saw nothing of mine either."""
            stored = create(sent)
            if sent.id == mine:
                backend.server.create = create  # type: ignore[method-assign]
                write(backend, "a-elsewhere", False, overrides=earlier if overrides else None)
            return stored

        backend.server.create = both  # type: ignore[method-assign]
        (conflict,) = await drained(at_work, backend)
        assert (conflict.assessment_id, conflict.attempts) == (mine, 1)
        assert sorted(map(bool, valid(backend))) == [False, True]
        await settle(at_work, [conflict.id], choice)
        assert await drained(at_work, backend) == []
        assert valid(backend) == [choice == "mine"]
        assert await cell(at_work) is (choice == "mine")


async def test_one_that_was_shown_or_made_here_is_no_conflict(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, TRACES) as at_work:
        write(backend, "a-elsewhere", False)
        await at_work.journal.run(at_work.journal.changes.note_shown, HOME, ["a-elsewhere"])
        await at_work.answer("tr-1", "helpful", True)
        assert await drained(at_work, backend) == []
        await at_work.answer("tr-1", "helpful", False)
        assert await drained(at_work, backend) == []


async def test_one_that_is_gone_again_lets_mine_go_with_the_next_of_its_trace(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, TRACES) as at_work:
        write(backend, "a-elsewhere", False)
        await at_work.answer("tr-1", "helpful", True)
        assert len(await drained(at_work, backend)) == 1
        backend.server.retract("a-elsewhere")
        await at_work.answer("tr-1", "quality", 4)
        assert await drained(at_work, backend) == []
        assert valid(backend) == [True]


async def test_a_hundred_traces_are_checked_by_few_searches_before_and_after(tmp_path: Path) -> None:
    backend = SimulatedBackend(Server())
    traces = [f"tr-{number}" for number in range(100)]
    async with work(tmp_path, traces) as at_work:
        for trace_id in traces:
            await at_work.answer(trace_id, "helpful", True)
        assert await drained(at_work, backend) == []
    assert backend.searches <= 8, "two before the answers went out, and some after as these arrived"
    assert len(backend.server.stored) == 100


async def test_one_drain_checks_and_sends_more_answers_than_one_search_asks_about(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    traces = [f"tr-{number}" for number in range(AT_ONCE + 20)]
    async with work(tmp_path, traces) as at_work, asyncio.timeout(4):
        for trace in traces:
            await at_work.answer(trace, "helpful", True)
        assert not await drained(at_work, backend)
        assert len(backend.server.stored) == len(traces)
        assert backend.searches <= 10, "three before the answers went out, and some after as these arrived"


@pytest.mark.slow
async def test_a_search_that_takes_longer_than_a_check_holds_keeps_no_answer_from_going_out(
    backend: SimulatedBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = backend.summaries

    async def slow(trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        await asyncio.sleep(1.5)
        return await search(trace_ids, experiment_ids)

    monkeypatch.setattr(conflict_check, "_HOLDS_S", 1.0)
    monkeypatch.setattr(backend, "summaries", slow)
    async with work(tmp_path, TRACES) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        async with asyncio.timeout(8):
            assert not await drained(at_work, backend)
        assert valid(backend) == [True]
