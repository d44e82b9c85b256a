"""Deliveries that were acknowledged and are lost: sent again only while they say what the reviewer wants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.delivery.verification import Verification
from labeler.domain.change import Change
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp
from tests.journal.backend import compare
from tests.journal.server import Server
from tests.journal.sitting import HOME, TRACES, Sitting, rows, spec

NOW_MS = 1_000_000


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "journal.db")
    review = journal.reviews.begin(spec(queue_id="rq-1"), NOW_MS)
    journal.reviews.add_items(review.id, rows(*TRACES))
    yield journal
    journal.close()


def record(journal: Journal, *changes: Change) -> None:
    review = journal.reviews.last()
    assert review is not None
    for change in changes:
        journal.changes.record(review.id, change)
    journal.outbox.release_all(NOW_MS)


def deliver(journal: Journal, server: Server) -> None:
    while claims := journal.outbox.claim([HOME], NOW_MS, 0, 4):
        for claim in claims:
            delivery, server_id = claim.delivery, None
            if delivery.op is DeliveryOp.CREATE:
                assert claim.assessment is not None
                stored_id = server.create(claim.assessment).id
                server_id = None if server.honours_ids else stored_id
            elif delivery.op is DeliveryOp.DELETE:
                assert claim.wire_id is not None
                server.retract(claim.wire_id)
            elif delivery.queue_id is not None and delivery.item_state is not None:
                server.set_state(delivery.queue_id, delivery.trace_id, delivery.item_state, delivery.reviewer)
            journal.outbox.settle([(delivery.id, Delivered(server_id))], NOW_MS)


def send_again(journal: Journal, found: Verification) -> int:
    return journal.resending.send_again([each.lost for each in found.resendable], NOW_MS)


@pytest.mark.parametrize("honours_ids", [True, False])
async def test_an_answer_comes_back_once_whoever_gives_the_ids(journal: Journal, honours_ids: bool) -> None:
    server, sitting = Server(honours_ids=honours_ids), Sitting()
    for value in (1, 2, 3):
        record(journal, sitting.answer("tr-a", "quality", value, None, NOW_MS))
        deliver(journal, server)
    assert (await compare(journal, server)).problems == []
    *_, third = server.stored
    server.retract(third)
    found = await compare(journal, server)
    assert [problem.kind for problem in found.problems] == ["missing"]
    assert (send_again(journal, found), send_again(journal, found)) == (1, 0)
    deliver(journal, server)
    assert server.valid() == sitting.standing()
    assert len(server.stored) == 3
    assert (await compare(journal, server)).problems == []


async def test_what_the_reviewer_did_since_it_was_found_lost_is_not_sent(journal: Journal) -> None:
    server, sitting = Server(), Sitting()
    record(
        journal,
        sitting.answer("tr-a", "helpful", True, None, NOW_MS),
        sitting.answer("tr-b", "helpful", True, None, NOW_MS),
        sitting.answer("tr-b", "quality", 1, None, NOW_MS),
        sitting.set_state("tr-a", ItemState.LABELLED, NOW_MS),
    )
    deliver(journal, server)
    taken_back = {each.id: each for each in server.stored.values() if each.name == "quality"}
    record(journal, sitting.clear("tr-b", "quality", NOW_MS))
    deliver(journal, server)
    server.stored, server.items = taken_back, {"tr-a": QueueItem("rq-1", "tr-a", QueueItemState.PENDING)}
    found = await compare(journal, server)
    assert sorted(each.what for each in found.resendable) == [
        *("helpful: true", "helpful: true", "quality: taken back", "queue item: COMPLETE"),
    ]
    record(
        journal,
        sitting.answer("tr-a", "helpful", False, None, NOW_MS),
        sitting.clear("tr-b", "helpful", NOW_MS),
        sitting.set_state("tr-a", ItemState.OPEN, NOW_MS),
    )
    assert send_again(journal, found) == 1, "the retraction alone"


async def test_what_waits_for_an_item_that_is_open_counts_as_held_by_it(journal: Journal) -> None:
    """A queue item's state goes after its answers: sent again while one of these is changed, it waits for that item."""
    server, sitting = Server(), Sitting()
    record(journal, sitting.answer("tr-a", "quality", 1, None, NOW_MS))
    record(journal, sitting.set_state("tr-a", ItemState.LABELLED, NOW_MS))
    deliver(journal, server)
    server.set_state("rq-1", "tr-a", QueueItemState.PENDING, "rhea.k")
    assert send_again(journal, await compare(journal, server)) == 1
    review = journal.reviews.last()
    assert review is not None
    journal.changes.record(review.id, sitting.answer("tr-a", "quality", 2, None, NOW_MS))
    deliver(journal, server)
    counts = journal.queries.counts([HOME])
    assert (counts.waiting, counts.unreleased) == (2, 2)
    journal.outbox.release_all(NOW_MS)
    counts = journal.queries.counts([HOME])
    assert (counts.waiting, counts.unreleased) == (2, 0)
    deliver(journal, server)
    assert journal.queries.counts([HOME]).waiting == 0
