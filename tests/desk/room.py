"""A journal at which worklists are opened one after the other, and what is done and seen there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk, Done
from labeler.desk.open_desk import open_desk
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState, ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.models import Delivery
from labeler.review.action import (
    Action,
    GoTo,
)
from labeler.review.state import Rules
from tests.journal.sitting import EXPERIMENT, HOME, spec

HELPFUL = Question("helpful", PassFail())
TOPIC = Question("topic", Categorical(("billing", "sign-in")))
SEARCH, ERRORS, QUEUE = spec(filter="all"), spec(filter="errors"), spec(queue_id="rq-1")
NAMES = ("tr-a", "tr-b")


def _item(trace_id: str, state: QueueItemState | None) -> QueueItem | None:
    return None if state is None else QueueItem("rq-1", trace_id, state)


def listed(
    *trace_ids: str, queue_state: QueueItemState | None = None, said: tuple[Assessment, ...] = ()
) -> list[ListedTrace]:
    return [
        ListedTrace(
            TraceSummary(each, EXPERIMENT, 1, 1, TraceState.OK, each, assessments=said), _item(each, queue_state)
        )
        for each in trace_ids
    ]


class Room:
    """A journal at which worklists are opened, each by its spec."""

    def __init__(self, journal: AsyncJournal, cache: AsyncCache) -> None:
        self.journal = journal
        self.cache = cache

    @asynccontextmanager
    async def desk(
        self,
        spec: ReviewSpec,
        page: list[ListedTrace] | None = None,
        *questions: Question,
        only_unlabelled: bool = False,
    ) -> AsyncIterator[Desk]:
        """Open a worklist, and take this page of the backend's listing into it, which ends the listing."""
        record = await self.journal.run(self.journal.reviews.begin, spec, 1)
        rules = Rules(for_queue=spec.queue_id is not None)
        desk = await open_desk(record, questions or (HELPFUL,), rules, self.journal, self.cache)
        page = listed(*NAMES) if page is None else page
        await desk.take_in(page, only_unlabelled=only_unlabelled)
        await desk.news.end_listing([each.summary.id for each in page])
        yield desk
        await desk.close()


async def do(desk: Desk, *actions: Action) -> Done:
    outcomes = [await desk.act(action) for action in actions]
    done = [each for each in outcomes if isinstance(each, Done)]
    assert done == outcomes
    return done[-1]


def value(desk: Desk, question: str = "helpful", trace_id: str = "tr-a") -> JsonValue:
    answer = desk.state.answers_of(trace_id).get(question)
    return None if answer is None else answer.value


def state(desk: Desk, trace_id: str = "tr-a") -> ItemState:
    return desk.state.items[desk.state.index_of[trace_id]].state


def trace_ids(desk: Desk) -> list[str]:
    return [item.trace_id for item in desk.state.items]


async def in_cache(room: Room, *names: str, read_at_ms: int = 0) -> None:
    """Put the trace ``tr-a`` into the cache, with valid answers of mine that came from elsewhere, by their IDs."""
    source = Source(SourceType.HUMAN, "rhea.k")
    said = tuple(
        Assessment(name, "tr-a", "helpful", AssessmentKind.FEEDBACK, True, source, created_at_ms=at_ms)
        for at_ms, name in enumerate(names)
    )
    await put(room, said, read_at_ms)


async def put(room: Room, said: tuple[Assessment, ...], read_at_ms: int) -> None:
    """Put the trace ``tr-a`` into the cache with these assessments."""
    summary = TraceSummary("tr-a", EXPERIMENT, 1, 1, TraceState.OK, "tr-a", assessments=said, read_at_ms=read_at_ms)
    await room.cache.run(Cache.put, HOME, RawTrace(summary, b'{"spans": []}'))


async def until_prepared(desk: Desk) -> None:
    for _ in range(1_000):
        if desk.document("tr-a") is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the trace was not prepared within 10 s")


async def look(desk: Desk) -> None:
    """Stand at ``tr-a`` until it is on the screen."""
    await do(desk, GoTo(1))
    await until_prepared(desk)
    desk.seen("tr-a")


async def sent(room: Room) -> list[Delivery]:
    return await room.journal.run(room.journal.queries.deliveries, [HOME])


DELIVERED_MS = 1 << 45


async def deliver(room: Room) -> list[Assessment]:
    """Have everything acknowledged at `DELIVERED_MS`; return what was sent."""
    await room.journal.run(room.journal.outbox.release_all, 1)
    claims = await room.journal.run(room.journal.outbox.claim, [HOME], DELIVERED_MS, 0, 100)
    outcomes = [(claim.delivery.id, Delivered()) for claim in claims]
    await room.journal.run(room.journal.outbox.settle, outcomes, DELIVERED_MS)
    return [claim.assessment for claim in claims if claim.assessment is not None]


async def until(desk: Desk, expected: JsonValue) -> None:
    for _ in range(500):
        if value(desk) is expected:
            return
        await asyncio.sleep(0.01)
    assert value(desk) is expected
