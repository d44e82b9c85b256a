"""Whatever was done before and after the backups: what is sent again makes a restored server whole."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeler.delivery import advice
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from tests.journal.backend import compare
from tests.journal.outbox_machine import STATUS, OutboxMachine, values
from tests.journal.server import Server
from tests.journal.sitting import HOME, TRACES

BACKUPS = 4
"""How many of the latest backups are kept."""

CELLS = (("tr-a", "quality"), ("tr-a", "quality"), ("tr-a", "expected"))
"""Few, so that a short history of one answer is a long one; most of it is about the one that can be overridden."""


class Restored:
    """A reviewer and a server that is backed up and restored; a backup may be restored twice, and after an older one.

    The reviewer, the journal and the server are those of the outbox machine.
    """

    def __init__(self) -> None:
        self.work = OutboxMachine()
        self.backups = [Server()]

    def answer(self, value: JsonValue, cell: tuple[str, str] = CELLS[0]) -> None:
        self.work.record(self.work.sitting.answer(*cell, value, None, self.work.now_ms))

    def back_up(self) -> None:
        self.backups = [*self.backups, deepcopy(self.work.server)][-BACKUPS:]

    def restore(self, which: int) -> None:
        """Back to a backup (1: the last), with the items of the queue as they were then."""
        self.work.server = deepcopy(self.backups[-min(which, len(self.backups))])
        for trace in TRACES:
            self.work.server.items.setdefault(trace, QueueItem("rq-1", trace, QueueItemState.PENDING))

    def send_again(self) -> None:
        found = asyncio.run(compare(self.work.journal, self.work.server))
        self.work.journal.resending.send_again([each.lost for each in found.resendable], self.work.now_ms)

    def make_whole(self) -> None:
        """What `labeler sync`, `labeler verify --resend` and `labeler sync` do. Nothing is left to be told then."""
        self.work.deliver_everything()
        self.send_again()
        self.work.deliver_everything()
        assert asyncio.run(compare(self.work.journal, self.work.server)).problems == []
        assert self.work.server.valid() == self.work.sitting.standing()
        for trace, state in self.work.sitting.states.items():
            assert state not in STATUS or self.work.server.items[trace].state is STATUS[state]

    def make_whole_after_every_restore(self) -> None:
        """Restore each backup, from the last one back and then forth."""
        for which in (*range(1, len(self.backups) + 1), *range(len(self.backups), 0, -1)):
            self.restore(which)
            self.make_whole()

    def close(self) -> None:
        self.work.journal.close()
        shutil.rmtree(self.work.directory)


which = st.integers(1, BACKUPS)
cells = st.sampled_from(CELLS)


class RestoredMachine(RuleBasedStateMachine):
    """A reviewer who changes few answers often, while deliveries stumble and the server is restored."""

    def __init__(self) -> None:
        super().__init__()
        self.restored = Restored()
        self.work = self.restored.work

    @rule(value=values, cell=cells)
    def answer(self, value: JsonValue, cell: tuple[str, str]) -> None:
        self.restored.answer(value, cell)

    @rule(value=values)
    def change(self, value: JsonValue) -> None:
        self.restored.answer(value)

    @precondition(lambda self: CELLS[0] in self.work.sitting.cells)
    @rule()
    def clear(self) -> None:
        self.work.record(self.work.sitting.clear(*CELLS[0], self.work.now_ms))

    @precondition(lambda self: self.work.sitting.done)
    @rule()
    def undo(self) -> None:
        self.work.record(self.work.sitting.undo(self.work.now_ms))

    @precondition(lambda self: self.work.sitting.undone)
    @rule()
    def redo(self) -> None:
        self.work.record(self.work.sitting.redo(self.work.now_ms))

    @rule(in_place=st.booleans())
    def configure_edits(self, in_place: bool) -> None:
        self.work.sitting.edits_in_place = in_place

    @rule(state=st.sampled_from(ItemState))
    def set_state(self, state: ItemState) -> None:
        self.work.record(self.work.sitting.set_state(TRACES[0], state, self.work.now_ms))

    @rule(fate=st.sampled_from(["done", "done", "never sent", "lost on the way", "answer lost", "parked", "refused"]))
    def deliver_one(self, fate: str) -> None:
        self.work.journal.outbox.release_all(self.work.now_ms)
        for claim in self.work.journal.outbox.claim([HOME], self.work.now_ms, 0, 1):
            outcome = self.work.attempt(claim, fate)
            self.work.journal.outbox.settle([(claim.delivery.id, outcome)], self.work.now_ms)

    @rule(sent=st.booleans())
    def crash_in_flight(self, sent: bool) -> None:
        self.work.journal.outbox.release_all(self.work.now_ms)
        self.work.crash_in_flight(sent)

    @rule()
    def deliver_everything(self) -> None:
        self.work.deliver_everything()

    @rule()
    def back_up(self) -> None:
        self.restored.back_up()

    @rule()
    def deliver_everything_and_back_up(self) -> None:
        self.work.deliver_everything()
        self.restored.back_up()

    @rule(which=which)
    def restore(self, which: int) -> None:
        self.restored.restore(which)

    @rule(which=which)
    def restore_and_make_whole(self, which: int) -> None:
        self.work.deliver_everything()
        self.restored.restore(which)
        self.restored.make_whole()

    @rule()
    def send_again(self) -> None:
        self.restored.send_again()

    @invariant()
    def the_journal_knows_what_stands(self) -> None:
        self.work.the_journal_knows_what_stands()

    def teardown(self) -> None:
        try:
            self.work.deliver_everything()
            self.restored.make_whole_after_every_restore()
        finally:
            self.restored.close()


TestRestored = RestoredMachine.TestCase
TestRestored.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture
def restored() -> Iterator[Restored]:
    restored = Restored()
    yield restored
    restored.close()


def test_what_overrides_a_lost_answer_goes_on_over_what_that_overrode(restored: Restored) -> None:
    """The screen went on at the restored server before anything was sent again."""
    work = restored.work
    restored.answer(1)
    work.deliver_everything()
    restored.back_up()
    restored.answer(2)
    work.deliver_everything()
    restored.restore(1)
    restored.answer(3)
    work.deliver_everything()
    first, third = work.server.stored.values()
    assert (third.overrides, third.value) == (first.id, 3)
    assert work.server.valid() == work.sitting.standing()
    restored.make_whole()


def test_an_answer_that_was_sent_again_over_an_older_one_does_not_let_the_one_between_count(restored: Restored) -> None:
    work = restored.work
    for value in (1, 2):
        restored.answer(value)
        work.deliver_everything()
        restored.back_up()
    restored.answer(3)
    work.deliver_everything()
    restored.restore(2)
    restored.make_whole()
    restored.restore(1)
    restored.make_whole()
    assert [each.value for each in work.server.stored.values()] == [1, 2, 3]


def test_of_two_that_count_the_superseded_one_is_deleted(restored: Restored) -> None:
    """Somebody overrode the superseded one as well and deleted that again, which makes the superseded one count."""
    work = restored.work
    for value in (1, 2):
        restored.answer(value)
        work.deliver_everything()
    first = next(iter(work.server.stored.values()))
    work.server.create(replace(first, id="a-theirs", overrides=first.id))
    work.server.retract("a-theirs")
    found = asyncio.run(compare(work.journal, work.server))
    told = [(each.kind, each.assessment_id, each.advice) for each in found.problems]
    assert told == [("second", first.id, advice.SUPERSEDE_AGAIN)]
    lost = [each.lost for each in found.resendable]
    assert [work.journal.resending.send_again(lost, work.now_ms) for _ in range(2)] == [1, 0]
    work.record(work.sitting.undo(work.now_ms))  # back to the first, under another ID
    restored.make_whole()
    assert first.id not in work.server.stored


def test_a_change_of_an_answer_that_an_undo_did_not_find_is_not_lost(restored: Restored) -> None:
    work = restored.work
    for value in (1, 2):
        restored.answer(value)
        work.deliver_everything()
    restored.restore(1)
    work.record(work.sitting.undo(work.now_ms))
    work.sitting.edits_in_place = True
    restored.answer(3)
    work.deliver_everything()
    assert work.server.valid() == {CELLS[0]: [(3, "")]}


def test_a_change_is_sent_again_with_the_retraction_of_what_hides_it(restored: Restored) -> None:
    work = restored.work
    for value in (1, 2):
        restored.answer(value)
        work.deliver_everything()
    restored.back_up()
    work.record(work.sitting.undo(work.now_ms))
    work.sitting.edits_in_place = True
    restored.answer(3)
    work.deliver_everything()
    restored.restore(1)
    restored.make_whole()


def test_a_change_is_sent_again_over_one_that_was_in_doubt(restored: Restored) -> None:
    work = restored.work
    work.sitting.edits_in_place = True
    restored.answer(1)
    work.deliver_everything()
    restored.answer(2)
    work.journal.outbox.release_all(work.now_ms)
    (claim,) = work.journal.outbox.claim([HOME], work.now_ms, 0, 1)
    work.journal.outbox.settle([(claim.delivery.id, work.attempt(claim, "answer lost"))], work.now_ms)
    restored.back_up()
    restored.answer(3)
    work.deliver_everything()
    restored.restore(1)
    restored.make_whole()


def test_what_a_queued_retraction_uncovers_is_no_problem(restored: Restored) -> None:
    """The screen holds the retraction while its item is open; the answer under it is still superseded then."""
    work = restored.work
    for value in (1, 2):
        restored.answer(value)
        work.deliver_everything()
    work.record(work.sitting.undo(work.now_ms))
    assert asyncio.run(compare(work.journal, work.server)).problems == []
