"""A review in trouble: an answer that the store refuses, others that wait for somebody; and the outbox open on it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

from labeler.tui.appearance import UNICODE, Signs
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import Table, open_table


def answer_id(table: Table, index: int, question: str) -> str:
    """The ID under which an answer of the item at `index` goes to the store."""
    return table.desk.state.answers_of(table.desk.state.items[index].trace_id)[question].assessment_id


async def take_its_id(table: Table, index: int, question: str) -> None:
    """Have the store hold another comment under an answer's ID: the answer can never be acknowledged."""
    waiting = await table.journal.run(table.journal.queries.deliveries, table.desk.destinations)
    wanted = answer_id(table, index, question)
    sent = next(each.assessment for each in waiting if each.assessment and each.assessment.id == wanted)
    await table.store.create(replace(sent, rationale="not what was sent"))


async def free_its_id(table: Table, index: int, question: str) -> None:
    """Take what stands under that ID out of the store."""
    await table.store.retract(table.desk.state.items[index].trace_id, answer_id(table, index, question))


def delete_trace(folder: Path, trace_id: str) -> None:
    """Take a trace out of the store."""
    with closing(sqlite3.connect(folder / "store.db", timeout=10)) as store, store:
        for table in ("assessments", "payloads", "traces"):
            store.execute(f"DELETE FROM {table} WHERE trace_id = ?", (trace_id,))


def found_at(table: Table, address: str) -> None:
    """Have the review tell that its backend was found there, and not where this test happens to run."""
    record = table.desk.record
    table.desk.record = replace(record, spec=replace(record.spec, address=address))


async def open_outbox(table: Table, *shows: str) -> None:
    """Press O and wait for what it is to show."""
    await table.press_at_once("O")
    await shown(table, *shows)


async def shown(table: Table, *texts: str) -> None:
    await table.wait_for(lambda: all(each in table.screen for each in texts), f"{texts} on the screen")
    await table.settle()


def listed(table: Table) -> list[str]:
    """The rows of the list, headings included."""
    lines = table.screen.splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith(("────", "----"))]
    return [line for line in lines[rules[0] + 1 : rules[1]] if line]


def ids(table: Table) -> list[str]:
    return [item.trace_id for item in table.desk.state.items]


def undelivered(table: Table) -> tuple[int, int, int]:
    """How much is refused, parked and waiting, as the review knows it."""
    counts = table.desk.deliveries.counts
    return counts.refused, counts.parked, counts.waiting


@asynccontextmanager
async def in_trouble(folder: Path, size: tuple[int, int] = (120, 40), signs: Signs = UNICODE) -> AsyncIterator[Table]:
    """A review with an answer that was refused, two whose trace is gone, and one whose item is not left yet."""
    async with open_table(folder, traces(4), (THUMB, RATING), size=size, signs=signs, grace_s=0) as table:
        found_at(table, "local:harbour.db")
        delete_trace(folder, ids(table)[1])
        await table.press("y")
        await take_its_id(table, 0, THUMB.name)
        await table.press("4", "n", "2", "y")
        await table.wait_for(lambda: undelivered(table) == (1, 2, 1), "the faults")
        await table.settle()
        yield table
