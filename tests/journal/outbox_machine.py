"""The state machine of the journal: whatever a reviewer does and however delivery stumbles."""

from __future__ import annotations

import shutil

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeler.backends.base import AlreadyThere, MissingTarget
from labeler.domain.change import Change
from labeler.domain.queue import QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.journal.attempt_outcomes import Claim, Delivered, Outcome, Parked, PayloadRefused, RetryLater, TargetGone
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp, DeliveryState, ParkCause
from tests.journal.server import Server
from tests.journal.sitting import HOME, KINDS, PLACES, TRACES, Sitting, place_of, rows, scratch_directory, spec

traces = st.sampled_from(TRACES)
places = st.sampled_from(PLACES)
questions = st.sampled_from(sorted(KINDS))
values = st.sampled_from([True, False, 3])
comments = st.sampled_from([None, "why"])

STATUS = {ItemState.LABELLED: QueueItemState.COMPLETE, ItemState.DECLINED: QueueItemState.DECLINED}
GRACE_MS = 5_000


class OutboxMachine(RuleBasedStateMachine):
    """The reviewer's plain model, the journal, and a server that only gets what the outbox sends."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = scratch_directory()
        self.journal = Journal.open(self.directory / "journal.db")
        self.now_ms = 1_000_000
        self.sitting = Sitting()
        self.server = Server()
        self.review_id = self.journal.reviews.begin(spec(queue_id="rq-1"), self.now_ms).id
        self.journal.reviews.add_items(self.review_id, rows(*TRACES))
        self.recorded = 0

    def record(self, change: Change) -> None:
        self.journal.changes.record(self.review_id, change)
        self.recorded += 1

    @rule(place=places, question=questions, value=values, comment=comments)
    def answer(self, place: str, question: str, value: JsonValue, comment: str | None) -> None:
        self.record(self.sitting.answer(place, question, value, comment, self.now_ms))

    @precondition(lambda self: self.sitting.cells)
    @rule(data=st.data())
    def clear(self, data: st.DataObject) -> None:
        place, question = data.draw(st.sampled_from(sorted(self.sitting.cells)))
        self.record(self.sitting.clear(place, question, self.now_ms))

    @rule(trace=traces, state=st.sampled_from(ItemState))
    def set_state(self, trace: str, state: ItemState) -> None:
        self.record(self.sitting.set_state(trace, state, self.now_ms))

    @precondition(lambda self: self.sitting.done)
    @rule()
    def undo(self) -> None:
        self.record(self.sitting.undo(self.now_ms))

    @precondition(lambda self: self.sitting.undone)
    @rule()
    def redo(self) -> None:
        self.record(self.sitting.redo(self.now_ms))

    @rule(in_place=st.booleans())
    def configure_edits(self, in_place: bool) -> None:
        self.sitting.edits_in_place = in_place

    @rule(trace=traces)
    def leave(self, trace: str) -> None:
        self.journal.outbox.release(trace, self.now_ms)

    @rule(seconds=st.sampled_from([1, 6, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1_000

    @rule(data=st.data(), limit=st.integers(1, 3))
    def deliver(self, data: st.DataObject, limit: int) -> None:
        fates = st.sampled_from(
            ["done", "done", "done", "never sent", "lost on the way", "answer lost", "parked", "refused"]
        )
        for claim in self.journal.outbox.claim([HOME], self.now_ms, GRACE_MS, limit):
            outcome = self.attempt(claim, data.draw(fates))
            self.journal.outbox.settle([(claim.delivery.id, outcome)], self.now_ms)

    @rule(sent=st.booleans())
    def crash_in_flight(self, sent: bool) -> None:
        """The program dies between the claim and the answer, and starts again."""
        for claim in self.journal.outbox.claim([HOME], self.now_ms, GRACE_MS, 2):
            if sent:
                self.carry_out(claim)
        self.reopen()

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.directory / "journal.db")
        self.journal.outbox.release_earlier(self.now_ms)

    @rule()
    def start_again_what_is_parked(self) -> None:
        self.journal.outbox.unpark([HOME])

    @rule(choice=st.integers(0, 9))
    def somebody_deletes_an_assessment_that_was_superseded(self, choice: int) -> None:
        superseded = [each.id for each in self.server.stored.values() if not each.valid]
        if superseded:
            del self.server.stored[superseded[choice % len(superseded)]]

    def attempt(self, claim: Claim, fate: str) -> Outcome:
        match fate:
            case "never sent":
                return RetryLater("no connection")
            case "lost on the way":
                return RetryLater("silence", ambiguous=True)
            case "answer lost":
                self.carry_out(claim)
                return RetryLater("silence", ambiguous=True)
            case "parked":
                return Parked(ParkCause.TRACE, "not there")
            case "refused" if claim.delivery.op is DeliveryOp.CREATE and claim.wire_id not in self.server.stored:
                return PayloadRefused("never")
        return self.carry_out(claim)

    def carry_out(self, claim: Claim) -> Outcome:
        delivery = claim.delivery
        try:
            match delivery.op:
                case DeliveryOp.CREATE:
                    assert claim.assessment is not None
                    self.server.create(claim.assessment)
                case DeliveryOp.UPDATE:
                    assert claim.assessment is not None
                    self.server.update(claim.assessment, ["value", "rationale", "metadata"])
                case DeliveryOp.DELETE:
                    assert claim.wire_id is not None
                    self.server.retract(claim.wire_id)
                    if claim.restored is not None and claim.restored.id not in self.server.stored:
                        return TargetGone("deleted by somebody")
                case DeliveryOp.STATUS:
                    assert delivery.queue_id is not None
                    assert delivery.item_state is not None
                    self.server.set_state(delivery.queue_id, delivery.trace_id, delivery.item_state, delivery.reviewer)
        except AlreadyThere:
            assert claim.is_repeat, "an ID that was never sent is on the server"
        except MissingTarget as gone:
            return TargetGone(str(gone))
        return Delivered()

    @invariant()
    def the_journal_knows_what_stands(self) -> None:
        known = self.journal.changes.answers([HOME], "Rhea.K ")
        standing = {
            (place_of(trace, span), question): answer
            for (trace, span, question), answer in known.items()
            if answer is not None
        }
        assert {cell: (a.value, a.comment) for cell, a in standing.items()} == {
            cell: (a.value, a.comment) for cell, a in self.sitting.cells.items()
        }
        assert self.journal.reviews.states(self.review_id) == self.sitting.states
        assert len(self.journal.changes.of_review(self.review_id)) == self.recorded
        assert not {answer.assessment_id for answer in standing.values()} & self.journal.changes.settled_ids([HOME])

    def teardown(self) -> None:
        try:
            self.deliver_everything()
            assert self.server.valid() == self.sitting.standing()
            for trace, item in self.server.items.items():
                assert item.state is STATUS.get(self.sitting.states.get(trace, ItemState.OPEN), QueueItemState.PENDING)
            for trace, state in self.sitting.states.items():
                assert state not in STATUS or self.server.items[trace].state is STATUS[state]
        finally:
            self.journal.close()
            shutil.rmtree(self.directory)

    def deliver_everything(self) -> None:
        self.journal.outbox.release_all(self.now_ms)
        undone = self.journal.queries.deliveries([HOME])
        self.journal.outbox.retry([each.id for each in undone])
        for _ in range(200):
            claims = self.journal.outbox.claim([HOME], self.now_ms, 0, 4)
            if not claims:
                break
            self.journal.outbox.settle([(each.delivery.id, self.carry_out(each)) for each in claims], self.now_ms)
        assert self.journal.queries.deliveries([HOME]) == []
        assert all(each.state is DeliveryState.DELIVERED for each in self.journal.queries.standing([HOME]))
