"""Retrieved documents: over the response where it is narrow, beside it where there is room."""

from __future__ import annotations

from pathlib import Path

from labeler.tui.document.view import DocumentView
from tests.tui.review.asked import EXPECTED, RATING, THUMB, traces
from tests.tui.review.table import Table, open_table
from tests.tui.snapshot import Snapshots
from tests.tui.views.looking import document_of, go_to, opened, reading, trace_named

RETRIEVED = trace_named("answer_from_documents", "12.5 m motor")
PLANNER = trace_named("trip_planner")
WIDE = (160, 45)


def beside(table: Table) -> bool:
    return table.review.query_one("#documents", DocumentView).display


async def test_x_shows_searches_with_query_rank_score_source_and_text(tmp_path: Path, snapshots: Snapshots) -> None:
    for size in ((80, 24), (120, 40)):
        async with open_table(tmp_path / str(size[0]), [RETRIEVED], (THUMB,), size=size) as table:
            await opened(table, "x", "search_documents: 6 documents")
            assert not beside(table)
            snapshots.check(f"documents-{size[0]}x{size[1]}", table.app)
            shown = reading(table)
            assert "guest berth price over 12 m" in shown
            assert "1 · score 0.79 · desk-docs://" in shown
            await table.press("G")
            assert "3 · score 0.71 · desk-docs://" in reading(table)
            await table.press("x")
            assert "  documents" not in table.line("header")


async def test_documents_are_jumped_to_folded_and_searched(tmp_path: Path) -> None:
    async with open_table(tmp_path, [RETRIEVED], (THUMB,), size=(80, 24)) as table:
        await opened(table, "x", "search_documents: 6 documents")
        await table.press(">", ">")
        assert "2 · score" in reading(table).splitlines()[1]
        lines = table.review.views.conversation.line_range()[2]
        await table.press("z")
        assert table.review.views.conversation.line_range()[2] < lines
        await table.press("/")
        await table.type("rerank")
        await table.press("enter")
        assert 'search "rerank" 1/1' in table.line("status")
        assert "rerank: 3 documents" in reading(table)
        await table.press("escape", "escape")
        assert "  documents" not in table.line("header")


async def test_with_room_they_stand_beside_the_response_while_it_is_labelled(
    tmp_path: Path, snapshots: Snapshots
) -> None:
    async with open_table(tmp_path, [RETRIEVED, PLANNER, *traces(2)], (THUMB, RATING), size=WIDE) as table:
        await go_to(table, PLANNER)
        await opened(table, "x", "search_documents: 2 documents")
        assert beside(table)
        assert "Saturday on Lunde" in table.screen
        snapshots.check("documents-beside-160x45", table.app)
        await table.press("y", "4")
        assert table.position != table.desk.state.index_of[PLANNER.summary.id]
        assert "2 documents" not in table.screen
        await table.press("p")
        await table.wait_for(lambda: "search_documents: 2 documents" in table.screen, "the planner's documents")
        await table.press("j")
        assert table.position == table.desk.state.index_of[PLANNER.summary.id]
        await table.press("q", "j")
        assert not beside(table)
        assert table.position != table.desk.state.index_of[PLANNER.summary.id]


async def test_documents_beside_are_always_those_of_the_trace_shown(tmp_path: Path) -> None:
    everything = [RETRIEVED, PLANNER, *traces(6)]
    texts = {RETRIEVED.summary.id: "search_documents: 6 documents", PLANNER.summary.id: "search_documents: 2 documents"}
    async with open_table(tmp_path, everything, (THUMB,), size=WIDE) as table:
        await table.press("x")
        for _ in range(2 * len(everything)):
            await table.command("item.next")
            item = table.desk.state.items[table.position].trace_id
            for trace_id, text in texts.items():
                assert trace_id == item or text not in table.screen
            await told(table, texts.get(item, ""))


async def told(table: Table, text: str) -> None:
    await table.wait_for(lambda: text in table.screen, f"{text} among the documents")


async def test_enter_goes_on_with_the_review_beside_documents(tmp_path: Path) -> None:
    async with open_table(tmp_path, [RETRIEVED, *traces(1)], (THUMB, EXPECTED), size=WIDE) as table:
        await go_to(table, RETRIEVED)
        await table.press("x", "y", "enter")
        assert table.desk.state.items[table.position].trace_id != RETRIEVED.summary.id
        assert beside(table)


async def test_a_key_leads_to_the_response_also_beside_documents(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,), size=(160, 24)) as table:
        await opened(table, "x", "search_documents: 2 documents")
        await table.press("a")
        document = table.review.views.conversation
        answer = document_of(table, PLANNER).answer
        assert document.current_message() == answer


async def test_when_the_terminal_narrows_the_documents_give_way_and_come_back(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,), size=WIDE) as table:
        await opened(table, "x", "search_documents: 2 documents")
        await table.resize(100, 30)
        assert not beside(table)
        assert "y yes" in table.said
        await table.resize(*WIDE)
        assert beside(table)
        assert "search_documents: 2 documents" in table.screen


async def test_the_span_tree_opens_before_the_response_and_closes_first(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,), size=WIDE) as table:
        await opened(table, "x", "search_documents: 2 documents")
        await opened(table, "t", "of 14")
        assert beside(table)
        await table.press("q")
        assert "of 14" not in table.line("header")
        assert beside(table)
        await table.press("escape")
        assert not beside(table)


async def test_a_trace_without_documents_says_so(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(1), (THUMB,)) as table:
        await opened(table, "x", "no documents were retrieved for this trace")
