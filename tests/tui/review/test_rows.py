"""A row of the worklist tells what happened to its trace, and more of it where there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.domain.question import Question
from labeler.domain.trace import TraceState
from labeler.review.state import Blindness, Rules
from labeler.sample import load
from tests.tui.review.asked import CHOICE, MODES, SCORE, THUMB, traces
from tests.tui.review.table import Table, open_table

FAILED = next(raw for raw in load() if raw.summary.state is TraceState.ERROR)
SAID = next(raw for raw in load() if any(each.source.id == "tomas.berg" for each in raw.summary.assessments))

BLIND = Rules(blind=Blindness.UNTIL_SHOWN)


def row(table: Table, number: int) -> str:
    """A row of the worklist, from 1."""
    return table.screen.splitlines()[1 + number].partition("│")[0].rstrip()


def width_of_worklist(table: Table) -> int:
    return table.screen.splitlines()[2].index("│")


@pytest.mark.parametrize(
    ("question", "keys", "value"),
    [
        (THUMB, ("y",), "✓"),
        (THUMB, ("n",), "✗"),
        (SCORE, ("8", "5", "enter"), "85"),
        (CHOICE, ("2",), "neu"),
        (MODES, ("1", "3", "enter"), "wr+"),
    ],
    ids=["yes", "no", "number", "option", "options"],
)
async def test_a_row_tells_my_value(tmp_path: Path, question: Question, keys: tuple[str, ...], value: str) -> None:
    async with open_table(tmp_path, traces(3), (question,)) as table:
        title = table.desk.state.items[0].title[:20]
        assert row(table, 1).startswith(f"› ·        {title}")
        await table.press(*keys)
        assert row(table, 1).startswith(f"  ✓   {value:3}  {title}")


async def test_a_row_tells_flag_draft_and_error_each_in_its_place(tmp_path: Path) -> None:
    async with open_table(tmp_path, [FAILED], (THUMB,)) as table:
        title = table.desk.state.items[0].title[:20]
        assert row(table, 1).startswith(f"› ·      ! {title}")
        await table.press("f", "enter", "c")
        await table.type("not sure")
        await table.press("escape")
        assert row(table, 1).startswith(f"› ·⚑✎    ! {title}")


async def test_a_wide_row_tells_when_how_long_its_name_and_who_else_answered(tmp_path: Path) -> None:
    name = SAID.summary.name or "Completions"
    async with open_table(tmp_path, [SAID], (THUMB,), size=(159, 40)) as table:
        assert "tomas.b" not in row(table, 1)
    async with open_table(tmp_path, [SAID], (THUMB,), size=(160, 40)) as table:
        told = row(table, 1).split()
        assert told[-1] == "tomas.b…"
        assert told[-2] == f"{name[:9]}…"
        assert " Sep " in row(table, 1)
        assert " ms " in row(table, 1) or " s " in row(table, 1)
    async with open_table(tmp_path, [SAID], (THUMB,), size=(160, 40), rules=BLIND) as table:
        assert "tomas" not in row(table, 1)


@pytest.mark.parametrize(("columns", "worklist"), [(105, 28), (120, 43), (160, 72), (200, 90)])
async def test_the_document_keeps_76_columns_and_the_list_gets_the_rest_up_to_45_percent(
    tmp_path: Path, columns: int, worklist: int
) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), size=(columns, 30)) as table:
        assert width_of_worklist(table) == worklist
        assert table.review.views.size.width == columns - worklist - 1 >= 76


async def test_without_room_for_both_the_list_is_hidden_until_it_is_wanted(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), size=(104, 30)) as table:
        assert "│" not in table.screen
        await table.press("l")
        assert width_of_worklist(table) == 28
        await table.press("l")
        assert "│" not in table.screen
