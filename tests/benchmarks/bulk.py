"""One answer given to many items at once, taken back, given again: how long, and how long a key waits meanwhile.

``python -m tests.benchmarks.bulk [--items N] [--rounds N]``. A desk in a review queue, with its journal on the disk and
without a screen; while a step is taken the reviewer moves as fast as moves are decided.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk, Done
from labeler.desk.open_desk import open_desk
from labeler.domain.question import Numeric, PassFail, Question
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.review.action import Action, Bulk, Go, Redo, SetAnswer, Undo, Where
from labeler.review.state import Rules
from tests.benchmarks.measures import machine, noise, table

QUESTIONS: Final = (Question("helpful", PassFail()), Question("quality", Numeric(1, 5), required=False))
STEPS: Final = ("given", "taken back", "given again")


async def take(desk: Desk, action: Action, waits: list[float]) -> tuple[float, float]:
    """Take a step, moving all the while; return how long it took, and how much of a processor, in milliseconds."""
    start, cpu = time.perf_counter(), time.process_time()
    step = asyncio.create_task(desk.act(action))
    while not step.done():
        asked = time.perf_counter()
        await asyncio.sleep(0.005)
        if desk.steps.total:
            forth = Where.NEXT if desk.state.position == 0 else Where.PREVIOUS
            await desk.act(Go(forth))
            waits.append((time.perf_counter() - asked) * 1000 - 5)
    assert isinstance(step.result(), Done), step.result()
    return (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000


async def measure(items: int, rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]], list[float]]:
    took: dict[str, list[float]] = {name: [] for name in STEPS}
    worked: dict[str, list[float]] = {name: [] for name in STEPS}
    waits: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="labeler-bulk-") as directory:
            journal = await AsyncJournal.open(Path(directory) / "journal.db")
            cache = await AsyncCache.open(Path(directory) / "cache.db", 1 << 26)
            spec = ReviewSpec("http://harbour.example", "", ("7",), "rhea.k", queue_id="rq-1")
            record = await journal.run(journal.reviews.begin, spec, 1)
            traces = [f"tr-{number}" for number in range(items)]
            rows = [WorklistRow(each, "7", f"title of {each}", 1_000, TraceState.OK) for each in traces]
            await journal.run(journal.reviews.add_items, record.id, rows)
            desk = await open_desk(record, QUESTIONS, Rules(for_queue=True), journal, cache)
            given = Bulk(SetAnswer("helpful", False, "timed out"), tuple(traces))
            actions: tuple[Action, ...] = (given, Undo(), Redo())
            for name, action in zip(STEPS, actions, strict=True):
                wall, cpu = await take(desk, action, waits)
                took[name].append(wall)
                worked[name].append(cpu)
            await desk.close()
            await cache.close()
            await journal.close()
    return took, worked, waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(machine())
    noise()
    took, worked, waits = asyncio.run(measure(asked.items, asked.rounds))
    table(f"{asked.items:,} answers", "ms", took)
    table("of a processor", "ms", worked)
    table("a move meanwhile", "ms", {"waits": waits})


if __name__ == "__main__":
    main()
