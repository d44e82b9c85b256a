"""What an answer costs does not depend on how much has been answered before."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from labeler.domain.worklist import ItemState
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.journal.schema import STEPS
from tests.journal.earlier_formats import write_as_of
from tests.journal.sitting import HOME, TRACES, Sitting, rows, spec

_EVERY = 10


class TirelessReviewer:
    """A reviewer whose traces go by in a long row, each answered and left."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal.open(path)
        self.review_id = self.journal.reviews.begin(spec(), 1).id
        self.sitting = Sitting()
        self.answered = 0

    def answer(self, count: int, *, deliver: bool) -> None:
        for _ in range(count):
            trace_id = f"tr-{self.answered}"
            self.answered += 1
            self.journal.reviews.add_items(self.review_id, rows(trace_id))
            self.journal.changes.record(
                self.review_id, self.sitting.answer(trace_id, "helpful", True, None, self.answered)
            )
            self.journal.outbox.release(trace_id, self.answered)
            assert self.journal.queries.delivery_of([self.sitting.cells[trace_id, "helpful"].assessment_id])
            if deliver:
                claims = self.journal.outbox.claim([HOME], self.answered, 0, 4)
                self.journal.outbox.settle([(claim.delivery.id, Delivered()) for claim in claims], self.answered)

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


@pytest.mark.slow
def test_an_answer_costs_no_more_after_many_that_were_delivered(tmp_path: Path) -> None:
    reviewer = TirelessReviewer(tmp_path / "journal.db")
    reviewer.answer(20, deliver=True)
    early = reviewer.effort_of_an_answer(deliver=True)
    reviewer.answer(600, deliver=True)
    assert reviewer.effort_of_an_answer(deliver=True) < 1.5 * early


@pytest.mark.slow
def test_an_answer_costs_no_more_while_many_wait(tmp_path: Path) -> None:
    reviewer = TirelessReviewer(tmp_path / "journal.db")
    reviewer.answer(20, deliver=False)
    early = reviewer.effort_of_an_answer(deliver=False)
    reviewer.answer(600, deliver=False)
    assert reviewer.effort_of_an_answer(deliver=False) < 1.5 * early
    assert len(reviewer.journal.outbox.claim([HOME], reviewer.answered, 0, 4)) == 4


@pytest.mark.parametrize("version", range(1, len(STEPS)))
def test_a_journal_of_an_earlier_version_keeps_everything_when_it_is_migrated(tmp_path: Path, version: int) -> None:
    journal = Journal.open(tmp_path / "today.db")
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows(*TRACES, "tr-c", "tr-d"))
    sitting = Sitting()
    for change in (
        sitting.set_state("tr-d", ItemState.DEFERRED, 4),
        sitting.answer("tr-b", "helpful", True, None, 5),
        sitting.answer("tr-a@0b", "helpful", True, None, 6),
        sitting.set_state("tr-c", ItemState.DEFERRED, 7),
        sitting.set_state("tr-d", ItemState.LABELLED, 8),
        sitting.undo(9),
        sitting.answer("tr-c", "helpful", False, "why", 10),
    ):
        journal.changes.record(review.id, change)
    before = kept(journal, review.id)
    assert before[-1] == [("tr-b", ItemState.OPEN), ("tr-c", ItemState.DEFERRED), ("tr-d", ItemState.DEFERRED)]
    journal.close()
    write_as_of(version, tmp_path / "today.db", tmp_path / "journal.db")
    journal = Journal.open(tmp_path / "journal.db")
    assert kept(journal, review.id) == before
    journal.outbox.release_earlier(11)
    assert len(journal.outbox.claim([HOME], 20_000, 0, 4)) == 3


def kept(journal: Journal, review_id: str) -> tuple[object, ...]:
    return (
        journal.changes.of_review(review_id),
        journal.queries.deliveries([HOME]),
        journal.queries.counts([HOME]),
        list(journal.reviews.states(review_id).items()),
    )
