from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from labeler.tui.appearance import ASCII, UNICODE
from labeler.tui.review.worklist import RowPicked, WorklistView
from labeler.tui.review.worklist_rows import WorklistRowView
from tests.tui.snapshot import Snapshots, screen_text

TITLES = (
    "Is the ferry to Skarv running?",
    "How do I report a drifting buoy?",
    "潮汐表显示的水位是哪一天的水位",
    "[red]x[/]",
    "short",
)
STATES = ("open", "partly", "labelled", "deferred", "declined", "missing", "refused")


class Rows:
    """A worklist that counts what is asked of it."""

    def __init__(self, count: int) -> None:
        self.row_count = count
        self.asked: list[int] = []
        self.changed: dict[int, WorklistRowView] = {}

    def row(self, index: int) -> WorklistRowView:
        self.asked.append(index)
        state = STATES[index % len(STATES)]
        second = (UNICODE.flag, "sign.flag") if index % 5 == 3 else (" ", "row")
        row = WorklistRowView(getattr(UNICODE, state), f"sign.{state}", *second, f"{index} {TITLES[index % 5]}")
        return self.changed.get(index, row)


class Listing(App[None]):
    CSS = "WorklistView { width: 30; }"

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.worklist = WorklistView(rows)
        self.picked: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.worklist

    def on_row_picked(self, message: RowPicked) -> None:
        self.picked.append(message.index)


@asynccontextmanager
async def listing(count: int, height: int = 12) -> AsyncIterator[tuple[Listing, Rows, Pilot[None]]]:
    rows = Rows(count)
    app = Listing(rows)
    async with app.run_test(size=(30, height)) as pilot:
        await pilot.pause()
        rows.asked.clear()
        yield app, rows, pilot


def shown(app: Listing) -> list[str]:
    return screen_text(app).rstrip("\n").split("\n")


async def test_rows_show_cursor_signs_and_titles_cut_to_the_width(snapshots: Snapshots) -> None:
    async with listing(40) as (app, _, pilot):
        app.worklist.move_cursor(1)
        await pilot.pause()
        snapshots.check("worklist", app)
        assert all(strip.cell_length == 30 for strip in app.screen._compositor.render_strips())


async def test_of_a_hundred_thousand_rows_only_those_in_view_are_asked_for() -> None:
    async with listing(100_000) as (app, rows, pilot):
        app.worklist.move_cursor(99_999)
        await pilot.pause()
        assert shown(app)[-1].startswith("›")
        assert set(rows.asked) == set(range(99_988, 100_000))


async def test_moving_within_the_view_repaints_two_rows() -> None:
    async with listing(1000) as (app, rows, pilot):
        app.worklist.move_cursor(5)
        await pilot.pause()
        assert set(rows.asked) == {0, 5}


async def test_a_changed_row_is_the_only_one_repainted_and_one_out_of_view_none() -> None:
    async with listing(1000) as (app, rows, pilot):
        rows.changed[4] = WorklistRowView("✓", "sign.labelled", " ", "row", "done", dim=True)
        app.worklist.row_changed(4)
        app.worklist.row_changed(700)
        await pilot.pause()
        assert set(rows.asked) == {4}
        assert shown(app)[4] == "  ✓        done"


async def test_the_cursor_comes_to_the_middle_where_it_would_come_close_to_an_edge_but_at_the_ends() -> None:
    async with listing(1000) as (app, _, pilot):
        tops = []
        for index in (8, 9, 20, 17, 14, 999, 0):
            app.worklist.move_cursor(index)
            await pilot.pause()
            tops.append((app.worklist.scroll_offset.y, app.worklist.cursor))
        assert tops == [(0, 8), (3, 9), (14, 20), (14, 17), (8, 14), (988, 999), (0, 0)]


@pytest.mark.slow
async def test_going_down_row_by_row_paints_the_whole_list_once_in_half_a_page() -> None:
    async with listing(1000, height=40) as (app, rows, pilot):
        painted = []
        for index in range(1, 200):
            rows.asked.clear()
            app.worklist.move_cursor(index)
            await pilot.pause()
            painted.append(len(set(rows.asked)))
        assert set(painted) <= {2, 40}
        assert painted.count(40) <= 200 // (40 // 2 - 4)


async def test_rows_that_are_added_and_taken_away_move_nothing_else() -> None:
    async with listing(20) as (app, rows, pilot):
        app.worklist.move_cursor(10)
        await pilot.pause()
        before = shown(app)
        rows.row_count = 500
        app.worklist.rows_changed()
        await pilot.pause()
        assert shown(app) == before
        rows.row_count = 3
        app.worklist.rows_changed()
        await pilot.pause()
        assert app.worklist.cursor == 2
        assert len(shown(app)) == 3


async def test_a_click_picks_a_row_and_moves_nothing_by_itself() -> None:
    async with listing(1000) as (app, _, pilot):
        app.worklist.move_cursor(500)
        await pilot.pause()
        await pilot.click(WorklistView, offset=(6, 2))
        assert app.picked == [app.worklist.scroll_offset.y + 2]
        assert app.worklist.cursor == 500


async def test_an_empty_worklist_and_ascii_signs_are_shown_too() -> None:
    async with listing(0) as (app, _, pilot):
        app.worklist.move_cursor(3)
        await pilot.pause()
        assert screen_text(app).strip() == ""

    rows = Rows(3)
    rows.changed = {n: WorklistRowView(ASCII.open, "sign.open", " ", "row", "buoy " * 20) for n in range(3)}
    app = Listing(rows)
    app.worklist = WorklistView(rows, signs=ASCII)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.pause()
        assert shown(app)[0] == "> .        buoy buoy buoy..."
