"""The state machine of delivery: a reviewer, a journal, and a network that does its worst."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from typing import TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from labeler.backends.base import Backend
from labeler.delivery.attempt import Deliverer
from labeler.delivery.dispatcher import Dispatcher
from labeler.delivery.timing import Timing
from labeler.domain.change import Change
from labeler.domain.queue import QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import DeliveryState
from tests.delivery.simulated import FAULTS, NetworkFault, SimulatedBackend
from tests.journal.server import Server
from tests.journal.sitting import HOME, KINDS, PLACES, TRACES, Sitting, rows, scratch_directory, spec

T = TypeVar("T")
AT_ONCE = Timing(first_retry_s=0.0, longest_retry_s=0.0)
STATUS = {ItemState.LABELLED: QueueItemState.COMPLETE, ItemState.DECLINED: QueueItemState.DECLINED}


class DeliveryMachine(RuleBasedStateMachine):
    """A reviewer, a journal, the real deliverer and dispatcher, and a network that does its worst."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = scratch_directory()
        self.sitting = Sitting()

    @initialize(honours_ids=st.sampled_from([True, True, False]), tells=st.booleans(), edits_in_place=st.booleans())
    def begin(self, honours_ids: bool, tells: bool, edits_in_place: bool) -> None:
        self.backend = SimulatedBackend(Server(honours_ids), says_it_honours_ids=None if tells else True)
        self.sitting.edits_in_place = edits_in_place and honours_ids
        self.journal = self.wait(AsyncJournal.open(self.directory / "journal.db"))
        review = self.wait(self.journal.run(self.journal.reviews.begin, spec(queue_id="rq-1"), self.backend.now_ms))
        self.review_id = review.id
        self.wait(self.journal.run(self.journal.reviews.add_items, self.review_id, rows(*TRACES)))
        self.start()

    def start(self) -> None:
        deliverer = Deliverer(cast(Backend, self.backend), lambda: self.backend.now_ms)
        self.dispatcher = Dispatcher(
            self.journal, deliverer, [HOME], 2, AT_ONCE, lambda: self.backend.now_ms, lambda _: None
        )

    def wait(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def record(self, change: Change) -> None:
        self.wait(self.journal.run(self.journal.changes.record, self.review_id, change))

    @rule(
        place=st.sampled_from(PLACES),
        question=st.sampled_from(sorted(KINDS)),
        value=st.sampled_from([True, False, 3]),
        comment=st.sampled_from([None, "why"]),
    )
    def answer(self, place: str, question: str, value: JsonValue, comment: str | None) -> None:
        self.record(self.sitting.answer(place, question, value, comment, self.backend.now_ms))

    @precondition(lambda self: self.sitting.cells)
    @rule(data=st.data())
    def clear(self, data: st.DataObject) -> None:
        self.record(self.sitting.clear(*data.draw(st.sampled_from(sorted(self.sitting.cells))), self.backend.now_ms))

    @precondition(lambda self: self.sitting.done)
    @rule()
    def undo(self) -> None:
        self.record(self.sitting.undo(self.backend.now_ms))

    @precondition(lambda self: self.sitting.undone)
    @rule()
    def redo(self) -> None:
        self.record(self.sitting.redo(self.backend.now_ms))

    @rule(trace=st.sampled_from(TRACES), state=st.sampled_from(ItemState))
    def set_state(self, trace: str, state: ItemState) -> None:
        self.record(self.sitting.set_state(trace, state, self.backend.now_ms))

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=5))
    def deliver_through_faults(self, faults: list[NetworkFault]) -> None:
        self.backend.faults.extend(faults)
        self.deliver()
        self.backend.faults.clear()

    @rule(steps=st.integers(1, 12), faults=st.lists(st.sampled_from(FAULTS), max_size=3))
    def die_in_the_middle_of_it(self, steps: int, faults: list[NetworkFault]) -> None:
        """Killed after some turns of the event loop, wherever that is; then started again."""
        self.backend.faults.extend(faults)
        self.wait(self.run_for(steps))
        self.backend.faults.clear()
        self.wait(self.journal.close())
        self.journal = self.wait(AsyncJournal.open(self.directory / "journal.db"))
        self.start()

    @rule(
        steps=st.integers(0, 60),
        faults=st.lists(st.sampled_from(FAULTS), max_size=3),
        changes=st.lists(st.sampled_from(["answer", "clear", "undo", "redo", "state"]), min_size=1, max_size=3),
        data=st.data(),
    )
    def change_what_is_on_its_way(
        self, steps: int, faults: list[NetworkFault], changes: list[str], data: st.DataObject
    ) -> None:
        """The reviewer goes on while requests are under way, about what they are about, too."""
        self.backend.faults.extend(faults)
        self.wait(self.journal.run(self.journal.outbox.release_all, self.backend.now_ms))
        task = self.loop.create_task(self.dispatcher.work_off(0))
        self.wait(_turns(steps))
        for what in changes:
            self.change(what, data)
        self.wait(self.journal.run(self.journal.outbox.release_all, self.backend.now_ms))
        self.wait(task)
        self.backend.faults.clear()

    def change(self, what: str, data: st.DataObject) -> None:
        now_ms, sitting = self.backend.now_ms, self.sitting
        if what == "clear" and sitting.cells:
            self.record(sitting.clear(*data.draw(st.sampled_from(sorted(sitting.cells))), now_ms))
        elif what == "undo" and sitting.done:
            self.record(sitting.undo(now_ms))
        elif what == "redo" and sitting.undone:
            self.record(sitting.redo(now_ms))
        elif what == "state":
            trace, state = data.draw(st.sampled_from(TRACES)), data.draw(st.sampled_from(ItemState))
            self.record(sitting.set_state(trace, state, now_ms))
        else:
            place, question = data.draw(st.sampled_from(PLACES)), data.draw(st.sampled_from(sorted(KINDS)))
            self.record(sitting.answer(place, question, data.draw(st.sampled_from([True, False, 3])), None, now_ms))

    async def run_for(self, steps: int) -> None:
        await self.journal.run(self.journal.outbox.release_all, self.backend.now_ms)
        task = asyncio.get_running_loop().create_task(self.dispatcher.work_off(0))
        for _ in range(steps):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @rule(seconds=st.sampled_from([1, 60, 121]), late=st.integers(0, 3), first=st.integers(0, 2))
    def time_passes(self, seconds: int, late: int, first: int) -> None:
        self.backend.now_ms += seconds * 1_000
        self.backend.let_late_ones_in(late, first)

    @rule(trace=st.sampled_from(TRACES), choice=st.integers(0, 9))
    def somebody_deletes_an_assessment_that_was_superseded(self, trace: str, choice: int) -> None:
        superseded = [each.id for each in self.backend.server.on_trace(trace) if not each.valid]
        if superseded:
            del self.backend.server.stored[superseded[choice % len(superseded)]]

    def deliver(self) -> None:
        self.wait(self.journal.run(self.journal.outbox.release_all, self.backend.now_ms))
        self.wait(self.dispatcher.work_off(0))

    def teardown(self) -> None:
        try:
            self.finish()
            assert self.backend.server.valid() == self.sitting.standing()
            for trace, state in self.sitting.states.items():
                item = self.backend.server.items.get(trace)
                assert (item.state if item else QueueItemState.PENDING) is STATUS.get(state, QueueItemState.PENDING)
            assert self.backend.most_in_flight <= 2
            assert self.backend.overlaps == 0
        finally:
            self.wait(self.journal.close())
            self.loop.close()
            shutil.rmtree(self.directory)

    def finish(self) -> None:
        """The network heals. Refused ones are retried by hand; late ones come in time or never."""
        for _ in range(12):
            undone = self.wait(self.journal.run(self.journal.queries.deliveries, [HOME]))
            if not undone:
                break
            self.wait(self.journal.run(self.journal.outbox.retry, [each.id for each in undone]))
            self.deliver()
            self.backend.now_ms += 60_000
            self.backend.let_late_ones_in(0)
        self.backend.now_ms += 121_000
        self.backend.let_late_ones_in(0)
        left = self.wait(self.journal.run(self.journal.queries.deliveries, [HOME]))
        assert left == []
        standing = self.wait(self.journal.run(self.journal.queries.standing, [HOME]))
        assert all(each.state is DeliveryState.DELIVERED for each in standing)


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
