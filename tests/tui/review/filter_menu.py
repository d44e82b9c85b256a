"""What a worklist shows of a filter, and how items are flagged for one."""

from __future__ import annotations

from labeler.tui.review.worklist import WorklistView
from tests.tui.review.table import Table


def menu(table: Table) -> str:
    """The menu, on one line."""
    return " ".join(table.line("menu").split())


def rows(table: Table) -> int:
    return table.review.query_one(WorklistView).row_count


async def flag(table: Table, number: int, note: str = "") -> None:
    await table.command(str(number))
    await table.press("f")
    await table.type(note)
    await table.press("enter")
