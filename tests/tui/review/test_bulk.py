"""Selecting and answering together, at the keys: what is shown, what is asked once, how few keys it takes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from labeler.domain.worklist import ItemState
from labeler.review.action import Action, ActionContext, Bulk
from labeler.review.decision import Decision, Refusal
from labeler.review.state import Rules
from labeler.tui.appearance import ASCII, UNICODE, Signs
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, REMARK, SCORE, THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table


def values(table: Table) -> list[dict[str, object]]:
    return [table.values(index) for index in range(len(table.desk.state.items))]


def rows(table: Table) -> str:
    """The first cells of the rows of the worklist."""
    return "\n".join(line[:4] for line in table.screen.splitlines()[2:12])


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
async def test_selected_rows_are_marked_and_counted_until_they_are_dropped(tmp_path: Path, signs: Signs) -> None:
    async with open_table(tmp_path, traces(8), (THUMB, RATING), signs=signs) as table:
        await table.press("v", "j", "j", "V")
        assert rows(table).count(signs.selected) == 4
        assert "4 selected" in table.line("status")
        assert "escape drop selection" in table.line("key-line")
        await table.press("g", "v")
        assert rows(table).count(signs.selected) == 3
        assert "item 1 is not selected any more" in table.said
        await table.press("escape")
        assert signs.selected not in rows(table)
        assert "selected" not in table.line("status")


async def test_one_question_is_asked_and_one_key_takes_all_of_it_back_also_after_a_restart(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await table.press("y", "*", "enter")
        assert "5 selected" in table.line("status")
        await table.press("n")
        assert table.said == "all 5?  Enter yes · Esc no"
        assert "user_satisfaction: Not helpful · 5 selected" in table.line("panel")
        assert "none with an answer of yours" in table.line("panel")
        assert values(table)[1:] == [{}] * 5
        await table.press("n", "y", "tab")
        assert table.review.confirm.is_open, "letters and a switch between one way answer nothing"
        await table.press("enter")
        assert values(table) == [{"user_satisfaction": True}, *[{"user_satisfaction": False}] * 5]
        assert "5 done together · 5 submitted" in table.said
        assert "5 selected" in table.line("status")
        assert "Not helpful on 5 items" in table.line("panel")
        assert {item.state for item in table.desk.state.items} == {ItemState.LABELLED}
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await table.press("u")
        assert values(table) == [{"user_satisfaction": True}, *[{}] * 5]
        assert "took back Not helpful on 5 items" in table.line("panel")
        await table.press("U")
        assert values(table)[5] == {"user_satisfaction": False}


async def test_those_with_an_answer_are_left_alone_unless_tab_says_all(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB, RATING)) as table:
        await table.press("y", "g", "v", "G", "V", "shift+tab", "n")
        assert "only the 4 without an answer?" in table.said
        assert "Tab all 5" in table.said
        assert "1 of 5 with an answer of yours" in table.line("panel")
        await table.press("tab")
        assert "all 5?" in table.said
        assert "Tab only those 4" in table.said
        await table.press("tab", "enter")
        assert [each["user_satisfaction"] for each in values(table)] == [True, False, False, False, False]
        await table.press("4", "enter")
        assert [each["quality_rating"] for each in values(table)] == [4] * 5
        assert table.desk.state.labelled == 5


async def test_escape_does_nothing_to_them_and_keeps_the_selection(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        await table.press("v", "v", "n", "escape")
        assert values(table) == [{}] * 4
        assert "2 selected" in table.line("status")
        for key in ("backspace", ".", "=", "enter", "C", "c"):
            await table.press("j", key)
            assert "2 selected · Esc drops the selection" in table.said, key
        assert values(table) == [{}] * 4


async def test_what_is_typed_for_all_says_so_and_is_asked_about_when_enter_ends_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (SCORE, MODES, THUMB, REMARK)) as table:
        await table.press("v", "v", "v", "8")
        assert "score for 3 selected (0 to 100):" in table.screen
        await table.type(["5", "enter"])
        await table.settle()
        assert "score: 85 · 3 selected" in table.line("panel")
        await table.press("enter", "3", "1")
        assert "failure_modes: wrong, unsafe · for 3 selected" in table.said
        await table.press("enter")
        assert "failure_modes: wrong, unsafe · 3 selected" in table.line("panel")
        await table.press("enter", "N")
        assert "thumbs down on user_satisfaction for 3 selected, with a comment" in table.screen
        await table.type([*"timeout", "enter"])
        await table.press("enter", "e")
        await table.type([*"see log", "enter"])
        await table.press("enter", "f")
        await table.type([*"ask Sam", "enter"])
        await table.press("enter")
        wanted = {"score": 85, "failure_modes": ["wrong", "unsafe"], "user_satisfaction": False, "remark": "see log"}
        assert values(table)[:3] == [wanted | {"labeler.flag": True}] * 3
        assert table.comment(2, "user_satisfaction") == "timeout"
        assert table.comment(2, "labeler.flag") == "ask Sam"
        await table.press(*"uuuuu")
        assert values(table) == [{}] * 4


async def test_drafts_that_would_be_left_behind_are_told_in_the_question(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, REMARK), size=(80, 24)) as table:
        await table.press("e")
        await table.type(["h", "a", "l", "f", "escape"])
        await table.press("j", "e")
        await table.type(["h", "a", "l", "f", "escape"])
        await table.press("g", "v", "v", "v", "n")
        assert "2 drafts would be left behind" in " ".join(table.line("panel").split())
        await table.press("enter")
        kept = [table.desk.drafts.has_any(item.trace_id) for item in table.desk.state.items]
        assert kept == [True, True, False, False]


async def test_a_text_for_all_that_is_left_stays_a_draft_and_no_draft_of_the_item_in_view(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("c")
        await table.type([*"for one", "escape"])
        await table.press("v", "g", "N")
        assert "for one" not in table.screen
        await table.type([*"for all", "escape"])
        await table.press("N")
        assert "for all" in table.screen
        await table.type(["escape"])
        await table.press("escape", "c")
        assert "for one" in table.screen


async def test_nothing_is_selected_within_a_search_and_escape_leaves_the_innermost_first(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("v", "/")
        await table.type([*"the", "enter"])
        await table.press("v", "n")
        assert '1 selected · Esc   search "the" ' in table.line("status"), "what goes next"
        assert table.said.endswith("escape drops the selection, then ends the search")
        await table.press("escape")
        assert "selected" not in table.line("status")
        assert "search" in table.line("status")
        assert table.said.endswith("escape ends the search")
        await table.press("escape", "v", "t", "escape")
        assert "1 selected" in table.line("status")
        await table.press("escape")
        assert "selected" not in table.line("status")


async def test_what_cannot_be_read_here_is_counted_and_left_out(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(5), (THUMB,)) as table:
        absent = {table.desk.state.items[index].trace_id for index in (1, 2)}
        await table.press("v", "G", "V")
        await table.everything_is_here()
        table.desk.state.worklist.set_absent(absent)
        await table.press("n")
        assert "left out: 2 not downloaded" in " ".join(table.line("panel").split())
        await table.press("enter")
        assert "3 done together" in table.said
        assert "left out" not in table.said, "those were never asked about"
        assert [bool(each) for each in values(table)] == [True, False, False, True, True]


async def test_no_more_than_bulk_max_are_taken_at_once(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,), rules=Rules(bulk_max=4)) as table:
        await table.press("*", "enter")
        assert "4 selected" in table.line("status")
        assert "2 beyond the 4 that are taken at once" in table.said


@pytest.mark.slow
async def test_sixty_equal_failures_take_eight_keys_at_most_together_and_sixty_one_by_one(tmp_path: Path) -> None:
    same = [raw for raw in traces(73) if not any(each.source.id == REVIEWER for each in raw.summary.assessments)][:60]
    async with open_table(tmp_path, same, (THUMB, CHOICE)) as table:
        keys = ["v", "G", "V", "n", "enter", "3", "enter"]
        await table.press(*keys)
        assert len(keys) <= 8
        assert values(table) == [{"user_satisfaction": False, "tone": "rude"}] * 60
        assert table.desk.state.labelled == 60
        await table.press("u", "u", "escape", "g", "n", "3")
        await table.press(*"." * 58)
        assert 2 + 58 <= 60
        assert table.desk.state.labelled == 59


async def test_answers_to_hundreds_are_written_beside_the_keys(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, EXPECTED)) as table:
        steps = table.desk.steps
        items_of, take, going_on = steps.items_of, steps.take, asyncio.Event()

        async def held_up(action: Action, stamp: ActionContext) -> Decision | Refusal:
            steps.total = 600
            async with asyncio.timeout(20):
                await going_on.wait()
            return await take(action, stamp)

        await table.press("v", "v", "n")
        steps.items_of = lambda action: 600 if isinstance(action, Bulk) else items_of(action)  # type: ignore[method-assign]
        steps.take = held_up  # type: ignore[method-assign]
        await table.press_at_once("enter")
        await table.wait_for(lambda: steps.total, "the step")
        await table.press_at_once("g", "j")
        assert table.position == 1
        await table.wait_for(lambda: "writing 0 of 600" in table.line("status"), "being told how far it is")
        await table.press_at_once("u")
        assert "0 of 600 items are written" in table.said
        going_on.set()
        await table.wait_for(lambda: table.values(1), "the answers")
        assert values(table)[:2] == [{"user_satisfaction": False}] * 2
