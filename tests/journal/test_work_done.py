"""What the journal tells of the work of a day and of a worklist."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.question import FLAG_NAME
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from tests.journal.sitting import HOME, Sitting, rows, spec


@pytest.mark.slow
def test_the_changes_of_a_day_are_those_of_one_person_in_every_worklist(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    here = journal.reviews.begin(spec(), 1).id
    there = journal.reviews.begin(spec(filter="x", label="another"), 2).id
    theirs = journal.reviews.begin(replace(spec(), reviewer="sam"), 3).id
    for review in here, there, theirs:
        journal.reviews.add_items(review, rows("tr-a", "tr-b"))
    me = Sitting()
    expected = []
    for moment in range(1, 1_201):
        change = me.answer("tr-a", "quality", moment % 5, None, moment)
        journal.changes.record((here, there)[moment % 2], change)
        if moment >= 600:
            expected.append(change.id)
    journal.changes.record(theirs, Sitting().answer("tr-b", "helpful", True, None, 1_201))
    found = journal.changes.since(" RHEA.K", 600)
    assert [change.id for _, change in found] == expected
    assert {destination for destination, _ in found} == {1}
    assert journal.changes.since("rhea.k", 5_000) == []
    assert [change.at_ms for _, change in journal.changes.since("sam", 0)] == [1_201]


def test_what_is_delivered_of_a_worklist_are_the_answers_that_stand_there(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    review = journal.reviews.begin(spec(), 1).id
    journal.reviews.add_items(review, rows("tr-a", "tr-b"))
    me, now_ms = Sitting(), 10

    def deliver_all() -> None:
        journal.outbox.release_all(now_ms)
        while claims := journal.outbox.claim([HOME], now_ms + 10_000, 0, 9, []):
            journal.outbox.settle([(each.delivery.id, Delivered()) for each in claims], now_ms)

    journal.changes.record(review, me.answer("tr-a", "helpful", True, None, now_ms))
    journal.changes.record(review, me.answer("tr-b", "helpful", True, None, now_ms))
    journal.changes.record(review, me.answer("tr-b", FLAG_NAME, True, "look", now_ms))
    assert journal.queries.delivered_of(review) == 0
    deliver_all()
    assert journal.queries.delivered_of(review) == 2
    journal.changes.record(review, me.answer("tr-b", "helpful", False, None, now_ms))
    assert journal.queries.delivered_of(review) == 1
    deliver_all()
    assert journal.queries.delivered_of(review) == 2
    journal.changes.record(review, me.clear("tr-a", "helpful", now_ms))
    assert journal.queries.delivered_of(review) == 1
