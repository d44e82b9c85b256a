"""A trace that turns up in several worklists: each shows what was said of it in any other, and judges it by its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk, Done
from labeler.desk.open_desk import open_desk
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import AnswerEffect
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState, ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.models import Delivery, DeliveryOp
from labeler.review.action import (
    Action,
    Clear,
    Comment,
    Decline,
    Defer,
    Digit,
    Go,
    GoTo,
    SetAnswer,
    SetFlag,
    Submit,
    Thumb,
    Undo,
    Where,
)
from labeler.review.decision import AskFirst, Refusal
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


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    journal = await AsyncJournal.open(tmp_path / "journal.db")
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 20)
    yield Room(journal, cache)
    await cache.close()
    await journal.close()


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


async def test_an_answer_a_comment_and_a_flag_show_in_a_worklist_that_was_listed_before_and_in_one_listed_after(
    room: Room,
) -> None:
    async with room.desk(ERRORS):
        pass
    async with room.desk(SEARCH) as desk:
        await do(desk, SetFlag("look"), Thumb(True, "clear"))
    for other in (ERRORS, spec(filter="another day")):
        async with room.desk(other) as desk:
            answer = desk.state.answers_of("tr-a")["helpful"]
            assert (answer.value, answer.comment, desk.state.is_flagged("tr-a")) == (True, "clear", True)
            assert state(desk) is ItemState.LABELLED
            assert state(desk, "tr-b") is ItemState.OPEN


async def test_a_new_answer_in_another_worklist_supersedes_the_one_given_first(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
        first = desk.state.answers_of("tr-a")["helpful"].assessment_id
    async with room.desk(ERRORS) as desk:
        done = await do(desk, GoTo(1), Thumb(False))
        assert done.decision.change is not None
        (effect,) = (each for each in done.decision.change.effects if isinstance(each, AnswerEffect))
        assert effect.after is not None
        assert effect.after.overrides == first


async def test_undo_leaves_alone_what_another_worklist_has_changed_since(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS) as desk:
        await do(desk, GoTo(1), Thumb(False))
    async with room.desk(SEARCH) as desk:
        refusal = await desk.act(Undo())
        assert isinstance(refusal, Refusal)
        assert "helpful was changed since" in refusal.says
        assert value(desk) is False
    async with room.desk(ERRORS) as desk:
        await do(desk, Undo())
        assert value(desk) is True
    async with room.desk(SEARCH) as desk:
        await do(desk, Undo())
        assert value(desk) is None
        assert state(desk) is ItemState.OPEN


async def test_a_deferral_is_the_traces_and_ends_wherever_the_trace_is_submitted(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Defer())
    async with room.desk(ERRORS) as desk:
        assert state(desk) is ItemState.DEFERRED
        assert desk.state.item is not None
        assert desk.state.item.trace_id == "tr-b"
        await do(desk, GoTo(1), Thumb(True))
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.LABELLED
        assert not desk.state.worklist.deferred


async def test_a_decline_is_the_queues_or_the_selections(room: Room) -> None:
    pending = listed(*NAMES, queue_state=QueueItemState.PENDING)
    async with room.desk(QUEUE, pending) as desk:
        await do(desk, Decline("not ours"))
    async with room.desk(replace(QUEUE, order_by=("timestamp_ms ASC",)), pending) as desk:
        assert state(desk) is ItemState.DECLINED
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.OPEN
        assert "labeler.declined" in desk.state.answers_of("tr-a"), "the reason is what was said of the trace"


async def test_a_pending_item_is_work_whoever_answered_it_and_one_enter_completes_it(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    said = Assessment("a-1", "tr-b", "helpful", AssessmentKind.FEEDBACK, "yes", Source(SourceType.HUMAN, "rhea.k"))
    pending = listed("tr-a", queue_state=QueueItemState.PENDING)
    pending += listed("tr-b", queue_state=QueueItemState.PENDING, said=(said,))
    async with room.desk(QUEUE, pending, only_unlabelled=True) as desk:
        assert trace_ids(desk) == ["tr-a", "tr-b"]
        assert (state(desk), value(desk)) == (ItemState.OPEN, True)
        done = await do(desk, GoTo(1), Submit())
        assert done.decision.submits
        assert state(desk) is ItemState.LABELLED
    async with room.desk(QUEUE, pending) as desk:
        assert state(desk) is ItemState.LABELLED


async def test_a_completed_item_that_i_answered_elsewhere_is_labelled_in_its_queue(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    complete = listed("tr-a", queue_state=QueueItemState.COMPLETE)
    async with room.desk(QUEUE, complete) as desk:
        assert state(desk) is ItemState.LABELLED
    async with room.desk(replace(QUEUE, queue_id="rq-2"), complete, only_unlabelled=True) as desk:
        assert not desk.state.items


async def test_so_is_one_that_i_answered_on_the_servers_own_page_once_its_trace_is_read(room: Room) -> None:
    await in_cache(room, "a-page")
    for queue_state, expected in (
        (QueueItemState.COMPLETE, ItemState.LABELLED),
        (QueueItemState.PENDING, ItemState.OPEN),
    ):
        queue = replace(QUEUE, queue_id=f"rq-{queue_state}")
        async with room.desk(queue, listed("tr-b", "tr-a", queue_state=queue_state)) as desk:
            await until_prepared(desk)
            assert (value(desk), state(desk)) == (True, expected)


async def test_labelled_follows_from_this_worklists_required_questions(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS, None, HELPFUL, TOPIC) as desk:
        assert state(desk) is ItemState.OPEN
        await do(desk, GoTo(1), SetAnswer("topic", "billing"))
    async with room.desk(SEARCH) as desk:
        assert state(desk) is ItemState.LABELLED
        await do(desk, GoTo(1), Clear())
        assert state(desk) is ItemState.OPEN
    async with room.desk(ERRORS, None, HELPFUL, TOPIC) as desk:
        assert (state(desk), value(desk, "topic")) == (ItemState.OPEN, "billing")


async def test_what_was_answered_and_not_submitted_is_labelled_when_the_worklist_is_opened_again(room: Room) -> None:
    remark = Question("remark", PassFail(), required=False)
    async with room.desk(SEARCH, None, HELPFUL, remark) as desk:
        await do(desk, Thumb(True), Go(Where.NEXT))
    async with room.desk(SEARCH, None, HELPFUL, remark) as desk:
        assert state(desk) is ItemState.LABELLED
        await do(desk, Undo())
        assert (state(desk), value(desk)) == (ItemState.OPEN, None)


async def test_a_search_leaves_out_what_was_labelled_in_another_worklist_whatever_the_backend_knows_of_it(
    room: Room,
) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    async with room.desk(ERRORS, only_unlabelled=True) as desk:
        assert trace_ids(desk) == ["tr-b"]


async def test_a_comment_that_waits_for_its_answer_waits_in_every_worklist(room: Room) -> None:
    async with room.desk(ERRORS):
        pass
    async with room.desk(SEARCH) as desk:
        await do(desk, Comment("helpful", "tide tables"), Go(Where.NEXT))
    async with room.desk(ERRORS) as desk:
        await do(desk, GoTo(1), Thumb(True))
        assert desk.state.answers_of("tr-a")["helpful"].comment == "tide tables"


async def test_an_option_that_was_renamed_shows_as_it_was_counts_and_is_superseded(room: Room) -> None:
    async with room.desk(SEARCH, None, replace(TOPIC, input=Categorical(("billing", "login")))) as desk:
        await do(desk, Digit("2"))
    async with room.desk(ERRORS, None, TOPIC) as desk:
        assert (state(desk), value(desk, "topic")) == (ItemState.LABELLED, "login")
        await do(desk, GoTo(1), Digit("2"))
        assert value(desk, "topic") == "sign-in"
    async with room.desk(SEARCH, None, TOPIC) as desk:
        assert value(desk, "topic") == "sign-in"


async def test_in_a_sprints_queue_only_what_was_said_there_shows_counts_and_is_superseded(room: Room) -> None:
    pending = listed(*NAMES, queue_state=QueueItemState.PENDING)
    autumn = replace(QUEUE, sprint="autumn")
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True, "before"))
    async with room.desk(autumn, pending) as desk:
        assert value(desk) is None
        done = await do(desk, Thumb(False))
        assert done.decision.change is not None
        (effect,) = (each for each in done.decision.change.effects if isinstance(each, AnswerEffect))
        assert effect.after is not None
        assert effect.after.overrides is None
    async with room.desk(SEARCH) as desk:
        assert value(desk) is True
    sent = await room.journal.run(room.journal.queries.deliveries, desk.destinations)
    metadata = [each.assessment.metadata.get("labeler.sprint") for each in sent if each.assessment is not None]
    assert metadata == [None, "autumn"]


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


async def test_an_answer_of_mine_that_i_was_never_shown_is_a_conflict_also_after_a_restart(room: Room) -> None:
    await in_cache(room, "a-script", "a-page")
    async with room.desk(SEARCH) as desk:
        await look(desk)
        mine = desk.known.mine("tr-a")[None, "helpful"]
        assert [each.id for each in (*mine.beside, *mine.conflicts)] == ["a-script"]
        desk.own_elsewhere.agree(retires=False)
        await do(desk, Thumb(False))
    await in_cache(room, "a-script", "a-page", "a-machine")
    async with room.desk(ERRORS) as desk:
        await look(desk)
        mine = desk.known.mine("tr-a")[None, "helpful"]
        assert (value(desk), [each.id for each in mine.conflicts]) == (False, ["a-machine"])
        assert [each.id for each in mine.retire] == ["a-script"]


async def test_a_new_answer_retires_the_others_once_that_is_agreed_to_and_undo_brings_them_back(room: Room) -> None:
    await in_cache(room, "a-script", "a-page", "a-machine")
    async with room.desk(SEARCH) as desk:
        await look(desk)
        asked = await desk.act(Thumb(False))
        assert isinstance(asked, AskFirst)
        assert "2 more answers of yours stand for helpful" in asked.says
        assert value(desk) is True
        desk.own_elsewhere.agree(retires=True)
        await do(desk, Thumb(False))
        assert not desk.state.mine
    deletes = [each for each in await sent(room) if each.op is DeliveryOp.DELETE]
    assert [each.assessment_id for each in deletes] == ["a-script", "a-page"]
    async with room.desk(SEARCH) as desk:
        await do(desk, Undo())
        assert (value(desk), len(desk.state.mine[("tr-a", None), "helpful"].beside)) == (True, 2)
        assert isinstance(await desk.act(GoTo(1)), Done)
        await do(desk, Thumb(False))
    async with room.desk(ERRORS) as desk:
        assert desk.state.retires is None, "each worklist is asked about once"


async def test_one_that_was_overridden_or_deleted_says_so_stays_labelled_and_is_never_overridden(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
    ((mine,),) = (await deliver(room),)
    sams = Assessment(
        "a-sam", "tr-a", "helpful", AssessmentKind.FEEDBACK, False, Source(SourceType.HUMAN, "sam"), overrides=mine.id
    )
    for said in ((replace(mine, valid=False), sams), ()):
        await put(room, said, DELIVERED_MS + 1)
        async with room.desk(SEARCH) as desk:
            await look(desk)
            for _ in range(500):
                told = desk.state.mine.get((("tr-a", None), "helpful"))
                if told is not None and (told.is_gone or told.overridden_by):
                    break
                await asyncio.sleep(0.01)
            assert told is not None
            assert (told.overridden_by, told.is_gone) == (("sam", False) if said else (None, True))
            assert (value(desk), state(desk)) == (True, ItemState.LABELLED)
            done = await do(desk, Thumb(False))
            assert done.decision.change is not None
            (effect,) = (each for each in done.decision.change.effects if isinstance(each, AnswerEffect))
            assert effect.after is not None
            assert effect.after.overrides is None
            await do(desk, Undo())
            assert value(desk) is True


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


async def test_what_the_backend_had_after_an_answer_was_acknowledged_counts_and_is_superseded(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(False))
    await in_cache(room, "a-page", read_at_ms=DELIVERED_MS + 1)
    async with room.desk(SEARCH) as desk:
        await until_prepared(desk)
        assert value(desk) is False, "it is on its way"
    await deliver(room)
    await in_cache(room, "a-page", read_at_ms=DELIVERED_MS)
    async with room.desk(SEARCH) as desk:
        await until_prepared(desk)
        await asyncio.sleep(0.1)
        assert value(desk) is False, "it was acknowledged after the backend was asked"
    await in_cache(room, "a-page", read_at_ms=DELIVERED_MS + 1)
    async with room.desk(SEARCH) as desk:
        await until_prepared(desk)
        await until(desk, True)
        await do(desk, GoTo(1), Thumb(False))
    (sent,) = await deliver(room)
    assert (sent.value, sent.overrides) == (False, "a-page")


async def test_an_answer_given_here_and_edited_on_the_servers_own_page_shows_as_it_stands_there(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(False, "why not"))
    ((mine,),) = (await deliver(room),)
    edited = replace(mine, value=True, rationale="after all")
    await put(room, (edited,), DELIVERED_MS)
    async with room.desk(SEARCH) as desk:
        await until_prepared(desk)
        await asyncio.sleep(0.1)
        assert value(desk) is False, "it was acknowledged after the backend was asked"
        for said, changed in ((mine, set[str]()), (edited, {"tr-a"})):
            read = replace(listed("tr-a", said=(said,))[0].summary, read_at_ms=DELIVERED_MS + 1)
            assert await desk.news.learn_of([read]) == changed
        assert (value(desk), desk.state.answers_of("tr-a")["helpful"].comment) == (True, "after all")
        assert state(desk) is ItemState.LABELLED
        undone = await desk.act(Undo())
        assert isinstance(undone, Refusal)
        assert "helpful was changed since" in undone.says
    await put(room, (edited,), DELIVERED_MS + 1)
    async with room.desk(ERRORS) as desk:
        await until_prepared(desk)
        await until(desk, True)
        await do(desk, GoTo(1), Thumb(False))
    (sent,) = await deliver(room)
    assert (sent.value, sent.overrides) == (False, mine.id)


async def test_an_answer_that_is_being_given_while_a_reading_comes_in_stands(room: Room) -> None:
    pages = Assessment(
        "a-page", "tr-a", "helpful", AssessmentKind.FEEDBACK, True, Source(SourceType.HUMAN, "rhea.k"), created_at_ms=1
    )
    async with room.desk(QUEUE, listed(*NAMES, queue_state=QueueItemState.PENDING), HELPFUL, TOPIC) as desk:
        (read,) = listed("tr-a", said=(pages,))
        await asyncio.gather(desk.act(Thumb(False)), desk.news.learn_of([read.summary]))
        assert (value(desk), desk.state.filled_in) == (False, set())


async def test_one_that_was_cleared_comes_back_only_by_a_later_reading(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(False))
    await deliver(room)
    async with room.desk(SEARCH) as desk:
        await do(desk, GoTo(1), Clear())
    await deliver(room)
    for read_at_ms, expected in ((DELIVERED_MS, None), (DELIVERED_MS + 1, True)):
        await in_cache(room, "a-page", read_at_ms=read_at_ms)
        async with room.desk(SEARCH) as desk:
            await until_prepared(desk)
            await until(desk, expected)
            assert state(desk) is (ItemState.OPEN if expected is None else ItemState.LABELLED)


async def test_what_was_deferred_under_the_id_of_an_earlier_version_is_deferred(room: Room) -> None:
    digits = "4bf92f3577b34da6a3ce929d0e0e4736"
    earlier = {f"tr-{digits}": digits}
    async with room.desk(spec(filter="before"), listed(f"tr-{digits}")) as desk:
        await do(desk, Defer())
    for _ in range(2):
        async with room.desk(spec(filter="now"), listed(digits)) as desk:
            assert state(desk, digits) is ItemState.OPEN
            await desk.intake.take_over_deferrals(earlier)
            assert state(desk, digits) is ItemState.DEFERRED
    async with room.desk(spec(filter="now"), listed(digits)) as desk:
        await do(desk, Decline("no question"))
    async with room.desk(spec(filter="now"), listed(digits)) as desk:
        await desk.intake.take_over_deferrals(earlier)
        assert state(desk, digits) is ItemState.DECLINED
