"""The span tree: every span of a trace, its inside, and the way back to the conversation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from labeler.domain.trace import RawTrace
from labeler.tui.appearance import ASCII
from tests.reading.corpus import recording, span, trace_of
from tests.tui.review.asked import EXPECTED, RATING, THUMB, traces
from tests.tui.review.table import open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import document_of, opened, reading, trace_named

PLANNER = trace_named("trip_planner")
SIZES = ((80, 24), (120, 40))


def many_spans(count: int) -> RawTrace:
    """A trace of a root and so many spans below it, every hundredth failed, some deep."""
    below = [
        span(
            {"number": number},
            number,
            number=number + 2,
            parent=number + 1 if number % 40 else 1,
            name=f"step {number}",
            status="STATUS_CODE_ERROR" if number % 100 == 99 else "STATUS_CODE_OK",
            type="TOOL",
        )
        for number in range(count)
    ]
    return trace_of(span("go", "done", name="root", type="AGENT"), *below)


async def test_t_shows_every_span_with_its_type_status_duration_tokens_and_time(
    tmp_path: Path, snapshots: Snapshots
) -> None:
    for size in SIZES:
        async with open_table(tmp_path / str(size[0]), [PLANNER], (THUMB, RATING), size=size) as table:
            await opened(table, "t", "of 14")
            shown = reading(table)
            for said in ("trip_planner            AGENT        5.4 s", "CHAT_MODEL  282 ms  122", "RETRIEVER    86 ms"):
                assert said in shown, said
            assert "enter open" in table.said
            snapshots.check(f"spans-{size[0]}x{size[1]}", table.app)
            await table.press("q")
            assert "assistant" in reading(table)


async def test_the_tree_opens_at_the_span_of_the_current_block(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await table.press("home")
        names = []
        for _ in range(9):
            await opened(table, "t", "of 14")
            span = table.review.views.span_tree.span
            assert span is not None
            names.append(span.name)
            await table.press("t", ">")
        assert names[0] == "Completions"
        assert {"search_documents", "departures", "fare", "wind_forecast"} <= set(names)


@pytest.mark.slow
async def test_enter_opens_a_span_and_again_leads_to_its_message(tmp_path: Path, snapshots: Snapshots) -> None:
    for size in SIZES:
        async with open_table(tmp_path / str(size[0]), [PLANNER], (THUMB,), size=size) as table:
            await table.press("home")
            before = table.review.views.conversation.line_range()
            await opened(table, "t", "of 14")
            await table.press("G", "k", "k", "k", "g", *"jjjjjjj")
            assert "span 8 of 14" in table.line("header")
            await opened(table, "enter", "span fare")
            shown = reading(table)
            for said in ("type       TOOL", "inside     gather", "inputs", "bicycles   3"):
                assert said in shown, f"{said}\n{shown}"
            snapshots.check(f"span-{size[0]}x{size[1]}", table.app)
            await table.press("G")
            assert "total      455" in reading(table)
            await table.press("q")
            assert "span 8 of 14" in table.line("header")
            await table.press("escape")
            assert table.review.views.conversation.line_range() == before
            await opened(table, "t", "of 14")
            await table.press("g", *"jjjjjjj")
            await opened(table, "enter", "span fare")
            await table.press("enter")
            document = document_of(table, PLANNER)
            blocks = [
                each for each in document.blocks if each.message == table.review.views.conversation.current_message()
            ]
            assert any("fare" in block.text for block in blocks)
            assert "span" not in table.line("header")


async def test_a_span_without_a_message_says_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await opened(table, "t", "of 14")
        await table.press("G")
        await opened(table, "enter", "span check_times")
        await table.press("enter")
        assert "No message of the conversation was read from this span" in table.said
        assert "span check_times" in table.line("header")


async def test_a_failed_span_shows_its_exception_with_the_stack_trace(tmp_path: Path) -> None:
    async with open_table(tmp_path, [recording("plain_exception_chained")], (THUMB,), size=(120, 50)) as table:
        await opened(table, "t", "span 1 of 1")
        assert "✗" in reading(table)
        await opened(table, "enter", "span f")
        assert "ZeroDivisionError: division by zero" in reading(table)
        assert "RuntimeError: outer [bold red]failure[/] ↯" in reading(table)


@pytest.mark.slow
async def test_two_thousand_spans_open_and_every_one_can_be_reached(tmp_path: Path) -> None:
    async with open_table(tmp_path, [many_spans(2000)], (THUMB,), size=(80, 24)) as table:
        await opened(table, "t", "of 2,001")
        await table.press("G")
        assert "span 2,001 of 2,001" in table.line("header")
        await table.press("b", "k", "space", "pagedown", "down")
        assert "span 2,001 of 2,001" in table.line("header")
        await opened(table, "enter", "span step 1999")
        await table.press("escape", "g", "up")
        assert "span 1 of 2,001" in table.line("header")


async def test_z_folds_a_part_of_the_tree_and_capital_z_all_of_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await opened(table, "t", "of 14")
        await table.press("g", "j", "j", "j", "z")
        shown = reading(table)
        assert "▸ gather" in shown
        assert "wind_forecast" not in shown
        await table.press("j")
        assert "span 12 of 14" in table.line("header")
        await table.press("Z")
        assert "wind_forecast" in reading(table)
        await table.press("Z")
        assert len([line for line in reading(table).splitlines()[1:] if line.strip()]) == 1
        await table.press("z")
        assert "▸" not in reading(table).splitlines()[1]


async def test_search_finds_spans_by_name_type_and_error_also_folded_ones(tmp_path: Path) -> None:
    async with open_table(tmp_path, [many_spans(300)], (THUMB,)) as table:
        await opened(table, "t", "of 301")
        await table.press("Z", "/")
        await table.type("step 27")
        await table.press("enter")
        assert 'search "step 27" 1/11' in table.line("status")
        assert "span 29 of 301" in table.line("header")
        await table.press("n", "n", "N")
        assert "span 272 of 301" in table.line("header")
        await table.press("y")
        assert table.values(0) == {}
        await table.press("escape")
        assert "search" not in table.line("status")
        assert "of 301" in table.line("header")
        await table.press("/")
        await table.type("nowhere")
        await table.press("enter")
        assert "is not in this trace" in table.said


async def test_answer_keys_answer_the_trace_and_the_next_one_shows_its_conversation(tmp_path: Path) -> None:
    async with open_table(tmp_path, [*traces(2), PLANNER], (THUMB, RATING)) as table:
        planner = table.desk.state.index_of[PLANNER.summary.id]
        await table.command(str(planner + 1))
        await opened(table, "t", "of 14")
        await table.press("y")
        assert table.values(planner) == {"user_satisfaction": True}
        assert "of 14" in table.line("header")
        await table.press("3")
        assert table.values(planner)["quality_rating"] == 3
        assert table.position != planner
        assert "span" not in table.line("header")
        assert "y yes" in table.said


async def test_a_comment_can_be_written_while_the_tree_is_open(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, EXPECTED)) as table:
        await opened(table, "t", "of 14")
        await table.press("n", "c")
        await table.type("step jgq took too long")
        await table.press("enter")
        assert table.comment(0, "user_satisfaction") == "step jgq took too long"
        assert "of 14" in table.line("header")


@pytest.mark.slow
async def test_q_and_escape_close_and_never_leave_the_review(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB,)) as table:
        for key, shows in (("t", "of 14"), ("r", "exact JSON"), ("m", "metadata"), ("x", "documents")):
            for closes in ("q", "escape", key):
                await table.press("g")
                await opened(table, key, shows)
                await table.press("j", "k", closes)
                assert shows not in table.line("header"), (key, closes)
                assert table.position == 0
        assert table.app.is_running


async def test_a_click_opens_a_span(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await opened(table, "t", "of 14")
        await table.pilot.click("#spans", offset=(10, 8))
        await table.wait_for(lambda: "span wind_forecast" in table.line("header"), "the clicked span")


async def test_names_from_outside_are_harmless_and_stay_in_their_column(tmp_path: Path) -> None:
    hostile = trace_of(
        span("q", "a", name="[red]root[/]\x1b[2J\u202e", type="AGENT\x07"),
        span(1, 2, number=2, parent=1, name="日本語の名前" * 20),
        span(1, 2, number=3, parent=1, name="x" * 5000, type="A_VERY_LONG_CUSTOM_TYPE_NAME"),
    )
    for width in (60, 80, 160):
        async with open_table(tmp_path / str(width), [hostile], (THUMB,), size=(width, 24)) as table:
            await opened(table, "t", "of 3")
            assert "[red]root[/]␛[2J⟨U+202E⟩" in reading(table)
            assert "\x1b" not in table.screen
            starts = {cell_len(line.partition("█")[0]) for line in reading(table).splitlines()[1:4] if "█" in line}
            assert len(starts) == (width > 60), reading(table)


async def test_a_trace_whose_spans_cannot_be_read_says_so(tmp_path: Path) -> None:
    broken = RawTrace(traces(1)[0].summary, b'{"spans": "none"}')
    empty = RawTrace(traces(2)[1].summary, json.dumps({"spans": []}).encode())
    async with open_table(tmp_path, [broken, empty], (THUMB,)) as table:
        for _ in range(2):
            await table.press("t")
            await table.wait_for(lambda: "y yes" not in table.said, "a sentence")
            assert "spans" in table.said.lower()
            await table.press("m")
            await table.wait_for(lambda: "metadata" in table.line("header"), "the metadata")
            await table.press("q", "j")


async def test_the_tree_is_spelled_in_ascii_where_signs_are(tmp_path: Path, snapshots: Snapshots) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,), size=(80, 24), signs=ASCII) as table:
        await opened(table, "t", "of 14")
        await table.press("g", "j", "z")
        assert reading(table).isascii()
        snapshots.check("spans-ascii", table.app)
