"""What the screen shows of a queue that others work on too, and of questions that change. Nothing else moves."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from labeler.domain.question import Categorical
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.review.state import Blindness, Rules
from tests.tui.review.asked import MODES, THUMB, traces
from tests.tui.review.table import Table, open_table

QUEUE = Rules(for_queue=True)


async def finish(table: Table, number: int, by: str, state: QueueItemState = QueueItemState.COMPLETE) -> None:
    """Have somebody finish the item that stands there as `number`, and a reading bring that."""
    trace_id = table.desk.state.items[number - 1].trace_id
    await table.desk.news.learn_items([QueueItem("rq-1", trace_id, state, by)], time.time_ns() // 1_000_000)
    await table.settle()


def row(table: Table, number: int) -> str:
    """A row of the worklist, as it is on the screen at 120x40."""
    return table.screen.splitlines()[1 + number][:30].rstrip()


async def test_items_of_others_carry_their_name_and_the_one_in_view_says_where_to_go_on(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,), rules=QUEUE, keys={"item.next_open": ["K"]}) as table:
        before = [row(table, number) for number in range(1, 5)]
        await finish(table, 2, "sam@x.io")
        assert row(table, 2).startswith("  »")
        assert " sam · " in row(table, 2)
        assert [row(table, number) for number in (1, 3, 4)] == [before[0], *before[2:]]
        assert "item 1/4" in table.line("status")
        await finish(table, 1, "olu")
        assert table.said.startswith("olu completed this · K goes on")
        assert "olu completed this" in table.line("status")
        assert table.position == 0
        await table.press("enter")
        assert table.said.startswith("olu completed this · K goes on")
        await table.press("K")
        assert table.position == 2
        assert "completed this" not in table.line("status")
        await table.press("y")
        assert table.position == 3
        await table.press("p", "p", "y")
        assert table.said.startswith("your answer besides olu's")


async def test_a_blind_review_names_nobody(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), rules=replace(QUEUE, blind=Blindness.UNTIL_SHOWN)) as table:
        await finish(table, 1, "sam@x.io")
        await finish(table, 2, "sam@x.io", QueueItemState.DECLINED)
        assert "another reviewer completed this" in table.said
        assert "sam" not in table.screen


async def test_items_taken_out_of_the_queue_stay_in_their_rows(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,), rules=QUEUE) as table:
        await table.desk.news.end_listing([item.trace_id for item in table.desk.state.items[1:]])
        await table.settle()
        assert row(table, 1).startswith("› ·")
        assert " taken out · " in row(table, 1)
        assert table.said.startswith("this was taken out of the queue · o goes on")


async def test_at_the_end_what_others_did_is_not_called_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB,), rules=QUEUE) as table:
        await table.desk.news.end_listing([item.trace_id for item in table.desk.state.items[:4]])
        await finish(table, 3, "sam@x.io")
        await finish(table, 4, "sam@x.io", QueueItemState.DECLINED)
        await table.press("R")
        await table.wait_for(
            lambda: "0 of 5 labelled · 2 open · 2 done by others · 1 taken out" in table.screen, "figures"
        )
        await table.press("escape", "y", "y")
        await table.wait_for(lambda: "Nothing is open any more." in table.screen, "the page at the end")
        await table.wait_for(lambda: "2 of 5 labelled · 2 done by others · 1 taken out" in table.screen, "the figures")


async def test_a_question_that_changes_is_said_and_painted_and_no_key_meant_for_the_old_one_answers(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, MODES), rules=QUEUE, guard_ms=150) as table:
        table.pressed_after(2)
        await table.press("tab")
        assert isinstance(MODES.input, Categorical)
        changed = replace(MODES, input=replace(MODES.input, options=("late", *MODES.input.options)))
        await table.desk.news.ask((THUMB, changed))
        table.pressed_after(0)
        await table.press_at_once("1")
        assert table.values(0) == {}
        assert "too early" in table.said
        await table.desk.news.ask((THUMB, MODES))
        await table.desk.news.ask((THUMB, changed))
        await table.settle()
        assert table.said.startswith(f"{MODES.name} has new options")
        assert "1 late" in table.line("panel")
        assert f"› {MODES.name}" in table.line("panel")
        await table.press("1")
        assert table.values(0) == {MODES.name: ["late"]}
        await table.desk.news.ask((THUMB,))
        await table.settle()
        assert table.said.startswith(f"{MODES.name} is not asked any more")
        assert MODES.name not in table.line("panel").splitlines()[-1]
        await table.desk.news.ask(())
        assert table.desk.state.questions == (THUMB,)


async def test_a_field_that_is_open_for_a_question_that_goes_keeps_what_was_typed(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, MODES), rules=QUEUE) as table:
        await table.press("Y")
        await table.type("because")
        await table.desk.news.ask((MODES,))
        await table.settle()
        await table.press("enter")
        assert "is not asked any more" in table.said
        assert table.values(0) == {}


async def test_offline_the_metadata_say_since_when_they_are_known(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("m")
        assert "known since" not in table.screen
    async with open_table(tmp_path, traces(2), (THUMB,), online=False) as table:
        await table.press("m")
        assert "known since" in table.screen


async def test_refresh_says_what_it_found(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.store.import_traces(traces(5))
        await table.command("refresh")
        await table.wait_for(lambda: "2 new" in table.said, "what was found")
        await table.press("j")
        await table.command("refresh")
        await table.wait_for(lambda: "nothing has changed" in table.said, "that there is nothing new")


async def test_going_back_to_a_submitted_item_sends_nothing_and_says_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("y", "y", "p", "enter")
        assert "submitted" not in table.said
        assert table.position == 2
        await table.press("p", "n", "enter")
        assert table.said == "submitted"
