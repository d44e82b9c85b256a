"""The state machine of one reviewer at two machines and on the server's own page, in any order."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from labeler.backends.base import Backend
from labeler.delivery.engine import DeliveryEngine
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import PassFail, Question
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, ParkCause
from labeler.review.action import Action, ActionContext, Clear, SetAnswer, Undo
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import Decision
from labeler.review.my_answer import Asked, JournalWord, Mine, Reading, merge
from labeler.review.state import Advance, ReviewState, Rules
from labeler.review.worklist import Item
from tests.delivery.simulated import SimulatedBackend
from tests.delivery.work import HASTE
from tests.journal.server import Server
from tests.journal.sitting import EXPERIMENT, HOME, mint, rows, scratch_directory, spec

HELPFUL = Question("helpful", PassFail())
PLACE = (("tr-a", None), "helpful")
T = TypeVar("T")
machines = st.integers(0, 1)


class Desk:
    """One machine: a journal, and the state of a review at which the trace is read now and then."""

    def __init__(self, journal: AsyncJournal, review_id: str) -> None:
        self.journal = journal
        self.review_id = review_id
        self.state = ReviewState((HELPFUL,), Rules(Advance.MANUAL), retires=True)
        self.state.add_items([Item("tr-a", EXPERIMENT, "a")])

    async def look(self, told: tuple[Assessment, ...], at_ms: int) -> Mine:
        """Read the trace, as it is then shown."""
        changes, queries = self.journal.changes, self.journal.queries
        cells = await self.journal.run(changes.answers, [HOME], "rhea.k")
        settled = await self.journal.run(queries.settled_in, HOME, "tr-a", "rhea.k", "")
        retired = await self.journal.run(changes.settled_ids, [HOME])
        shown = await self.journal.run(changes.shown_ids, [HOME]) | retired
        word = None
        if ("tr-a", None, "helpful") in cells:
            answer = cells["tr-a", None, "helpful"]
            word = JournalWord(answer, settled.get((None, "helpful"), 0 if answer is None else None))
        if word is None or word.settled_at_ms is None:
            told = tuple(each for each in told if each.id not in retired)
        mine = merge(Asked("helpful", HELPFUL, "rhea.k"), word, Reading(at_ms, told), shown)
        self.state.set_answer(*PLACE, mine.answer)
        self.state.mine[PLACE] = mine
        ids = [each.id for each in mine.beside]
        if mine.answer is not None:
            ids.append(mine.answer.assessment_id)
        await self.journal.run(changes.note_shown, HOME, ids)
        return mine

    async def press(self, action: Action, at_ms: int) -> None:
        decision = decide(self.state, action, ActionContext(at_ms, 0, mint))
        if isinstance(decision, Decision) and decision.change is not None:
            await self.journal.run(self.journal.changes.record, self.review_id, decision.change)
            apply(self.state, decision)

    async def conflicts(self) -> list[Delivery]:
        undone = await self.journal.run(self.journal.queries.deliveries, [HOME])
        return [each for each in undone if each.cause is ParkCause.CONFLICT]


class TwoMachines(RuleBasedStateMachine):
    """Everything goes through the real engine to a server that behaves as MLflow's does."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = scratch_directory()
        self.backend = SimulatedBackend(Server())
        folders = [self.directory / name for name in ("desk", "harbour")]
        for folder in folders:
            folder.mkdir()
        self.desks = [self.wait(self.open(folder)) for folder in folders]

    def wait(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    async def open(self, path: Path) -> Desk:
        journal = await AsyncJournal.open(path / "journal.db")
        record = await journal.run(journal.reviews.begin, spec(), 1)
        await journal.run(journal.reviews.add_items, record.id, rows("tr-a"))
        return Desk(journal, record.id)

    def now(self) -> int:
        self.backend.now_ms += 1_000
        return self.backend.now_ms

    def told(self) -> tuple[Assessment, ...]:
        return tuple(self.backend.server.on_trace("tr-a"))

    @rule(at=machines)
    def look(self, at: int) -> None:
        self.wait(self.desks[at].look(self.told(), self.now()))

    @rule(at=machines, action=st.sampled_from([SetAnswer("helpful", True), SetAnswer("helpful", False)]))
    def answer(self, at: int, action: Action) -> None:
        self.wait(self.desks[at].press(replace(cast(SetAnswer, action), comment=str(self.now())), self.now()))

    @rule(at=machines, action=st.sampled_from([Undo(), Clear()]))
    def go_back(self, at: int, action: Action) -> None:
        if not isinstance(action, Clear) or "helpful" in self.desks[at].state.given:
            self.wait(self.desks[at].press(action, self.now()))

    @rule(at=machines)
    def deliver(self, at: int) -> None:
        engine = DeliveryEngine(
            self.desks[at].journal, cast(Backend, self.backend), [HOME],
            grace_s=0, concurrency=2, on_event=lambda event: None, timing=HASTE, now_ms=self.now,
        )  # fmt: skip
        self.wait(engine.drain())

    @rule(at=machines, sends=st.booleans())
    def settle_conflicts(self, at: int, sends: bool) -> None:
        outbox, desk = self.desks[at].journal.outbox, self.desks[at]
        ids = [each.id for each in self.wait(desk.conflicts())]
        if sends:
            self.wait(desk.journal.run(outbox.retry, ids))
        else:
            self.wait(desk.journal.run(outbox.discard, ids, self.now()))

    @rule(value=st.booleans())
    def answer_on_the_servers_page(self, value: bool) -> None:
        source = Source(SourceType.HUMAN, "rhea.k")
        made = Assessment(mint(), "tr-a", "helpful", AssessmentKind.FEEDBACK, value, source, created_at_ms=self.now())
        self.backend.server.create(made)

    def teardown(self) -> None:
        try:
            for at in (0, 1, 0, 1):
                self.deliver(at)
            valid = [each for each in self.told() if each.valid]
            for desk in self.desks:
                waiting = self.wait(desk.journal.run(desk.journal.queries.deliveries, [HOME]))
                in_conflict = self.wait(desk.conflicts())
                assert len(waiting) == len(in_conflict) or in_conflict, "nothing else waits"
                mine = self.wait(desk.look(self.told(), self.now()))
                said = len(mine.beside) + len(mine.conflicts)
                assert said >= len(valid) - 1 or in_conflict, "what stands beside is said"
            for at in (0, 1, 0, 1):
                self.wait(self.desks[at].look(self.told(), self.now()))
                self.settle_conflicts(at, sends=True)
                self.deliver(at)
        finally:
            for desk in self.desks:
                self.wait(desk.journal.close())
            self.loop.close()
            shutil.rmtree(self.directory)
