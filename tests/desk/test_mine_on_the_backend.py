"""Answers of mine as the backend has them: in conflict, several at once, overridden, edited, gone, or come later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from labeler.desk.desk import Done
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import AnswerEffect
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.models import DeliveryOp
from labeler.review.action import (
    Clear,
    GoTo,
    Thumb,
    Undo,
)
from labeler.review.decision import AskFirst, Refusal
from tests.desk.room import (
    DELIVERED_MS,
    ERRORS,
    HELPFUL,
    NAMES,
    QUEUE,
    SEARCH,
    TOPIC,
    Room,
    deliver,
    do,
    in_cache,
    listed,
    look,
    put,
    sent,
    state,
    until,
    until_prepared,
    value,
)


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


async def test_so_does_one_that_is_given_while_the_journal_is_asked_about_the_one_before(room: Room) -> None:
    async with room.desk(SEARCH) as desk:
        await do(desk, Thumb(True))
        ((mine,),) = (await deliver(room),)
        await do(desk, GoTo(1))
        read = replace(
            listed("tr-a", said=(replace(mine, value=False, rationale="edited"),))[0].summary, read_at_ms=1 << 46
        )
        await asyncio.gather(desk.act(Thumb(True, "and polite")), desk.news.learn_of([read]))
        assert (value(desk), desk.state.answers_of("tr-a")["helpful"].comment) == (True, "and polite")


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
