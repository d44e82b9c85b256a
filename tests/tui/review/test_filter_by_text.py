"""Filtering the worklist by a text: rows that follow while it is typed, whole traces searched, nobody moved later."""

from __future__ import annotations

from pathlib import Path

from labeler.reading.read import read_document
from labeler.tui.review.worklist import WorklistView
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.filter_menu import flag, rows
from tests.tui.review.screen_sitting import is_search
from tests.tui.review.table import Table, open_table


async def filter_by(table: Table, text: str) -> None:
    """Filter by a text, and wait until everything that is here is searched."""
    await table.press("F", "/")
    await table.type(text)
    await table.press("enter")
    await searched(table)


async def searched(table: Table) -> None:
    await table.wait_for(
        lambda: not [each for each in table.app.workers if is_search(each) and each.is_running], "the search"
    )
    await table.settle()


async def test_a_text_is_found_in_whole_traces_and_the_count_says_how_many_those_are(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(12), (THUMB,)) as table:
        await table.everything_is_here()
        documents = [read_document(raw) for raw in traces(12)]
        word = "chart datum"
        answered = {
            raw.summary.id
            for raw, document in zip(traces(12), documents, strict=True)
            if word in "".join(block.text for block in document.blocks if block.role in ("user", "assistant"))
        }
        assert answered
        assert not any(word in item.title for item in table.desk.state.items), "the title alone would not tell"
        await filter_by(table, "Chart DATUM")
        items = table.desk.state.items
        assert {items[index].trace_id for index in table.desk.state.worklist.shown or ()} == answered
        assert table.said.startswith(f"{len(answered)} with “Chart DATUM” · 12 traces searched whole")
        assert f"filter “Chart DATUM” {len(answered)} of 12" in table.line("status")
        assert items[table.position].trace_id in answered, "Enter goes to what is found"


async def test_a_comment_of_mine_and_a_name_are_searched_too(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(6), (THUMB,)) as table:
        await flag(table, 4, "zeppelin over the quay")
        await table.command("1")
        await filter_by(table, "zeppelin")
        assert (table.position, rows(table)) == (3, 1)
        name = table.desk.intake.facts.of(table.desk.state.items[0].trace_id).name
        await filter_by(table, name)
        assert 0 in (table.desk.state.worklist.shown or ())


async def test_rows_follow_a_text_while_it_is_typed_and_esc_restores_them(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(12), (THUMB,)) as table:
        await flag(table, 3, "zeppelin over the quay")
        await flag(table, 8, "zeppelin again")
        await table.command("5")
        await table.press("F", "f")
        before = table.position
        await table.press("F", "/")
        counts = []
        for letters in ("z", "eppelin o", "ver"):
            await table.type(letters)
            counts.append(rows(table))
        assert counts[0] >= counts[1] == counts[2] == 1
        assert "filter “zeppelin over” 1 of 12" in table.line("status")
        assert table.position == before, "the review stays where it is"
        await table.type(["backspace"] * 5)
        assert rows(table) == 2
        await table.press("escape")
        assert "filter flagged 2 of 12" in table.line("status")
        assert (rows(table), table.position) == (2, before)
        await table.press("j", "k")
        assert table.position in (2, 7)


async def test_while_a_text_is_typed_whole_traces_are_searched_too_and_enter_goes_to_a_single_hit(
    tmp_path: Path,
) -> None:
    async with open_table(tmp_path, traces(12), (THUMB,)) as table:
        await table.everything_is_here()
        assert not any("chart datu" in item.title for item in table.desk.state.items)
        await table.press("F", "/")
        await table.type("chart datu")
        await table.wait_for(lambda: rows(table) >= 1, "the row of the trace it stands in")
        found = table.review._rows.position_of(0)
        await table.type(["m", "enter"])
        await searched(table)
        assert table.position == found
        assert not table.review.is_asking


async def test_a_click_while_a_text_is_typed_goes_to_the_row_that_was_seen(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(8), (THUMB,)) as table:
        await flag(table, 7, "zeppelin")
        await table.command("1")
        await table.press("F", "/")
        await table.type("zeppelin")
        await table.pilot.click(WorklistView, offset=(5, 0))
        await table.settle()
        assert (table.position, rows(table), table.review.is_asking) == (6, 8, False)


async def test_what_is_found_later_moves_nobody_who_has_gone_on(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(12), (THUMB,)) as table:
        await table.everything_is_here()
        await table.press("F", "/")
        await table.type([*"chart datum", "enter", "down"])
        await searched(table)
        assert table.position == 0
        assert rows(table) >= 1


async def test_a_text_that_is_nowhere_says_so_and_how_to_leave(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await filter_by(table, "no such words")
        assert table.said.startswith("0 with “no such words”")
        assert table.said.endswith("F a shows all 4")
        await table.press("F", "/", "escape", "F", "a")
        assert rows(table) == 4
