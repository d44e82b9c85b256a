"""A review queue that several people work on, on a real server and in an embedded store: what others do shows.

What is mine stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from labeler.domain.queue import Queue
from labeler.domain.queue_owners import in_order_for, owner_of
from labeler.domain.worklist import ItemState
from labeler.review.action import AskDecline, Clear, Decline, Defer, Go, GoTo, SetAnswer, Submit, Undo, Where
from labeler.review.state import Blindness, Rules
from labeler.tui.appearance import UNICODE
from labeler.tui.review.desk_rows import DeskRows
from tests.desk.at_a_queue import AnyQueue, AtQueue, at_queue, served_queue
from tests.desk.stored_queue import stored_queue

YES = SetAnswer("helpful", True, "")
NEXT_OPEN = Go(Where.NEXT_OPEN)

MakeQueue = Callable[..., AnyQueue]


@pytest.fixture(params=["mlflow", "local"])
def make_queue(request: pytest.FixtureRequest, tmp_path: Path) -> MakeQueue:
    """What makes a queue of so many traces for these users."""
    if request.param == "mlflow":
        return served_queue
    return partial(stored_queue, tmp_path)


def row(there: AtQueue, trace_id: str) -> tuple[str, str]:
    """The signs and the title of a row."""
    shown = DeskRows(there.desk, UNICODE).row(there.desk.state.index_of[trace_id])
    return (shown.sign + shown.second).strip(), shown.title


async def test_what_others_finish_is_marked_passed_over_and_still_there_to_be_answered(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(4)
    first, second, third, fourth = queue.trace_ids
    async with at_queue(tmp_path / "ana", queue) as there:
        rows = list(there.desk.state.index_of)
        queue.set(second, "COMPLETE", "sam@x.io")
        queue.set(third, "DECLINED", "sam@x.io")
        await there.until(lambda: not there.is_offered(second) and not there.is_offered(third), "both to be sam's")
        assert row(there, second)[0] == "»"
        assert row(there, second)[1].startswith("sam · ")
        assert there.desk.state.position == 0
        assert list(there.desk.state.index_of) == rows
        await there.act(YES, Submit())
        assert there.desk.state.items[there.desk.state.position].trace_id == fourth

        await there.act(GoTo(2))
        assert await there.act(Submit()) == "sam completed this · {item.next_open} goes on"
        assert await there.act(YES, Submit()) == "your answer besides sam's"
        await there.act(GoTo(3), Defer())
        assert (there.state_of(third), there.desk.state.position) == (ItemState.OPEN, 3)
        assert await there.act(GoTo(3), AskDecline()) == "declines for this review"
        assert "sam declined this since" in await there.act(Decline("odd"))
        await there.delivered()
        items = queue.items()
        assert (items[first]["status"], items[first]["completed_by"]) == ("COMPLETE", "ana")
        assert (items[second]["status"], items[second]["completed_by"]) == ("COMPLETE", "sam@x.io")
        assert (items[third]["status"], items[third]["completed_by"]) == ("DECLINED", "sam@x.io")
        assert [each["source"]["source_id"] for each in queue.said(second)] == ["ana"]
        assert "sam completed this since" in await there.act(GoTo(2), Clear(), Clear())
    async with at_queue(tmp_path / "ana", queue, rules=Rules(for_queue=True, blind=Blindness.UNTIL_SHOWN)) as there:
        assert row(there, third)[0] == "–"
        await there.act(GoTo(2))
        assert await there.act(Submit()) == "another reviewer completed this · {item.next_open} goes on"
        assert "sam" not in row(there, second)[1]


async def test_the_item_in_view_says_who_completed_it_and_stays(tmp_path: Path, make_queue: MakeQueue) -> None:
    queue = make_queue(3)
    async with at_queue(tmp_path / "ana", queue) as there:
        there.desk.seen(queue.trace_ids[0])
        queue.set(queue.trace_ids[0], "COMPLETE", "sam")
        await there.until_told("sam completed this · {item.next_open} goes on")
        assert there.desk.state.position == 0
        assert there.told.count("sam completed this · {item.next_open} goes on") == 1
        await there.act(NEXT_OPEN)
        assert there.desk.state.position == 1
        queue.set(queue.trace_ids[0], "PENDING")
        await there.until(lambda: there.is_offered(queue.trace_ids[0]), "the item to be work again")


async def test_undo_says_that_somebody_else_has_the_item_now_and_leaves_it_to_them(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(2)
    first = queue.trace_ids[0]
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.act(YES, Submit())
        await there.delivered()
        queue.set(first, "DECLINED", "sam")
        await there.until(lambda: there.desk.state.queue.finished_by_others(first), "sam's word")
        assert there.state_of(first) == ItemState.LABELLED
        assert await there.act(Undo()) == "sam declined this since; the queue's state stays as it is"
        await there.delivered()
        assert queue.items()[first]["status"] == "DECLINED"


async def test_items_are_taken_out_and_given_while_the_review_is_open_and_refresh_counts_them(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(4, more=2)
    *_, fourth, fifth, sixth = queue.trace_ids
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.act(YES)
        queue.remove(queue.trace_ids[0], fourth)
        queue.add(fifth)
        await there.until(lambda: fifth in there.desk.state.index_of, "the item that was given")
        await there.until_told("this was taken out of the queue · {item.next_open} goes on")
        assert list(there.desk.state.index_of) == queue.trace_ids[:5]
        assert not there.is_offered(fourth)
        assert row(there, fourth)[1].startswith("taken out · ")
        queue.add(fourth)
        await there.until(lambda: there.is_offered(fourth), "the item that was given back")
        there.told.clear()
        queue.add(sixth)
        queue.remove(queue.trace_ids[1])
        queue.answer(queue.trace_ids[2], "helpful", False, "sam")
        there.desk.refresh()
        await there.until_told("changed")
        assert there.told[-1].endswith("1 changed")
    async with at_queue(tmp_path / "ana", queue) as there:
        assert queue.trace_ids[1] not in there.desk.state.index_of
        assert not there.is_offered(queue.trace_ids[0]), "it holds an answer of mine, and is no work"


async def test_an_item_reopened_with_answers_of_mine_is_work_that_one_enter_completes(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(2)
    first, second = queue.trace_ids
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.act(YES, Submit())
        await there.delivered()
    queue.set(first, "PENDING")
    queue.answer(second, "helpful", True, "ana")
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.until(lambda: there.state_of(first) == ItemState.OPEN, "the item to be open again")
        await there.act(GoTo(1))
        assert there.desk.state.given["helpful"].value is True
        assert (await there.act(Submit())).startswith("completed with your answers of ")
        await there.until(lambda: there.desk.state.answers_of(second), "the answer given elsewhere")
        assert (await there.act(GoTo(2), Submit())).startswith("completed with your answers of ")
        await there.delivered()
        assert {item["status"] for item in queue.items().values()} == {"COMPLETE"}
        assert len(queue.said(first)) == 1


async def test_an_item_that_i_completed_elsewhere_without_an_answer_is_no_work(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(2)
    second = queue.trace_ids[1]
    async with at_queue(tmp_path / "ana", queue, only_unlabelled=False) as there:
        queue.set(second, "COMPLETE", "Ana ")
        await there.until(lambda: not there.is_offered(second), "the item to be done")
        assert row(there, second)[0] == "✓?"
        assert there.state_of(second) == ItemState.OPEN
        queue.answer(second, "helpful", False, "ana")
        there.desk.refresh()
        await there.until(lambda: there.state_of(second) == ItemState.LABELLED, "the answers that came later")
        assert row(there, second)[0] == "✓"


@pytest.mark.slow
async def test_a_reading_never_takes_back_what_i_did_while_it_was_on_its_way(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(3)
    first, second, _ = queue.trace_ids
    async with at_queue(tmp_path / "ana", queue) as there:
        for _ in range(8):
            await there.act(GoTo(1), YES, Submit())
            assert there.state_of(first) == ItemState.LABELLED
            await asyncio.sleep(0.15)
            assert there.state_of(first) == ItemState.LABELLED
            await there.act(Undo(), Undo())
            assert there.state_of(first) == ItemState.OPEN
            await asyncio.sleep(0.15)
            assert there.state_of(first) == ItemState.OPEN
            assert there.is_offered(first)
        await there.act(GoTo(2), YES, Submit())
        await there.delivered()
        await asyncio.sleep(0.5)
        assert there.state_of(second) == ItemState.LABELLED
        assert {trace: item["status"] for trace, item in queue.items().items()}[first] == "PENDING"


@pytest.mark.slow
async def test_questions_are_followed_and_each_change_is_said_once(tmp_path: Path, make_queue: MakeQueue) -> None:
    queue = make_queue(2)
    async with at_queue(tmp_path / "ana", queue) as there:
        await there.act(SetAnswer("tone", "cold", ""))
        queue.change_schema("tone", input={"categorical": {"options": ["warm", "cold", "rude"]}})
        await there.until_told("tone has new options")
        assert there.desk.state.questions[1].input.options == ("warm", "cold", "rude")  # type: ignore[union-attr]
        queue.change_schema("helpful", instruction="Would you have said it?")
        await there.until_told("helpful has a new instruction")
        queue.delete_schema("tone")
        await there.until_told("tone is not asked any more; answers to it are kept")
        assert [question.name for question in there.desk.state.questions] == ["helpful"]
        await asyncio.sleep(1)
        assert len(there.told) == 3, there.told
        await there.act(YES, Submit())
        await there.delivered()
        said = {each["assessment_name"]: each["feedback"]["value"] for each in queue.said(queue.trace_ids[0])}
        assert said == {"tone": "cold", "helpful": True}


async def test_a_queue_that_is_deleted_and_a_member_who_is_let_go_lose_nothing(
    tmp_path: Path, make_queue: MakeQueue
) -> None:
    queue = make_queue(3, ["ana", "sam"])
    async with at_queue(tmp_path / "ana", queue) as there:
        queue.let_in("sam")
        await there.until_told("ana is no member of “autumn” any more")
        queue.let_in("ana", "sam")
        await there.act(YES, Submit())
        await there.delivered()
        queue.delete()
        await there.until_told("The queue “autumn” is not on the server any more")
        await there.act(YES, Submit())
        await there.delivered()
        await asyncio.sleep(1)
        assert sum("is not on the server any more" in each for each in there.told) == 1
        assert sum("no member" in each for each in there.told) == 1
        assert len(there.desk.state.items) == 3
        assert [len(queue.said(each)) for each in there.desk.state.index_of] == [1, 1, 0]


def test_members_begin_with_items_of_their_own_and_help_others_at_the_far_end() -> None:
    members = ("ana", "Bo ", "cy")
    queue = Queue("rq-1", "1", "autumn", members)
    items = [f"tr-{number:03}" for number in range(300)]
    shares = {member: [each for each in items if owner_of(queue, each) == member] for member in ("ana", "bo", "cy")}
    assert sorted(each for share in shares.values() for each in share) == items
    assert all(70 < len(share) < 130 for share in shares.values())
    for member, share in shares.items():
        order = in_order_for(queue, member.upper(), items)
        assert order[: len(share)] == share
        assert sorted(order) == items
    for owner, share in shares.items():
        helpers = [member for member in shares if member != owner]
        ways = [[each for each in in_order_for(queue, member, items) if each in share] for member in helpers]
        turns = [next(at for at in range(1, len(way)) if way[at] > way[at - 1]) for way in ways]
        begun = [way[:turn] for way, turn in zip(ways, turns, strict=True)]
        assert sorted(begun[0] + begun[1]) == share, "of two who help, each begins with other items than the other"
        assert all(
            way == sorted(way[:turn], reverse=True) + sorted(way[turn:], reverse=True)
            for way, turn in zip(ways, turns, strict=True)
        )
    two = Queue("rq-1", "1", "autumn", ("ana", "cy"))
    own = [each for each in items if owner_of(two, each) == "ana"]
    assert in_order_for(two, "ana", items) == own + [each for each in reversed(items) if each not in own]
    without = Queue("rq-1", "1", "autumn", ("ana", "bo"))
    assert all(owner_of(without, each) == member for member in ("ana", "bo") for each in shares[member])
    assert in_order_for(Queue("rq-1", "1", "autumn"), "ana", items) == items


async def test_two_members_do_different_items_first(tmp_path: Path, make_queue: MakeQueue) -> None:
    queue = make_queue(12, ["ana", "sam"])
    async with at_queue(tmp_path / "ana", queue) as ana, at_queue(tmp_path / "sam", queue, "sam") as sam:
        for _ in range(6):
            await ana.act(YES, Submit())
            await sam.act(YES, Submit())
        assert not {each for each in queue.trace_ids if ana.state_of(each) == sam.state_of(each) == ItemState.LABELLED}
        await ana.delivered()
        await sam.delivered()
        await ana.until(lambda: ana.desk.news.open_items == 0, "everything to be done")
        await sam.until(lambda: sam.desk.news.open_items == 0, "everything to be done")
        assert ana.desk.state.worklist.is_finished
