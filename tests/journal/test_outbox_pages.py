"""The outbox as it is looked through: problems first, the newest first, and how far each answer got."""

from __future__ import annotations

from pathlib import Path

from labeler.domain.change import Change
from labeler.domain.value import JsonValue
from labeler.journal.attempt_outcomes import Delivered, Parked, PayloadRefused, RetryLater
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryState, ParkCause
from labeler.journal.outbox_queries import DeliveryStanding
from tests.journal.sitting import HOME, Sitting, rows, spec

NAMES = [f"tr-{number}" for number in range(6)]


class AnsweringReviewer:
    """A reviewer who answers traces one after another, and a backend that answers as it is told."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal.open(folder / "journal.db")
        self.review_id = self.journal.reviews.begin(spec(), 1).id
        self.journal.reviews.add_items(self.review_id, rows(*NAMES))
        self.sitting = Sitting()
        self.now_ms = 10

    def do(self, change: Change) -> None:
        self.now_ms += 1
        self.journal.changes.record(self.review_id, change)

    def answer(self, trace_id: str, value: JsonValue = True) -> str:
        """Answer a trace; returns the answer's ID."""
        self.do(self.sitting.answer(trace_id, "helpful", value, None, self.now_ms))
        return self.sitting.cells[trace_id, "helpful"].assessment_id

    def deliver(self, trace_id: str, outcome: Delivered | Parked | PayloadRefused | RetryLater) -> None:
        """Have the next delivery of a trace attempted, to end like this."""
        self.now_ms += 1
        self.journal.outbox.release(trace_id, self.now_ms)
        others = [each for each in NAMES if each != trace_id]
        (claim,) = self.journal.outbox.claim([HOME], self.now_ms, 0, 1, others)
        self.journal.outbox.settle([(claim.delivery.id, outcome)], self.now_ms)

    def shown(self) -> list[tuple[str, DeliveryStanding]]:
        (place,) = self.journal.queries.outbox_places()
        assert place.destination == HOME
        found = self.journal.queries.outbox_rows(place.ids)
        return [(found[each].delivery.trace_id, found[each].standing) for each in place.ids]


def test_problems_come_first_and_of_each_kind_the_newest(tmp_path: Path) -> None:
    reviewer = AnsweringReviewer(tmp_path)
    for name in NAMES:
        reviewer.answer(name)
    reviewer.deliver(NAMES[1], RetryLater("The server answered 503."))
    reviewer.deliver(NAMES[5], PayloadRefused("The server stored something else."))
    reviewer.deliver(NAMES[4], PayloadRefused("The server stored something else."))
    reviewer.deliver(NAMES[2], Parked(ParkCause.TRACE, "The trace is not there."))
    assert reviewer.shown() == [
        (NAMES[4], DeliveryStanding.REFUSED),
        (NAMES[5], DeliveryStanding.REFUSED),
        (NAMES[2], DeliveryStanding.PARKED),
        (NAMES[1], DeliveryStanding.RETRYING),
        (NAMES[3], DeliveryStanding.QUEUED),
        (NAMES[0], DeliveryStanding.QUEUED),
    ]
    (place,) = reviewer.journal.queries.outbox_places()
    assert place.counts == (2, 1, 1, 2)
    assert list(place.problems) == list(place.ids[:3])
    assert reviewer.journal.queries.refused_traces([HOME]) == {NAMES[4], NAMES[5]}


def test_a_row_has_its_item_s_title_and_says_whether_it_goes_after_another(tmp_path: Path) -> None:
    reviewer = AnsweringReviewer(tmp_path)
    reviewer.answer(NAMES[0])
    reviewer.deliver(NAMES[0], RetryLater("The server answered 503."))
    reviewer.answer(NAMES[0], False)
    (place,) = reviewer.journal.queries.outbox_places()
    found = [reviewer.journal.queries.outbox_rows(place.ids)[each] for each in place.ids]
    assert {each.title for each in found} == {f"title of {NAMES[0]}"}
    assert [(each.standing, each.is_held) for each in found] == [
        (DeliveryStanding.RETRYING, False),
        (DeliveryStanding.QUEUED, True),
    ]


def test_what_is_delivered_meanwhile_is_left_out_of_a_page(tmp_path: Path) -> None:
    reviewer = AnsweringReviewer(tmp_path)
    reviewer.answer(NAMES[0])
    (place,) = reviewer.journal.queries.outbox_places()
    reviewer.deliver(NAMES[0], Delivered())
    assert reviewer.journal.queries.outbox_rows(place.ids) == {}
    assert reviewer.journal.queries.outbox_places() == []


def test_an_answer_that_stands_again_is_delivered_only_once_what_superseded_it_is_retracted(tmp_path: Path) -> None:
    reviewer = AnsweringReviewer(tmp_path)
    first = reviewer.answer(NAMES[0])
    reviewer.deliver(NAMES[0], Delivered())
    reviewer.answer(NAMES[0], False)
    reviewer.deliver(NAMES[0], Delivered())
    reviewer.do(reviewer.sitting.undo(reviewer.now_ms))
    assert reviewer.journal.queries.delivery_of([first])[first].state is DeliveryState.WAITING
    reviewer.deliver(NAMES[0], Delivered())
    assert reviewer.journal.queries.delivery_of([first])[first].state is DeliveryState.DELIVERED
