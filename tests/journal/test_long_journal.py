"""What an answer costs does not depend on how much has been answered before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from labeler.journal.journal import Journal
from labeler.journal.outcomes import Delivered
from labeler.journal.schema import STEPS
from labeler.journal.store import open_store
from tests.journal.sitting import HOME, TRACES, Sitting, rows, spec

_EVERY = 10


class Desk:
    """A reviewer whose traces go by in a long row, each answered and left."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal.open(path)
        self.review_id = self.journal.begin_review(spec(), 1).id
        self.sitting = Sitting()
        self.answered = 0

    def answer(self, count: int, *, deliver: bool) -> None:
        for _ in range(count):
            trace_id = f"tr-{self.answered}"
            self.answered += 1
            self.journal.add_items(self.review_id, rows(trace_id))
            self.journal.record(self.review_id, self.sitting.answer(trace_id, "helpful", True, None, self.answered))
            self.journal.release(trace_id, self.answered)
            assert self.journal.delivery_of([self.sitting.cells[trace_id, "helpful"].assessment_id])
            if deliver:
                claims = self.journal.claim([HOME], self.answered, 0, 4)
                self.journal.settle([(claim.delivery.id, Delivered()) for claim in claims], self.answered)

    def effort_of_an_answer(self, *, deliver: bool) -> int:
        """What SQLite does for one more answer, in tens of instructions of its virtual machine."""
        connection: sqlite3.Connection = self.journal._store._connection
        instructions = 0

        def count() -> None:
            nonlocal instructions
            instructions += 1

        connection.set_progress_handler(count, _EVERY)
        self.answer(1, deliver=deliver)
        connection.set_progress_handler(None, 0)
        return instructions


def test_an_answer_costs_no_more_after_many_that_were_delivered(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "journal.db")
    desk.answer(20, deliver=True)
    early = desk.effort_of_an_answer(deliver=True)
    desk.answer(600, deliver=True)
    assert desk.effort_of_an_answer(deliver=True) < 1.5 * early


def test_an_answer_costs_no_more_while_many_wait(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "journal.db")
    desk.answer(20, deliver=False)
    early = desk.effort_of_an_answer(deliver=False)
    desk.answer(600, deliver=False)
    assert desk.effort_of_an_answer(deliver=False) < 1.5 * early
    assert len(desk.journal.claim([HOME], desk.answered, 0, 4)) == 4


def test_a_journal_of_the_first_version_keeps_everything_when_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_store(path, STEPS[:1]).close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    store = open_store(path, STEPS[:1])
    journal = Journal(store)
    review = journal.begin_review(spec(), 1)
    journal.add_items(review.id, rows(*TRACES))
    journal.record(review.id, Sitting().answer(TRACES[0], "helpful", True, None, 5))
    before = (journal.changes(review.id), journal.deliveries([HOME]), journal.counts([HOME]))
    journal.close()
    journal = Journal.open(path)
    assert (journal.changes(review.id), journal.deliveries([HOME]), journal.counts([HOME])) == before
    journal.release_earlier(6)
    assert len(journal.claim([HOME], 10_000, 0, 4)) == 1
