"""Simulated reviewers: the desk, the journal, the delivery engine and the MLflow backend are the real ones.

Each reviewer is a task of asyncio with a journal, a cache, a backend and an engine of its own, and several share a
process. What is simulated is the person: what is answered, changed, cleared and taken back comes from a seed, and there
is no screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labeler.backends.mlflow.backend import open_backend
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.engine import DeliveryEngine
from labeler.delivery.timing import Timing
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.desk.remote import Offline
from labeler.domain.destination import Destination
from labeler.domain.question import Numeric, PassFail, Question, Text
from labeler.domain.trace import TraceState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import DeliveryOp, DeliveryState
from labeler.review.action import Action, Clear, FocusBy, GoTo, SetAnswer, Submit, Undo
from labeler.review.decision import Refusal
from labeler.review.state import Advance, Rules
from tests.reliability.verdict import Cell, Said

QUESTIONS = (
    Question("is_helpful", PassFail("Helpful", "Not helpful"), takes_comment=True),
    Question("quality", Numeric(1, 5), takes_comment=True),
    Question("remark", Text(), required=False, takes_comment=True),
)
CHANGED, CLEARED, TAKEN_BACK, COMMENTED = 0.15, 0.04, 0.04, 0.3
"""After how many items an earlier answer is changed, cleared, or changed and the change undone; answers commented."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one process does: `traces` by mark for each of its reviewers, `answers` to be given by each.

    `pace_s` is the mean time on an item. `horizon_ms` as delivery knows it. `give_up_s`: how long what is left after
    the last answer may take to be delivered.
    """

    url: str
    experiment_id: str
    directory: Path
    traces: dict[str, dict[str, str]]
    answers: int
    pace_s: float
    seed: int
    horizon_ms: int
    give_up_s: float


@dataclass(slots=True)
class Told:
    """What a reviewer did and what the journal says of it. `sent`: IDs of creates by trace, in the journal's order."""

    reviewer: str
    accepted: dict[Cell, Said | None] = field(default_factory=dict)
    history: dict[Cell, list[Said | None]] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    sent: dict[str, list[str]] = field(default_factory=dict)
    arrived_ms: list[int] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)


def work(plan: Plan) -> list[Told]:
    """All reviewers of a plan at work at the same time, until everything is delivered."""

    async def together() -> list[Told]:
        return await asyncio.gather(*(_review(plan, name) for name in plan.traces))

    return asyncio.run(together())


class _Waking(Offline):
    """Nothing but delivery: traces are not looked at here."""

    def __init__(self, engine: DeliveryEngine) -> None:
        self._engine = engine

    def wake(self) -> None:
        self._engine.wake()


async def _review(plan: Plan, name: str) -> Told:
    directory = plan.directory / name
    backend = await open_backend(plan.url)
    home = Destination(backend.uri, backend.workspace, plan.experiment_id)
    journal = await AsyncJournal.open(directory / "journal.db")
    cache = await AsyncCache.open(directory / "cache.db", 1 << 24)
    spec = ReviewSpec(home.backend_uri, home.workspace, (home.experiment_id,), name)
    record = await journal.run(journal.reviews.begin, spec, 1)
    rows = [WorklistRow(trace, home.experiment_id, mark, 1, TraceState.OK) for mark, trace in plan.traces[name].items()]
    await journal.run(journal.reviews.add_items, record.id, rows)
    engine = DeliveryEngine(
        journal,
        backend,
        [home],
        grace_s=5.0,
        concurrency=2,
        on_event=lambda event: None,
        timing=Timing(horizon_ms=plan.horizon_ms),
    )
    desk = await open_desk(record, QUESTIONS, Rules(Advance.MANUAL), journal, cache, _Waking(engine))
    told = Told(name)
    person = _Person(desk, told, list(plan.traces[name]), random.Random(f"{plan.seed} {name}"))
    running = asyncio.create_task(engine.run())
    await person.label(plan.answers, plan.pace_s)
    await desk.close()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await _deliver_the_rest(engine, plan.give_up_s)
    await _tell(journal, home, told)
    await journal.close()
    await cache.close()
    await backend.close()
    return told


async def _deliver_the_rest(engine: DeliveryEngine, give_up_s: float) -> None:
    """What is left after `give_up_s` seconds is told as undelivered."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(give_up_s):
            while True:
                result = await engine.drain()
                if result.queued + result.parked == 0:
                    return
                await asyncio.sleep(1)


async def _tell(journal: AsyncJournal, home: Destination, told: Told) -> None:
    every = await journal.run(journal.queries.deliveries, [home], tuple(DeliveryState))
    for delivery in every:
        if delivery.state not in (DeliveryState.DELIVERED, DeliveryState.CLOSED):
            told.undelivered.append(f"{told.reviewer}: {delivery.op} {delivery.state}: {delivery.reason}")
        if delivery.op is DeliveryOp.CREATE and delivery.attempts > 0 and delivery.assessment_id is not None:
            told.sent.setdefault(delivery.trace_id, []).append(delivery.assessment_id)
            if delivery.state is DeliveryState.DELIVERED:
                told.arrived_ms.append(delivery.settled_at_ms or 0)


@dataclass(slots=True)
class _Person:
    """Goes through the items in order, back now and then, and remembers what was accepted."""

    desk: Desk
    told: Told
    marks: Sequence[str]
    chance: random.Random

    async def label(self, answers: int, pace_s: float) -> None:
        for number, mark in enumerate(self.marks):
            await asyncio.sleep(self.chance.uniform(0, 2 * pace_s))
            await self._act(GoTo(number + 1))
            for question in QUESTIONS[: answers - number * len(QUESTIONS)]:
                await self._give(mark, question)
                self.told.did["answered"] += 1
            await self._leave_by_submitting()
            await self._go_back(number)

    async def _go_back(self, number: int) -> None:
        for what, share in (("changed", CHANGED), ("cleared", CLEARED), ("taken back", TAKEN_BACK)):
            if self.chance.random() >= share:
                continue
            index = self.chance.randrange(number + 1)
            question = self.chance.choice(QUESTIONS)
            cell = (self.marks[index], question.name)
            if self.told.accepted.get(cell) is None:
                continue
            self.told.did[what] += 1
            await self._act(GoTo(index + 1))
            if what == "cleared":
                await self._act(FocusBy(QUESTIONS.index(question) - self.desk.state.focus))
                await self._act(Clear())
                self._remember(cell, None)
            else:
                before = self.told.accepted[cell]
                await self._give(self.marks[index], question)
                if what == "taken back":
                    await self._wait_a_little()
                    await self._act(Undo())
                    self._remember(cell, before)
            await self._leave_by_submitting()

    async def _wait_a_little(self) -> None:
        """Long enough, in half of the cases, that what is taken back is on its way or on the server."""
        if self.chance.random() < 0.5:
            await self._act(GoTo(self.chance.randrange(len(self.marks)) + 1))
            await asyncio.sleep(self.chance.uniform(6, 9))

    async def _give(self, mark: str, question: Question) -> None:
        value = self._other_value(question, self.told.accepted.get((mark, question.name)))
        comment = f"why {self.chance.random():.6f}" if self.chance.random() < COMMENTED else ""
        await self._act(SetAnswer(question.name, value, comment))
        self.told.did["commented"] += comment != ""
        self._remember((mark, question.name), (value, comment))

    def _other_value(self, question: Question, now: Said | None) -> JsonValue:
        """An answer to the question that is not the one given already."""
        match question.input:
            case PassFail():
                return self.chance.random() < 0.5 if now is None else not now[0]
            case Numeric():
                return self.chance.choice([stars for stars in range(1, 6) if now is None or stars != now[0]])
        return f"remark {self.chance.random():.9f}"

    async def _leave_by_submitting(self) -> None:
        """Submit where the rules allow it; otherwise go elsewhere, which releases the answers as well."""
        if isinstance(await self.desk.act(Submit()), Refusal):
            await self._act(GoTo(self.chance.randrange(len(self.marks)) + 1))

    async def _act(self, action: Action) -> None:
        done = await self.desk.act(action)
        assert not isinstance(done, Refusal), f"{action}: {done.says}"

    def _remember(self, cell: Cell, said: Said | None) -> None:
        self.told.accepted[cell] = said
        self.told.history.setdefault(cell, []).append(said)
