"""What becomes of one answer: acknowledged, waiting, parked or refused, and never anything in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack

import pytest

from labeler.backends.base import Ambiguous
from labeler.delivery.events import ConnectionChanged
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Act, Answer, AnswerEffect, Change
from labeler.domain.connection import ConnectionStatus
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.models import DeliveryOp, DeliveryState, ParkCause
from tests.delivery.simulated import Closed, SimulatedBackend
from tests.delivery.work import work
from tests.domain.assessment_fields import AssessmentFields
from tests.journal.server import Server


@pytest.fixture
def backend() -> SimulatedBackend:
    return SimulatedBackend(Server())


def foreign(assessment_id: str, reviewer: str = "Rhea.K", **more: Unpack[AssessmentFields]) -> Assessment:
    source = Source(SourceType.HUMAN, reviewer)
    made = Assessment(assessment_id, "tr-1", "helpful", AssessmentKind.FEEDBACK, True, source)
    return replace(made, **more)


async def test_an_answer_arrives_as_interface_promises_it(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        given = await at_work.answer("tr-1", "helpful", False, "misses the channel")
        expected = await at_work.answer("tr-1", "expected", {"say": "channel 12"}, "as on the poster")
        assert (await at_work.engine(backend).drain()).delivered == 2
    feedback, expectation = backend.server.stored[given], backend.server.stored[expected]
    assert (feedback.value, feedback.rationale) == (False, "misses the channel")
    assert feedback.source == Source(SourceType.HUMAN, "rhea.k")
    assert feedback.metadata["labeler.id"] == given
    assert feedback.metadata["labeler.duration_ms"] == "1000"
    assert feedback.metadata["labeler.blind"] == "false"
    assert feedback.metadata["labeler.queue"] == "rq-1"
    assert set(expectation.metadata) - set(feedback.metadata) == {"labeler.rationale"}
    assert expectation.metadata["labeler.rationale"] == "as on the poster"
    assert expectation.value == {"say": "channel 12"}


async def test_what_the_server_stored_differently_is_refused_with_both_and_never_acknowledged(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    genuine = backend.server.create
    backend.server.create = lambda sent: genuine(replace(sent, value=1.5, rationale=None))  # type: ignore[method-assign]
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True, "why")
        result = await at_work.engine(backend).drain()
        (refused,) = await at_work.undone()
    assert (result.refused, result.delivered) == (1, 0)
    assert refused.state is DeliveryState.REFUSED
    assert refused.reason is not None
    assert "the value (sent true, stored 1.5)" in refused.reason
    assert 'the comment (sent "why", stored null)' in refused.reason


async def test_a_payload_the_server_fails_on_five_times_is_refused_and_the_rest_goes_on(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    genuine = backend.server.create

    def failing(sent: Assessment) -> Assessment:
        if sent.trace_id == "tr-1":
            raise Ambiguous("NUL in a text", server_answered=True)
        return genuine(sent)

    backend.server.create = failing  # type: ignore[method-assign]
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.answer("tr-2", "helpful", True)
        result = await at_work.engine(backend).drain()
        (refused,) = await at_work.undone()
    assert (result.delivered, result.refused) == (1, 1)
    assert refused.trace_id == "tr-1"
    assert refused.attempts == 5
    assert "NUL in a text" in (refused.reason or "")


async def test_a_defect_of_our_own_about_one_answer_is_told_and_holds_up_no_other(
    backend: SimulatedBackend, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    genuine = backend.server.create

    def failing(sent: Assessment) -> Assessment:
        if sent.trace_id == "tr-1":
            raise ZeroDivisionError("secret of the trace")
        return genuine(sent)

    backend.server.create = failing  # type: ignore[method-assign]
    async with work(tmp_path, ["tr-1", "tr-2", "tr-3"]) as at_work:
        for trace in ("tr-1", "tr-2", "tr-3"):
            await at_work.answer(trace, "helpful", True)
        result = await at_work.engine(backend).drain()
        (refused,) = await at_work.undone()
        assert (result.delivered, result.refused) == (2, 1)
        assert refused.trace_id == "tr-1"
        assert refused.reason == (
            "labeler itself failed on this one (ZeroDivisionError); the answer is kept, and labeler.log has the "
            "details. Export it, or try it again with a newer labeler"
        )
        assert "ZeroDivisionError" in caplog.text
        backend.server.create = genuine  # type: ignore[method-assign]
        await at_work.journal.run(at_work.journal.outbox.retry, [refused.id])
        assert (await at_work.engine(backend).drain()).delivered == 1
    assert len(backend.server.stored) == 3


async def test_failures_in_an_outage_are_not_held_against_the_payload(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        for _ in range(8):
            backend.faults.extend(["server fails", "server fails"] * 20)
            await at_work.engine(backend).drain()
            backend.faults.clear()
        assert (await at_work.undone())[0].state is DeliveryState.WAITING
        assert (await at_work.engine(backend).drain()).delivered == 1


async def test_a_missing_trace_parks_its_answers_and_holds_up_nobody_elses(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    backend.gone.add("tr-1")
    async with work(tmp_path, ["tr-1", "tr-2"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 5))
        await at_work.answer("tr-2", "helpful", True)
        result = await at_work.engine(backend).drain()
        parked, status = await at_work.undone()
        assert (result.delivered, result.parked, result.queued, result.needs_credentials) == (1, 1, 1, False)
        assert (parked.cause, status.op) == (ParkCause.TRACE, DeliveryOp.STATUS)
        assert "MLFLOW_WORKSPACE" in (parked.reason or "")
        backend.gone.clear()
        assert (await at_work.engine(backend).drain()).delivered == 2
    assert backend.server.items["tr-1"].state is QueueItemState.COMPLETE


@pytest.mark.parametrize(
    ("closed", "status"),
    [("credentials", ConnectionStatus.NEEDS_CREDENTIALS), ("login page", ConnectionStatus.NO_BACKEND)],
)
async def test_a_closed_door_stops_delivery_at_once_and_says_what_to_do(
    closed: Closed, status: ConnectionStatus, backend: SimulatedBackend, tmp_path: Path
) -> None:
    traces = [f"tr-{number}" for number in range(20)]
    backend.closed = closed
    async with work(tmp_path, traces) as at_work:
        for trace in traces:
            await at_work.answer(trace, "helpful", True)
        result = await at_work.engine(backend).drain()
        assert result.parked + result.queued == 20
        assert result.needs_credentials is (closed == "credentials")
        assert len(backend.requests) <= 16
        (state,) = (event.state for event in at_work.events if isinstance(event, ConnectionChanged))
        assert state.status is status
        assert "start again" in state.sentence
        backend.closed = ""
        assert (await at_work.engine(backend).drain()).delivered == 20


async def test_somebody_who_finished_the_item_first_is_shown_and_not_fought(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    backend.server.items["tr-1"] = QueueItem("rq-1", "tr-1", QueueItemState.COMPLETE, "olu")
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 5))
        assert (await at_work.engine(backend).drain()).delivered == 2
        status = at_work.settled()[-1]
    assert (status.op, status.state) == (DeliveryOp.STATUS, DeliveryState.DELIVERED)
    assert status.reason == "olu was first: the queue has this item as COMPLETE by them"
    assert [what for what, _ in backend.requests] == ["create", "status"]


async def test_the_signed_in_user_counts_as_the_reviewer_in_a_queue(backend: SimulatedBackend, tmp_path: Path) -> None:
    backend.signed_in = "r.karlsen"
    backend.server.items["tr-1"] = QueueItem("rq-1", "tr-1", QueueItemState.COMPLETE, "R.Karlsen ")
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.record(at_work.sitting.set_state("tr-1", ItemState.LABELLED, 5))
        await at_work.engine(backend).drain()
        assert at_work.settled()[-1].reason is None


async def test_clearing_an_answer_from_the_server_retracts_it_and_what_it_overrode_but_nobody_elses(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    backend.server.stored = {
        each.id: each
        for each in (
            foreign("judge", valid=False, source=Source(SourceType.LLM_JUDGE, "judge")),
            foreign("first", valid=False, overrides="judge"),
            foreign("second", overrides="first"),
            foreign("olu's", reviewer="olu"),
        )
    }
    loaded = Answer("second", True, None, 1, 1, overrides="first")
    async with work(tmp_path, ["tr-1"]) as at_work:
        cleared = AnswerEffect("tr-1", "helpful", AssessmentKind.FEEDBACK, loaded, None)
        await at_work.record(Change("c-1", Act.CLEAR, "tr-1", 5, (cleared,)))
        assert (await at_work.engine(backend).drain()).delivered == 1
    assert {each.id: each.valid for each in backend.server.stored.values()} == {"judge": True, "olu's": True}


async def test_an_answer_whose_predecessor_somebody_deleted_goes_on_under_a_new_id(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        first = await at_work.answer("tr-1", "helpful", True)
        await at_work.engine(backend).drain()
        del backend.server.stored[first]
        second = await at_work.answer("tr-1", "helpful", False)
        await at_work.engine(backend).drain()
        (stored,) = backend.server.stored.values()
        assert stored.id not in (first, second)
        assert stored.metadata["labeler.id"] == stored.id
        (answer,) = (await at_work.journal.run(at_work.journal.changes.answers, [at_work.home], "rhea.k")).values()
        assert answer is not None
        assert (answer.assessment_id, answer.value) == (stored.id, False)
        fate = await at_work.journal.run(at_work.journal.queries.delivery_of, [second])
        assert fate[second].state is DeliveryState.DELIVERED
        await at_work.answer("tr-1", "helpful", 3)
        await at_work.engine(backend).drain()
    assert backend.server.valid() == {("tr-1", "helpful"): [(3, "")]}


async def test_an_undo_brings_back_an_answer_that_somebody_deleted_meanwhile(
    backend: SimulatedBackend, tmp_path: Path
) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        first = await at_work.answer("tr-1", "helpful", True, "clear")
        await at_work.answer("tr-1", "quality", 3)
        await at_work.engine(backend).drain()
        await at_work.answer("tr-1", "helpful", False)
        await at_work.engine(backend).drain()
        del backend.server.stored[first]
        await at_work.record(at_work.sitting.undo(9))
        result = await at_work.engine(backend).drain()
        assert (result.queued, result.refused) == (0, 0)
        assert backend.server.valid() == at_work.sitting.standing()
        await at_work.record(at_work.sitting.redo(10))
        await at_work.engine(backend).drain()
    assert backend.server.valid() == at_work.sitting.standing()


async def test_a_late_create_cannot_bring_a_cleared_answer_back(backend: SimulatedBackend, tmp_path: Path) -> None:
    async with work(tmp_path, ["tr-1"]) as at_work:
        await at_work.answer("tr-1", "helpful", True)
        backend.faults.extend(["comes late", "request lost"])
        engine = at_work.engine(backend, now_ms=lambda: backend.now_ms)
        await at_work.journal.run(at_work.journal.outbox.release_all, 1)
        await engine._dispatcher.work_off(0)
        await at_work.record(at_work.sitting.clear("tr-1", "helpful", 9))
        await at_work.journal.run(at_work.journal.outbox.release_all, 1)
        engine._dispatcher.reset_backoff()
        await engine._dispatcher.work_off(0)
        assert backend.server.stored == {}
        assert (await at_work.counts()).waiting == 1
        backend.let_late_ones_in(1)
        assert len(backend.server.stored) == 1
        backend.now_ms += 301
        await engine._dispatcher.work_off(0)
        assert backend.server.stored == {}
        assert await at_work.undone() == []
