"""What the journal takes for an answer, off the event loop, and what a large worklist takes of memory.

``python -m tests.benchmarks.journal [--answers N] [--items N]``. An answer is timed as the desk waits for it: handed
to the journal's thread, committed (WAL, FULL), told to the loop. The peer is one row written by bare ``sqlite3`` on
the same disk with the same settings. Meanwhile a task wakes every millisecond: how late it does tells how long the
loop was held up. The memory is that of the real program in a pseudo-terminal, its first documents prepared.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, StateEffect
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ItemState, ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered
from tests.benchmarks.key_to_paint import begin_review
from tests.benchmarks.measures import machine, noise, resident_mb, table
from tests.benchmarks.pseudo_terminal import labeler
from tests.benchmarks.worklists import first_typical, make_store

_HOME = Destination("local:bench", "", "1")


def answering(trace_id: str) -> Change:
    """An answer that also submits its item, as one key does."""
    now = time.time_ns() // 1_000_000
    answer = Answer(f"a-{uuid.uuid4().hex}", True, None, now, 2_000)
    effects = (
        AnswerEffect(trace_id, "helpful", AssessmentKind.FEEDBACK, None, answer),
        StateEffect(trace_id, ItemState.OPEN, ItemState.LABELLED),
    )
    return Change(uuid.uuid4().hex, Act.ANSWER, trace_id, now, effects)


async def commit_answers(journal: AsyncJournal, review_id: str, first: int, count: int) -> list[float]:
    """Milliseconds that each of so many answers takes, a few milliseconds apart."""
    took = []
    for number in range(first, first + count):
        await asyncio.sleep(0.005)
        change = answering(f"tr-{number}")
        start = time.perf_counter()
        await journal.run(journal.changes.record, review_id, change)
        took.append((time.perf_counter() - start) * 1000)
        await journal.run(journal.outbox.release, change.trace_id, change.at_ms)
    return took


async def held_up(late: list[float]) -> None:
    """Note how many milliseconds late the loop comes back from a sleep of one."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - start) * 1000 - 1)


async def deliver(journal: AsyncJournal) -> None:
    """What delivery asks of the journal while it works at full speed, without a backend."""
    while True:
        claims = await journal.run(journal.outbox.claim, [_HOME], time.time_ns() // 1_000_000, 0, 4)
        if not claims:
            await asyncio.sleep(0.005)
            continue
        settled = [(claim.delivery.id, Delivered()) for claim in claims]
        await journal.run(journal.outbox.settle, settled, time.time_ns() // 1_000_000)
        await journal.run(journal.queries.counts, [_HOME])


async def measure(path: Path, answers: int) -> dict[str, list[float]]:
    journal = await AsyncJournal.open(path)
    record = await journal.run(journal.reviews.begin, ReviewSpec("local:bench", "", ("1",), "bench"), 1)
    rows = [WorklistRow(f"tr-{n}", "1", f"Question {n}", n, TraceState.OK) for n in range(10 * answers)]
    await journal.run(journal.reviews.add_items, record.id, rows)
    late: list[float] = []
    watch = asyncio.create_task(held_up(late))
    took = {"an answer": await commit_answers(journal, record.id, 0, answers)}
    late_alone = list(late)
    late.clear()
    delivering = asyncio.create_task(deliver(journal))
    took["an answer while deliveries are settled"] = await commit_answers(journal, record.id, answers, answers)
    for task in (watch, delivering):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await journal.close()
    return took | {"the loop is late by": late_alone, "the loop is late by, delivering": late}


def bare_commits(path: Path, count: int) -> list[float]:
    """One row at a time into a table of its own, with the journal's settings."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE answers (id TEXT PRIMARY KEY, answer TEXT)")
    took = []
    for _ in range(count):
        time.sleep(0.005)
        start = time.perf_counter()
        database.execute("INSERT INTO answers VALUES (?, ?)", (uuid.uuid4().hex, "x" * 300))
        took.append((time.perf_counter() - start) * 1000)
    database.close()
    return took


def memory(home: Path, items: int) -> float:
    """Resident memory of a review of so many items, in MB."""
    home.mkdir()
    make_store(home / "store.db", items, first_typical(100))
    begin_review(home, items)
    with labeler(home) as terminal:
        terminal.wait_for(rf"item \d+/{items} [\s\S]*● online")
        terminal.until_idle()
        return resident_mb(terminal.pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000)
    parser.add_argument("--items", type=int, default=100_000)
    asked = parser.parse_args()
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        folder = Path(directory)
        took = {"bare sqlite3, one row": bare_commits(folder / "bare.db", asked.answers)}
        took |= asyncio.run(measure(folder / "journal.db", asked.answers))
        table("commit", "ms", took)
        for items in sorted({1_000, asked.items}):
            print(f"\nresident memory with {items:,} items: {memory(folder / str(items), items):.0f} MB", flush=True)


if __name__ == "__main__":
    main()
