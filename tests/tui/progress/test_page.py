"""The page of what was done: at the end of a worklist by itself, and at any time."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.worklist import ItemState
from labeler.tui.appearance import ASCII
from labeler.tui.outbox.screen import OutboxScreen
from labeler.tui.progress.screen import ProgressScreen
from labeler.tui.theme import load_theme
from tests.tui.review.asked import MODES, RATING, THUMB, traces
from tests.tui.review.other_desks import Desks
from tests.tui.review.table import Table, open_table
from tests.tui.snapshot import Snapshots

SIZES = [(80, 24), (120, 40), (200, 60)]
END = "Nothing is open any more"


async def page_tells(table: Table, words: str) -> None:
    await table.wait_for(lambda: words in table.screen, words)


async def page_is_told(table: Table) -> None:
    """Wait until the page has counted what there is."""
    await table.wait_for(lambda: "an item (median" in table.screen or "open" in table.screen, "the figures")
    await table.settle()


def is_on_page(table: Table) -> bool:
    return isinstance(table.app.screen, ProgressScreen)


@pytest.mark.slow
async def test_the_last_answer_opens_the_page_with_what_was_done(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB, RATING)) as table:
        await table.press("f", *"look again", "enter", "y", "4", "n", "2", "D", *"no answer", "enter", "y")
        assert not is_on_page(table)
        await table.press("4")
        await table.wait_for(lambda: "3 of 4 labelled · 1 declined · 1 flagged" in table.screen, "the figures")
        assert END in table.screen
        assert "Helpful" in table.screen
        assert "67 %" in table.screen
        assert "2 to 4, median 4" in table.screen
        assert "⚑" in table.screen
        assert "“look again”" in table.screen
        assert "“no answer”" in table.screen
        await table.delivered()
        await table.wait_for(lambda: "answers delivered, nothing waits" in table.screen, "what was delivered")


async def test_keys_that_answer_only_say_so_and_those_that_look_act(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), menu=Desks()) as table:
        await table.press("y", "y")
        before = table.values(0), table.values(1)
        for key in ("n", "1", "-", "s", ".", "e", "escape", "escape", "c", "escape", "f", "escape"):
            await table.press(key)
            assert is_on_page(table), key
        assert (table.values(0), table.values(1)) == before
        await table.press("escape")
        assert "Nothing is open to go to: p looks back, q leaves" in table.screen
        await table.press("j", "o")
        assert "Nothing is open to go to: p looks back, q leaves" in table.screen
        for key, words in (("?", "on an item"), ("O", "outbox"), ("Q", "What is to be reviewed")):
            await table.press(key)
            await page_tells(table, words)
            await table.press("q")
        assert table.app.screen is table.review
        await table.press("enter")
        assert is_on_page(table), "Enter on what is labelled leads back to the page"


async def test_back_shows_the_item_before_and_undo_takes_back_the_last_answer(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("y", "y", "p")
        assert (is_on_page(table), table.position) == (False, 1)
        await table.press("o")
        assert is_on_page(table)
        await table.press("u")
        assert (is_on_page(table), table.position, table.values(1)) == (False, 1, {})
        await table.press("o")
        assert not is_on_page(table)
        assert "No other item is open" in table.said


async def test_an_item_is_opened_from_its_row_and_enter_comes_back_to_the_page(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("y", "f", "enter", "y", "y")
        await table.wait_for(lambda: "flagged 1" in table.screen, "the figures")
        await table.press("j", "enter")
        assert (is_on_page(table), table.position) == (False, 1)
        await table.press("n", "enter")
        assert is_on_page(table)
        assert table.values(1)[THUMB.name] is False


async def test_a_deferred_item_comes_back_once_and_then_stands_on_the_page(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        await table.press("s", "y", "y")
        assert (table.position, is_on_page(table)) == (0, False)
        await table.press("s")
        assert is_on_page(table)
        await table.wait_for(lambda: "deferred 1" in table.screen, "the figures")
        await table.press("o")
        assert is_on_page(table)
        await table.press("j", "enter", "y")
        assert is_on_page(table)
        assert [item.state for item in table.desk.state.items] == [ItemState.LABELLED] * 3


async def test_what_was_deferred_twice_stands_on_the_page_also_after_a_restart(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("s", "s", "y", "y")
        assert table.position == 0
        await table.press("s")
        assert table.position == 1, "the other one comes back"
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("o")
        assert table.position == 1, "and the first does not"
        await table.press("s")
        assert is_on_page(table)
        await table.wait_for(lambda: "deferred 2" in table.screen, "the figures")
        await table.press("u")
        assert (is_on_page(table), table.position) == (False, 1)
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        await table.press("G", "o")
        assert (is_on_page(table), table.position) == (False, 1), "what was taken back comes back"


async def test_new_work_is_told_and_nothing_moves_by_itself(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("y", "y")
        await table.store.import_traces(traces(5))
        table.desk.refresh()
        await table.wait_for(lambda: "3 new · o goes on" in table.screen, "the new traces")
        assert (is_on_page(table), table.position) == (True, 1)
        await table.press("o")
        assert (is_on_page(table), table.position) == (False, 2)


async def test_enter_is_dead_for_half_a_second_and_until_it_was_let_go(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        table.stop_clock()
        await table.press("f", "enter", "y", "y")
        await table.wait_for(lambda: "flagged 1" in table.screen, "the figures")
        table.pressed_after(0.0)
        await table.press("j")
        for _ in range(9):
            table.pressed_after(0.1)
            await table.press("enter")
            assert is_on_page(table), "it is still held down"
            assert "too early: ignored" in table.screen
        table.pressed_after(0.6)
        await table.press("enter")
        assert (is_on_page(table), table.position) == (False, 0)


async def test_a_burst_that_reaches_the_end_changes_nothing_beyond_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.type("ynnn")
        assert is_on_page(table)
        assert table.values(0) == {THUMB.name: True}
        assert "n does nothing here" in table.screen


async def test_the_page_opens_at_any_time_for_this_worklist_and_for_today(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(4), (THUMB,)) as table:
        table.stop_clock()
        await table.press("y", "n", "R")
        await table.wait_for(lambda: "2 of 4 labelled · 2 open" in table.screen, "the figures")
        assert END not in table.screen
        await table.press("R")
        await table.wait_for(lambda: "Today, in every worklist" in table.screen, "today")
        assert "2 labelled" in table.screen
        await table.press("n", "y")
        assert is_on_page(table)
        await table.press("q")
        assert (is_on_page(table), table.position) == (False, 2)
        await table.press("R", "escape")
        assert (is_on_page(table), table.position) == (False, 2)
        table.pressed_after(0.5)
        await table.press("q")
        assert table.app.is_running, "q right after it closed the page"


async def test_the_outbox_over_the_page_leads_to_an_item(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.press("y", "y", "O")
        await table.wait_for(lambda: "2 waiting" in table.screen and "goes" in table.screen, "the outbox")
        assert isinstance(table.app.screen, OutboxScreen)
        await table.press("enter")
        await table.wait_for(lambda: table.app.screen is table.review, "the item")


@pytest.mark.parametrize("keys", [["q"], ["ctrl+c"]])
async def test_the_page_at_the_end_is_left_with_the_program(tmp_path: Path, keys: list[str]) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.press("y")
        await table.press_at_once(*keys)
        await table.wait_for(lambda: not table.app.is_running, "the end")
        assert table.app.interrupted is (keys == ["ctrl+c"])


async def label_all(table: Table) -> None:
    """Label six items, with one flagged, one deferred and one declined among them."""
    await table.press("f", *"look again", "enter", "y", "4", "1", "enter", "n", "2", "-", "s", "y", "5", "-")
    await table.press("D", *"no answer", "enter")
    while not is_on_page(table):
        await table.press(*("s" if table.desk.state.items[table.position].state is ItemState.DEFERRED else "y4\r"[:2]))
        if not is_on_page(table):
            await table.press("-")
    await page_is_told(table)


@pytest.fixture
def same_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every item took 38 seconds."""
    monkeypatch.setattr("labeler.desk.working_time.ActiveTime.spent_ms", lambda self, trace_id: 38_000)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_at_the_end(
    tmp_path: Path, snapshots: Snapshots, size: tuple[int, int], same_pace: None
) -> None:
    async with open_table(tmp_path, traces(7), (THUMB, RATING, MODES), size=size) as table:
        await label_all(table)
        await table.delivered()
        await table.wait_for(lambda: "15 answers delivered, nothing waits" in table.screen, "what was delivered")
        await table.press("j")
        snapshots.check(f"end-{size[0]}x{size[1]}", table.app)


@pytest.mark.slow
async def test_the_page_in_ascii(tmp_path: Path, snapshots: Snapshots, same_pace: None) -> None:
    async with open_table(tmp_path, traces(7), (THUMB, RATING, MODES), signs=ASCII) as table:
        await label_all(table)
        await table.delivered()
        await table.wait_for(lambda: "15 answers delivered, nothing waits" in table.screen, "what was delivered")
        snapshots.check("end-ascii", table.app)
        assert table.screen.isascii()


@pytest.mark.parametrize("theme", ["harbour-light", "high-contrast", "night-watch"])
async def test_the_page_wears_the_theme_in_force(tmp_path: Path, theme: str) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await table.command(f"theme {theme}")
        await table.press("y")
        await table.wait_for(lambda: "█" in table.screen, "the bars")
        style = load_theme(theme).palette.style("chrome")
        strips = table.app.screen._compositor.render_strips()
        for strip in strips:
            for segment in strip:
                if "█" in segment.text and segment.style is not None:
                    assert not segment.style.reverse
                    assert segment.style.color != style.bgcolor, "a bar that has the colour of what is behind it"
        assert any("█" in segment.text for strip in strips for segment in strip)
        assert strips[-1]._segments[0].style is not None
        assert strips[-1]._segments[0].style.bgcolor == style.bgcolor
