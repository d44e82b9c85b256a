"""Answers on their way: a journal with a review in it, and an engine that delivers them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from labeler.backends.base import Backend
from labeler.delivery.engine import DeliveryEngine
from labeler.delivery.events import DeliveryEvent, Settled
from labeler.delivery.timing import Timing
from labeler.domain.change import Change
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryState, OutboxCounts
from tests.delivery.simulated import SimulatedBackend
from tests.journal.sitting import HOME, Sitting, rows, spec

HASTE = Timing(
    first_retry_s=0.005, longest_retry_s=0.02, poll_s=0.02, lock_poll_s=0.02, answer_poll_s=0.005, horizon_ms=300
)
"""Delivery's times for tests: everything at once, and nothing late after 0.3 s."""

UNDONE = (DeliveryState.WAITING, DeliveryState.PARKED, DeliveryState.REFUSED)


@dataclass
class Work:
    """One reviewer's journal at work. `spec_` names the review; its items are `traces`."""

    directory: Path
    journal: AsyncJournal
    review_id: str
    home: Destination
    sitting: Sitting = field(default_factory=Sitting)
    events: list[DeliveryEvent] = field(default_factory=list)
    now_ms: int = 1_000

    async def record(self, change: Change) -> None:
        await self.journal.run(self.journal.changes.record, self.review_id, change)

    async def answer(self, trace_id: str, question: str, value: JsonValue, comment: str | None = None) -> str:
        """Journal an answer and return its assessment ID."""
        self.now_ms += 1
        await self.record(self.sitting.answer(trace_id, question, value, comment, self.now_ms))
        return self.sitting.cells[trace_id, question].assessment_id

    async def leave(self, *trace_ids: str, at_ms: int = 1) -> None:
        for trace_id in trace_ids:
            await self.journal.run(self.journal.outbox.release, trace_id, at_ms)

    def engine(
        self,
        backend: Backend | SimulatedBackend,
        destinations: Sequence[Destination] = (),
        *,
        grace_s: float = 0.0,
        concurrency: int = 2,
        timing: Timing = HASTE,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> DeliveryEngine:
        """One that delivers to `destinations`, or home. A simulated backend has all of one that delivery asks for."""
        return DeliveryEngine(
            self.journal,
            cast(Backend, backend),
            destinations or [self.home],
            grace_s=grace_s,
            concurrency=concurrency,
            on_event=self.events.append,
            timing=timing,
            now_ms=now_ms,
        )

    async def undone(self) -> list[Delivery]:
        return await self.journal.run(self.journal.queries.deliveries, [self.home])

    async def counts(self) -> OutboxCounts:
        return await self.journal.run(self.journal.queries.counts, [self.home])

    async def until(self, *, waiting: int) -> None:
        """Return when that many are waiting."""
        deadline = time.monotonic() + 60
        while (await self.counts()).waiting != waiting:
            if time.monotonic() > deadline:
                raise AssertionError(f"waited 60 s for {waiting} waiting; not delivered are {await self.undone()}")
            await asyncio.sleep(0.01)

    def settled(self) -> list[Delivery]:
        return [event.delivery for event in self.events if isinstance(event, Settled)]


@contextlib.asynccontextmanager
async def work(
    directory: Path, traces: Sequence[str], review: ReviewSpec | None = None, home: Destination = HOME
) -> AsyncIterator[Work]:
    """A journal in `directory` with a review of `traces` in it, continued if it is there."""
    journal = await AsyncJournal.open(directory / "journal.db")
    record = await journal.run(journal.reviews.begin, review or spec(queue_id="rq-1"), 1)
    items = [replace(row, experiment_id=home.experiment_id) for row in rows(*traces)]
    await journal.run(journal.reviews.add_items, record.id, items)
    try:
        yield Work(directory, journal, record.id, home)
    finally:
        await journal.close()


@contextlib.asynccontextmanager
async def running(engine: DeliveryEngine) -> AsyncIterator[None]:
    """The engine running in the background; what it raises is raised here."""
    task = asyncio.get_running_loop().create_task(engine.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
