"""A selection that is evaluated anew: what was touched stays, what is new comes at the end, a sample is drawn once."""

from __future__ import annotations

from dataclasses import replace

from labeler.delivery.listing import ListedTrace
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    Go,
    GoTo,
    SetFlag,
    Thumb,
    Where,
)
from labeler.review.decision import Refusal
from tests.desk.room import (
    HELPFUL,
    QUEUE,
    SEARCH,
    TOPIC,
    Room,
    do,
    listed,
    state,
    trace_ids,
    value,
)


async def test_a_selection_evaluated_anew_keeps_what_was_touched_and_appends_what_is_new(room: Room) -> None:
    async with room.desk(SEARCH, listed("tr-a", "tr-b", "tr-c")) as desk:
        await do(desk, GoTo(2), SetFlag("look"))
    async with room.desk(SEARCH, listed("tr-d", "tr-c")) as desk:
        assert trace_ids(desk) == ["tr-a", "tr-b", "tr-c", "tr-d"], "nothing moves while it is open"
        assert desk.intake.gone == {"tr-a"}
    async with room.desk(SEARCH, listed("tr-a", "tr-c", "tr-d")) as desk:
        assert trace_ids(desk) == ["tr-b", "tr-c", "tr-d", "tr-a"]


async def test_an_item_taken_out_of_its_queue_goes_and_with_an_answer_of_mine_stays_but_is_no_work(room: Room) -> None:
    def pending(*names: str) -> list[ListedTrace]:
        return listed(*names, queue_state=QueueItemState.PENDING)

    two = (HELPFUL, TOPIC)
    async with room.desk(QUEUE, pending("tr-a", "tr-b", "tr-c"), *two) as desk:
        await do(desk, Thumb(True), GoTo(3))
    async with room.desk(QUEUE, pending("tr-c"), *two):
        pass
    async with room.desk(QUEUE, pending("tr-c"), *two) as desk:
        assert trace_ids(desk) == ["tr-a", "tr-c"]
        assert (value(desk), state(desk)) == (True, ItemState.OPEN)
        assert isinstance(await desk.act(Go(Where.NEXT_OPEN)), Refusal), "nothing is left but the item in view"
        await do(desk, GoTo(1), Go(Where.NEXT_OPEN))
        assert desk.state.position == 1
    async with room.desk(QUEUE, pending("tr-a", "tr-c"), *two):
        pass
    async with room.desk(QUEUE, pending("tr-a", "tr-c"), *two) as desk:
        await do(desk, GoTo(2), Go(Where.NEXT_OPEN))
        assert desk.state.position == 0


async def test_a_sample_or_a_limit_is_drawn_once(room: Room) -> None:
    for drawn in (replace(SEARCH, sample=1), replace(SEARCH, limit=1), replace(QUEUE, limit=1)):
        async with room.desk(drawn, listed("tr-a")) as desk:
            assert desk.news.is_drawn
        async with room.desk(drawn, listed("tr-b")) as desk:
            assert trace_ids(desk) == ["tr-a"]
    async with room.desk(replace(SEARCH, sample=2), []) as desk:
        assert not desk.news.is_drawn, "nothing was there to draw from"


async def test_a_sample_is_drawn_again_around_what_was_touched(room: Room) -> None:
    for drawn in (replace(SEARCH, sample=2), replace(QUEUE, limit=2)):
        pending = QueueItemState.PENDING if drawn.queue_id else None
        async with room.desk(drawn, listed("tr-a", "tr-b", queue_state=pending)) as desk:
            await do(desk, GoTo(1), SetFlag("look"))
            review_id = desk.record.id
        await room.journal.run(room.journal.reviews.draw_again, review_id)
        async with room.desk(drawn, listed("tr-c", "tr-d", queue_state=pending)) as desk:
            assert trace_ids(desk) == ["tr-a", "tr-c", "tr-d"]
            assert desk.news.is_drawn
            assert desk.state.worklist.first_open() == 0, "what stays is work as before"
