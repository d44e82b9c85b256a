"""Moving through the worklist, putting items off, and taking things back."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.worklist import ItemState
from labeler.review.state import Rules
from labeler.tui.action_table import ACTIONS, Context
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import Table, open_table


def states(table: Table) -> list[ItemState]:
    return [item.state for item in table.desk.state.items]


async def test_neighbours_first_last_and_any_number(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        for keys, position in (("jj", 2), ("k", 1), ("G", 5), ("g", 0), (":4", 3), (":$", 5)):
            await table.press_at_once(*keys)
            if ":" in keys:
                await table.press("enter")
            assert table.position == position, keys
            assert f"item {position + 1}/6" in table.line("status")
        await table.press("j")
        assert "last item" in table.said
        await table.press("g", "k")
        assert "first item" in table.said
        for number in ("0", "7", "99999999999999999999"):
            await table.command(number)
            assert table.position == 0
            assert table.said[:8] in ("There ar", "There is")


async def test_back_and_forward_follow_where_i_was(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await table.press("G", "g", "y", "p")
        assert table.position == 0
        await table.press("p")
        assert table.position == 5
        await table.press("p", "p")
        assert "nowhere before" in table.said
        await table.press("P", "P", "P")
        assert table.position == 1


async def test_o_goes_to_the_next_item_that_is_not_labelled(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("j", "y", "k", "o")
        assert table.position == 2
        await table.press("G", "o")
        assert table.position == 0


async def test_deferred_items_come_back_at_the_end(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("s")
        assert table.position == 1
        assert "comes back at the end" in table.said
        await table.press("y", "y")
        assert table.position == 0
        await table.press("y")
        assert states(table) == [ItemState.LABELLED] * 3
        assert "Nothing is open any more" in table.screen


async def test_a_decline_says_whose_queue_it_is_for(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), rules=Rules(for_queue=True)) as table:
        await table.press("D")
        assert "the whole queue" in table.screen
        await table.press("escape")
        assert states(table)[0] is ItemState.OPEN


async def test_undo_takes_back_step_by_step_and_redo_brings_it_again(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("y", "n", "s", "u")
        assert (table.position, states(table)[2]) == (2, ItemState.OPEN)
        assert "took back deferred" in table.line("panel")
        await table.press("u")
        assert (table.position, table.values(1), states(table)[1]) == (1, {}, ItemState.OPEN)
        assert "took back Not helpful" in table.line("panel")
        await table.press("u")
        assert (table.position, table.values(0)) == (0, {})
        await table.press("u")
        assert "Nothing to undo" in table.said
        await table.press("U", "U")
        assert table.values(1) == {"user_satisfaction": False}
        assert "again Not helpful" in table.line("panel")
        await table.press("U", "U")
        assert states(table)[2] is ItemState.DEFERRED
        assert "Nothing to redo" in table.said


async def test_undo_and_redo_go_on_after_the_table_was_left(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        await table.press("y", "4", "n", "2", "u")
        assert table.values(1) == {"user_satisfaction": False}
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        assert table.position == 1
        await table.press("U")
        assert table.values(1) == {"user_satisfaction": False, "quality_rating": 2}
        await table.press("u", "u", "u")
        assert (table.position, table.values(0)) == (0, {"user_satisfaction": True})
        assert states(table)[:2] == [ItemState.OPEN] * 2
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        await table.press("u", "U", "U")
        assert table.values(0) == {"user_satisfaction": True, "quality_rating": 4}
        assert states(table)[:2] == [ItemState.LABELLED, ItemState.OPEN]


async def test_the_review_goes_on_where_it_was_left(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB, RATING)) as table:
        await table.press("G", "k", "y")
    async with open_table(tmp_path, traces(5), (THUMB, RATING)) as table:
        assert table.position == 3
        assert "filled in: user_satisfaction Helpful, yours of " in table.line("header")
        await table.press("tab")
        assert "› quality_rating" in table.line("panel")
        assert "[y Helpful]" in table.line("panel")
        assert "›" in table.screen.splitlines()[5]


async def test_editing_a_submitted_item_says_so_and_enter_goes_back_to_work(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        await table.press("y", "4", "y", "p", "n")
        assert table.position == 0
        changed = "user_satisfaction Helpful → Not helpful"
        assert table.said == f"changed: {changed} · goes out when you leave this item · u takes it back"
        assert table.line("panel").startswith(f" last  {changed}   ")
        assert table.values(0) == {"user_satisfaction": False, "quality_rating": 4}
        await table.press("enter")
        assert table.position == 1
        assert table.values(1) == {"user_satisfaction": True}
        await table.press("p", "u")
        assert table.values(0) == {"user_satisfaction": True, "quality_rating": 4}


async def test_a_click_on_a_row_goes_there(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.pilot.click("#worklist", offset=(10, 2))
        await table.trace_is_here()
        assert table.position == 2
        await table.press("p")
        assert table.position == 0
        await table.pilot.click("#worklist", offset=(10, 20))
        assert table.position == 0


async def test_new_traces_come_to_the_end_and_move_nothing(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("j")
        shown = table.review.views.conversation.line_range()
        await table.store.import_traces(traces(4))
        await table.command("refresh")
        await table.wait_for(lambda: "item 2/4" in table.line("status"), "the new traces")
        assert (table.position, table.review.views.conversation.line_range()) == (1, shown)
        await table.press("y")
        assert table.position == 2


@pytest.mark.slow
async def test_an_empty_worklist_takes_any_key_and_what_comes(tmp_path: Path) -> None:
    async with open_table(tmp_path, [], (THUMB,)) as table:
        assert "The worklist is empty" in table.screen
        for action in ACTIONS:
            if action.context is Context.REVIEW and action.id != "app.quit":
                await table.press_at_once(*action.keys, "escape")
        await table.store.import_traces(traces(2))
        await table.command("refresh")
        await table.wait_for(lambda: table.desk.state.items, "the new traces")
        await table.trace_is_here()
        assert "The worklist is empty" not in table.screen
        await table.press("y")
        assert table.position == 1


async def test_the_last_answer_of_a_review_says_that_it_was_the_last(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.press("y")
        assert "Nothing is open any more" in table.screen
        assert states(table) == [ItemState.LABELLED]
