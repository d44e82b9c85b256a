"""What makes an embedded store refuse an answer, or leave one waiting for somebody to do something."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from labeler.journal.journal import Journal
from tests.tui.review.table import Table


def answer_id(table: Table, index: int, question: str) -> str:
    """The ID under which an answer of the item at `index` goes to the store."""
    return table.desk.state.answers_of(table.desk.state.items[index].trace_id)[question].assessment_id


async def take_its_id(table: Table, index: int, question: str) -> None:
    """Have the store hold another comment under an answer's ID: the answer can never be acknowledged."""
    waiting = await table.journal.run(Journal.deliveries, table.desk.destinations)
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
