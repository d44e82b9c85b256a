"""Decisions of leads on their way: whatever several leads do at once, one decision about a question is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.delivery.engine import DeliveryEngine
from labeler.delivery.events import DeliveryEvent, Settled
from labeler.domain.adjudication import ADJUDICATION, adjudication_id, decision_number, is_adjudication
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Blind, Change
from labeler.domain.destination import Destination
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryState
from labeler.sample import load
from tests.delivery.work import HASTE
from tests.journal.sitting import rows

SPRINT, QUESTION = "autumn", "correct"


@dataclass
class Lead:
    """A lead with a journal of their own, who decides about one trace, and what became of that."""

    who: str
    journal: AsyncJournal
    store: LocalStore
    home: Destination
    review_id: str
    trace: str
    events: list[DeliveryEvent] = field(default_factory=list)
    changes: int = 0

    async def decide(self, value: JsonValue, number: int, before: Answer | None = None) -> Answer:
        """Decide for the `number`-th time, in place of `before`."""
        after = Answer(
            adjudication_id(SPRINT, self.trace, QUESTION, number), value, None, number, 7, Blind.REVEALED,
            overrides=None if before is None else before.assessment_id, adjudicates=("a-1", "a-2"),
        )  # fmt: skip
        await self._record(Act.ANSWER, before, after)
        return after

    async def take_back(self, given: Answer, before: Answer | None = None) -> None:
        """Take a decision back, so that `before` stands again."""
        await self._record(Act.UNDO, given, before)

    async def deliver(self) -> None:
        engine = DeliveryEngine(
            self.journal, self.store, [self.home], grace_s=0, concurrency=1, on_event=self.events.append, timing=HASTE
        )
        await engine.drain()

    def settled(self) -> list[Delivery]:
        return [each.delivery for each in self.events if isinstance(each, Settled)]

    async def standing(self) -> Answer | None:
        """What the journal says is decided by this lead."""
        scope = f"{SPRINT}@{ADJUDICATION}"
        found = await self.journal.run(self.journal.changes.answers, [self.home], self.who, scope)
        return found.get((self.trace, None, QUESTION))

    async def _record(self, act: Act, before: Answer | None, after: Answer | None) -> None:
        effect = AnswerEffect(self.trace, QUESTION, AssessmentKind.FEEDBACK, before, after)
        self.changes += 1
        change = Change(f"{self.who}-{self.changes}", act, self.trace, self.changes, (effect,))
        await self.journal.run(self.journal.changes.record, self.review_id, change)
        await self.journal.run(self.journal.outbox.release, self.trace, 1)


@asynccontextmanager
async def leads(directory: Path, *names: str) -> AsyncIterator[tuple[LocalStore, list[Lead]]]:
    """Leads at one store, each with a journal."""
    store = await LocalStore.open_or_create(directory / "store.db")
    [trace, *_] = load()
    await store.import_traces([trace])
    [experiment] = await store.experiments()
    found = []
    for who in names:
        journal = await AsyncJournal.open(directory / f"{who}.db")
        spec = ReviewSpec(store.uri, "", (experiment.id,), who, queue_id="rq-1", sprint=SPRINT, role=ADJUDICATION)
        record = await journal.run(journal.reviews.begin, spec, 1)
        [row] = rows(trace.summary.id)
        await journal.run(journal.reviews.add_items, record.id, [replace(row, experiment_id=experiment.id)])
        home = Destination(store.uri, "", experiment.id)
        found.append(Lead(who, journal, store, home, record.id, trace.summary.id))
    try:
        yield store, found
    finally:
        for each in found:
            await each.journal.close()
        await store.close()


async def decisions(store: LocalStore, trace: str) -> list[Assessment]:
    return [each for each in (await store.summary(trace)).assessments if is_adjudication(each)]


def standing(found: Sequence[Assessment]) -> list[tuple[str, JsonValue, int | None]]:
    return [(each.source.id, each.value, decision_number(each)) for each in found if each.valid]


async def test_a_decision_is_one_row_that_says_what_it_is(tmp_path: Path) -> None:
    async with leads(tmp_path, "lead") as (store, [lead]):
        await lead.decide(None, 1)
        await lead.deliver()
        [row] = await decisions(store, lead.trace)
        assert (row.value, row.overrides, row.source.id) == (None, None, "lead")
        assert row.id == adjudication_id(SPRINT, lead.trace, QUESTION, 1)
        assert row.metadata == {
            "labeler.id": row.id, "labeler.version": row.metadata["labeler.version"], "labeler.blind": "revealed",
            "labeler.duration_ms": "7", "labeler.queue": "rq-1", "labeler.sprint": SPRINT,
            "labeler.role": "adjudication", "labeler.adjudicates": "a-1,a-2",
        }  # fmt: skip


async def test_of_two_leads_at_once_one_decides_and_the_other_reads_who(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        await maria.decide(False, 1)
        await lead.decide(True, 1)
        await asyncio.gather(maria.deliver(), lead.deliver())
        [row] = await decisions(store, lead.trace)
        winner, loser = (maria, lead) if row.source.id == "maria" else (lead, maria)
        assert await winner.standing() is not None
        assert await loser.standing() is None
        [told] = loser.settled()
        said = {"maria": "maria decided: false", "lead": "lead decided: true"}[winner.who]
        assert (told.state, told.reason) == (DeliveryState.CLOSED, said)
        await loser.deliver()
        assert await decisions(store, lead.trace) == [row]


async def test_what_follows_a_decision_that_was_overtaken_is_not_sent_after_it(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        given = await lead.decide(True, 1)
        [claim] = await lead.journal.run(lead.journal.outbox.claim, [lead.home], 10, 0, 1)
        await lead.decide(False, 2, given)
        await maria.decide(False, 1)
        await maria.deliver()
        assert claim.assessment is not None, "the first was on its way when the second was given"
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]
        assert await lead.standing() is None


async def test_the_loser_takes_back_nothing_of_the_winners(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        await maria.decide(False, 1)
        await maria.deliver()
        given = await lead.decide(True, 1)
        await lead.deliver()
        assert await lead.standing() is None
        await lead.take_back(given)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]


async def test_the_loser_may_supersede_the_winner_whose_id_was_meant_for_theirs(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        await maria.decide(False, 1)
        await maria.deliver()
        await lead.decide(True, 1)
        await lead.deliver()
        [theirs] = await decisions(store, lead.trace)
        known = Answer(theirs.id, theirs.value, None, theirs.created_at_ms + 5, 0)
        mine = await lead.decide(True, 2, known)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("lead", True, 2)]
        await lead.take_back(mine)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]


async def test_an_undo_beside_another_leads_decision_leaves_one(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        first = await maria.decide(False, 1)
        await maria.deliver()
        second = await maria.decide(True, 2, first)
        await maria.deliver()
        [of_maria] = [each for each in await decisions(store, lead.trace) if each.valid]
        over = Answer(of_maria.id, of_maria.value, None, 1, 0)
        await lead.decide(False, 3, over)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("lead", False, 3)]
        await maria.take_back(second, first)
        await maria.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]


@pytest.mark.parametrize("maria_first", [True, False])
async def test_one_that_was_undone_and_decided_anew_beside_anothers_first_leaves_the_lower(
    tmp_path: Path, maria_first: bool
) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        first = await lead.decide(False, 1)
        await lead.deliver()
        await lead.take_back(first)
        await lead.deliver()
        assert await decisions(store, lead.trace) == []
        await lead.decide(True, 2)
        await maria.decide(False, 1)
        for each in (maria, lead) if maria_first else (lead, maria):
            await each.deliver()
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]


async def test_superseding_anothers_decision_and_taking_that_back_brings_theirs_back(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        theirs = await maria.decide(False, 1)
        await maria.deliver()
        mine = await lead.decide(True, 2, theirs)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("lead", True, 2)]
        await lead.take_back(mine)
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("maria", False, 1)]
        deleted = [each for each in lead.settled() if each.op == "delete"]
        assert [each.assessment_id for each in deleted] == [mine.assessment_id]


async def test_a_decision_whose_target_is_gone_takes_the_next_number(tmp_path: Path) -> None:
    async with leads(tmp_path, "maria", "lead") as (store, [maria, lead]):
        theirs = await maria.decide(False, 1)
        await maria.deliver()
        await lead.decide(True, 2, theirs)
        await maria.take_back(theirs)
        await maria.deliver()
        await lead.deliver()
        assert standing(await decisions(store, lead.trace)) == [("lead", True, 1)]


async def test_what_was_never_sent_leaves_nothing(tmp_path: Path) -> None:
    async with leads(tmp_path, "lead") as (store, [lead]):
        first = await lead.decide(True, 1)
        await lead.take_back(first)
        await lead.deliver()
        assert await decisions(store, lead.trace) == []
        assert lead.settled() == []
