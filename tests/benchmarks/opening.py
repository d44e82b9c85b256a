"""The CPU time of opening a review, by how many answers were ever given in it.

``python -m tests.benchmarks.opening [--runs N] [--items N] [--answers N …]``. The journals are made by the rules of a
review and delivered; from the items' number on, answers change earlier ones. Opening the journal (its file is
checked then) and opening the review are told apart. Nothing collects garbage meanwhile, as when the program starts.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from labeler.cache.async_cache import AsyncCache
from labeler.desk.open_desk import open_desk
from labeler.domain.destination import Destination
from labeler.domain.question import PassFail, Question
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.review.action import ActionContext, Thumb
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import Decision
from labeler.review.state import ReviewState, Rules
from labeler.review.worklist import Item
from labeler.tui.gc_pauses import put_off
from tests.benchmarks.measures import machine, median, noise, table

QUESTION = Question("helpful", PassFail())
SPEC = ReviewSpec("http://harbour.example", "", ("1",), "bench", label="bench")
HOME = Destination(SPEC.backend_uri, "", "1")
BEGUN_MS = 1_790_000_000_000


class Took(NamedTuple):
    """Milliseconds of CPU time, of all threads."""

    journal: float
    review: float


def make_journal(path: Path, items: int, answers: int) -> None:
    """A journal of one review with so many answers, the worklist gone through again and again, all delivered."""
    journal = Journal.open(path)
    record = journal.reviews.begin(SPEC, 1)
    rows = [
        WorklistRow(f"tr-{number:032x}", "1", f"Question {number}: which berth suits?", BEGUN_MS, TraceState.OK)
        for number in range(items)
    ]
    journal.reviews.add_items(record.id, rows)
    state = ReviewState((QUESTION,))
    state.add_items(Item(row.trace_id, row.experiment_id, row.title) for row in rows)
    for number in range(answers):
        state.position = number % items
        stamp = ActionContext(BEGUN_MS + number * 1000, 4_000, lambda: f"a-{uuid.uuid4().hex}")
        decision = decide(state, Thumb(number // items % 2 == 0, "why not" if number % 5 == 0 else None), stamp)
        assert isinstance(decision, Decision)
        assert decision.change is not None
        journal.changes.record(record.id, decision.change)
        apply(state, decision)
        journal.outbox.release(decision.change.trace_id, stamp.at_ms)
    later_ms = BEGUN_MS * 2
    while claims := journal.outbox.claim([HOME], later_ms, 0, 4):
        journal.outbox.settle([(claim.delivery.id, Delivered()) for claim in claims], later_ms)
    journal.close()


async def opened(directory: Path) -> Took:
    gc.collect()
    put_off()
    begun = time.process_time()
    journal = await AsyncJournal.open(directory / "journal.db")
    journal_open = time.process_time()
    cache = await AsyncCache.open(directory / "cache.db", 1 << 30)
    record = await journal.run(journal.reviews.begin, SPEC, 1)
    before = time.process_time()
    desk = await open_desk(record, (QUESTION,), Rules(), journal, cache)
    after = time.process_time()
    await desk.close()
    await cache.close()
    await journal.close()
    return Took((journal_open - begun) * 1000, (after - before) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--answers", type=int, nargs="+", default=[0, 1_000, 20_000])
    asked = parser.parse_args()
    print(machine())
    noise()
    took: dict[str, list[Took]] = {}
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as scratch:
        places = {f"{answers:,} answers": Path(scratch) / str(answers) for answers in asked.answers}
        for directory, answers in zip(places.values(), asked.answers, strict=True):
            directory.mkdir()
            make_journal(directory / "journal.db", asked.items, answers)
        for _ in range(asked.runs):
            for name, directory in places.items():
                took.setdefault(name, []).append(asyncio.run(opened(directory)))
    title = f"{asked.items:,} items: CPU time"
    least, *more = ([each.review for each in runs] for runs in took.values())
    table(f"{title} of opening the review", "ms", {name: [each.review for each in runs] for name, runs in took.items()})
    table(
        f"{title} of opening the journal", "ms", {name: [each.journal for each in runs] for name, runs in took.items()}
    )
    ratios = ", ".join(f"{median(runs) / median(least):.2f}" for runs in more)
    print(f"\nopening the review, over that with the fewest answers: {ratios}")


if __name__ == "__main__":
    main()
