import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from textual import events

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.appearance import ASCII
from labeler.tui.document import DocumentView, ViewPosition
from labeler.tui.theme import load_theme
from tests.tui.document.documents import conversation, one_text
from tests.tui.document.reader import Reader, reading, wrapped
from tests.tui.document.strategies import documents
from tests.tui.snapshot import screen_text


def wheel(turn: type[events.MouseEvent], view: DocumentView) -> events.MouseEvent:
    return turn(view, x=5, y=5, delta_x=0, delta_y=0, button=0, shift=False, meta=False, ctrl=False)


def numbered(count: int) -> Document:
    text = "\n".join(f"line {n}" for n in range(1, count + 1))
    return Document("tr-1", "", "", (Block(BlockKind.CODE, text),), None, None)


async def test_a_document_asked_for_before_the_view_has_a_size_is_shown_once_it_has_one() -> None:
    class Early(Reader):
        def on_mount(self) -> None:
            self.view.show(numbered(3), position=ViewPosition())

    app = Early()
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.pause()
        assert [row.strip() for row in app.rows[:3]] == ["line 1", "line 2", "line 3"]


async def test_it_tells_which_rows_are_in_view_whenever_they_change() -> None:
    async with reading(numbered(100)) as (app, pilot):
        assert app.view.line_range() == (1, 20, 100)
        app.view.scroll_line(1)
        app.view.scroll_page(1)
        app.view.go_end()
        await pilot.pause()
        assert app.view.line_range() == (81, 100, 100)
        assert app.ranges[0] == (1, 20, 100)
        assert app.ranges[-1] == (81, 100, 100)
        app.view.go_end()
        await pilot.pause()
        assert app.ranges.count((81, 100, 100)) == 1


async def test_a_page_keeps_two_rows_of_what_was_in_view() -> None:
    async with reading(numbered(100)) as (app, pilot):
        app.view.scroll_page(1)
        await pilot.pause()
        assert app.rows[0].split()[:2] == ["line", "19"]


async def test_the_mouse_wheel_scrolls_and_stops_at_the_ends() -> None:
    async with reading(numbered(30)) as (app, pilot):
        for _ in range(20):
            app.view.post_message(wheel(events.MouseScrollDown, app.view))
        await pilot.pause()
        assert app.view.line_range() == (11, 30, 30)
        for _ in range(3):
            app.view.post_message(wheel(events.MouseScrollUp, app.view))
        await pilot.pause()
        assert 1 < app.view.line_range()[0] < 11


async def test_text_dragged_over_with_the_mouse_is_selected_unwrapped() -> None:
    text = (
        "The tide turns at noon, and the ferry leaves half an hour after it, unless the harbour says otherwise.\nEnd."
    )
    async with reading(Document("tr-1", "", "", (Block(BlockKind.PROSE, text),), None, None), 40) as (app, pilot):
        await pilot.mouse_down(app.view, offset=(7, 0))
        await pilot.hover(app.view, offset=(6, 3))
        await pilot.mouse_up(app.view, offset=(6, 3))
        await pilot.pause()
        selected = app.screen.get_selected_text() or ""
        assert selected == text[4 : 4 + len(selected)]
        assert len(selected) > 60


async def test_a_document_prepared_in_a_thread_looks_the_same_as_one_that_was_not() -> None:
    document = conversation(30_000)
    async with reading(document) as (app, pilot):
        fresh = app.rows
        again = replace(document)
        await asyncio.to_thread(app.view.prepare, again)
        app.view.show(numbered(3))
        app.view.show(again)
        assert not app.view.is_measuring
        await wrapped(app, pilot)
        assert app.rows == fresh


async def test_a_document_shown_while_another_is_still_being_wrapped_replaces_it_for_good() -> None:
    async with reading(numbered(3)) as (app, pilot):
        app.view.show(one_text(1_000_000))
        app.view.show(numbered(5))
        await asyncio.sleep(0.1)
        await wrapped(app, pilot)
        assert app.view.line_range() == (1, 5, 5)


async def test_positions_and_folds_come_back_with_the_item() -> None:
    document = conversation(20_000)
    async with reading(document) as (app, pilot):
        app.view.go_home()
        app.view.scroll_line(7)
        app.view.toggle_fold()
        await pilot.pause()
        rows, position = app.rows, app.view.position()
        app.view.show(numbered(50))
        await pilot.pause()
        app.view.show(document, position=position)
        await wrapped(app, pilot)
        assert app.rows == rows
        assert app.view.position() == position


async def test_a_change_of_size_keeps_the_text_at_the_top_and_the_search() -> None:
    async with reading(conversation(20_000), 100) as (app, pilot):
        count = app.view.search("saturday")
        app.view.next_match()
        app.view.scroll_line(3)
        top = app.view.position().block
        await pilot.resize_terminal(60, 15)
        await wrapped(app, pilot)
        assert app.view.position().block == top
        assert app.view.match_place() == (app.view.match_place()[0], count)


async def test_matches_are_painted_and_unpainted_with_the_search() -> None:
    async with reading(numbered(30)) as (app, pilot):
        current = app.loaded.palette.style("text", "code", "search.current")

        def painted() -> list[str]:
            strips = app.screen._compositor.render_strips()
            return [s.text for strip in strips for s in strip if s.style and s.style.bgcolor == current.bgcolor]

        assert app.view.search("line 3") == 2
        await pilot.pause()
        assert painted() == ["line 3"]
        assert app.view.next_match() == (2, 2)
        assert app.view.previous_match() == (1, 2)
        app.view.end_search()
        await pilot.pause()
        assert painted() == []


async def test_the_response_is_marked_by_a_bar_and_not_by_colour_alone() -> None:
    async with reading(conversation(1000), 80, 50) as (app, _):
        barred = [row for row in app.rows if row.startswith("▎")]
        assert barred[0].split() == ["▎", "assistant"]
        assert not any("user" in row for row in barred)


async def test_in_ascii_there_are_no_other_signs() -> None:
    blocks = (
        Block(BlockKind.HEADER, "assistant", "assistant", 0),
        Block(BlockKind.CALL, "a\nb", "assistant", 0, "a(b=1)", True, True),
        Block(BlockKind.RESULT, "c\nd", "assistant", 0, "", True, False),
        Block(BlockKind.ERROR, "overloaded", "assistant", 0),
        Block(BlockKind.NOTE, "not recorded", "assistant", 0),
        Block(BlockKind.CODE, "x" * 500 + "\n" * 100, "assistant", 0),
    )
    async with reading(Document("tr-1", "", "", blocks, None, 0)) as (app, pilot):
        app.view.signs = ASCII
        app.view.go_answer()
        await pilot.pause()
        assert screen_text(app).isascii()
        assert [row.rstrip("# ") for row in app.rows[:6]] == [
            ">  assistant",
            "|+ calls   a(b=1)  2 lines",
            "|",
            "|- c",
            "|  d",
            "|",
        ]


async def test_a_theme_can_be_changed_while_a_document_is_shown() -> None:
    async with reading(numbered(3)) as (app, pilot):
        light = load_theme("harbour-light")
        app.view.palette = light.palette
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        colors = {s.style.color for strip in strips for s in strip if s.style and "line" in s.text}
        assert colors == {light.palette.style("text", "code").color}


@pytest.mark.parametrize(
    "text", ["[red]not markup[/]", "[@click=app.quit]x[/]", '{"c": [/x]}', "[bold", "\\[", "a]b[c"]
)
async def test_brackets_in_a_trace_are_never_markup(text: str) -> None:
    kinds = [kind for kind in BlockKind if kind is not BlockKind.HEADER]
    blocks = [Block(kind, text, "assistant", 0, text, True, folded) for kind in kinds for folded in (True, False)]
    document = Document("tr-1", "", "", (Block(BlockKind.HEADER, text), *blocks), None, None)
    async with reading(document, 100, 60) as (app, _):
        assert screen_text(app).count(text) >= len(blocks)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
async def test_any_document_is_painted_at_the_width_of_the_view_and_any_key_may_follow(document: Document) -> None:
    async with reading(document, 50, 12) as (app, pilot):
        for act in (
            app.view.next_message,
            app.view.toggle_fold,
            app.view.go_answer,
            app.view.toggle_all_folds,
            lambda: app.view.search("a"),
            app.view.next_match,
            app.view.toggle_fold,
            app.view.go_end,
            app.view.end_search,
            app.view.previous_message,
        ):
            act()
            first, last, total = app.view.line_range()
            assert 1 <= first <= last <= total
        await pilot.pause()
        assert all(strip.cell_length == 50 for strip in app.screen._compositor.render_strips())
