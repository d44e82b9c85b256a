"""Killed, robbed of its journal and let down by a restored server, the program loses no answer and sends none twice.

Few times here; hundreds by ``python -m tests.reliability``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState
from tests.journal.sitting import HOME
from tests.reliability.kills import kill_loop
from tests.reliability.place import Found
from tests.reliability.restored import restore_loop
from tests.reliability.server_kills import server_kill_loop
from tests.reliability.statuses import Statuses, judge_statuses
from tests.reliability.taken import BLOWS, taken_loop
from tests.reliability.verdict import Verdict, judge
from tests.servers.mlflow_server import MlflowServer, shared_server

CELL = ("0001", "is_helpful")
FIRST = Found("a-1", *CELL, (True, ""), "rhea", False, None, {"labeler.id": "a-1"})
SECOND = Found("a-2", *CELL, (False, "why"), "rhea", True, "a-1", {"labeler.id": "a-2"})


def judged(*found: Found) -> Verdict:
    """An answer that was changed, as the server has it."""
    return judge({CELL: (False, "why")}, {CELL: [(True, ""), None, (False, "why")]}, found)


def test_the_comparison_tells_what_is_lost_doubled_or_out_of_order() -> None:
    assert judged(FIRST, SECOND).holds
    assert judged(replace(SECOND, overrides=None)).holds
    assert judged().lost == 1
    assert judged(FIRST).lost == 1
    assert judged(FIRST, SECOND, replace(SECOND, id="a-3")).duplicates == 2
    assert judged(replace(FIRST, valid=True)).order == 1
    assert judged(FIRST, replace(SECOND, overrides=None)).order == 1
    assert judged(replace(FIRST, said=(False, "why")), replace(SECOND, said=(True, ""))).order == 1
    assert judge({CELL: None}, {CELL: [(True, ""), None]}, [replace(FIRST, valid=True)]).order == 1


def delivered(*done: str) -> list[Delivery]:
    """Deliveries of one trace in the journal's order: assessment IDs, or the state that its item was to have."""
    create = Delivery(0, HOME, DeliveryOp.CREATE, "tr-1", "helpful", "rhea", DeliveryState.DELIVERED, 1)
    states = {state.value: state for state in QueueItemState}
    return [
        replace(create, id=number, op=DeliveryOp.STATUS, item_state=states[what])
        if what in states
        else replace(create, id=number, assessment_id=what)
        for number, what in enumerate(done)
    ]


def told_of(left: ItemState, found: tuple[str, str], journaled: list[Delivery], *asked: str) -> Statuses:
    return judge_statuses("rhea", {"tr-1": left}, {"tr-1": found}, journaled, [("tr-1", what) for what in asked])


def test_the_comparison_tells_items_that_are_not_as_they_were_left_or_were_finished_early() -> None:
    journaled = delivered("a-1", "COMPLETE", "a-2")
    done = ("COMPLETE", "rhea")
    assert told_of(ItemState.LABELLED, done, journaled, "a-1", "COMPLETE", "a-2").holds
    assert told_of(ItemState.LABELLED, done, journaled, "a-1", "COMPLETE", "a-2", "COMPLETE").holds
    assert told_of(ItemState.OPEN, ("PENDING", ""), delivered("a-1", "COMPLETE", "PENDING"), "a-1", "PENDING").holds
    assert told_of(ItemState.LABELLED, ("COMPLETE", "otto"), journaled, "a-1", "COMPLETE", "a-2").wrong == 1
    assert told_of(ItemState.OPEN, done, journaled, "a-1", "COMPLETE", "a-2").wrong == 1
    assert told_of(ItemState.LABELLED, ("PENDING", ""), journaled, "a-1", "COMPLETE", "a-2").wrong == 1
    assert told_of(ItemState.LABELLED, done, journaled, "COMPLETE", "a-1", "a-2").early == 1


@pytest.mark.slow
@pytest.mark.timeout(840)  # its own waits end before
async def test_a_program_killed_at_random_moments_loses_nothing_that_was_seen_accepted(tmp_path: Path) -> None:
    outcome = await kill_loop(tmp_path, shared_server(), kills=16, traces=40, seed=3)
    assert sum(each.kills for each in outcome.reviewers) == 16
    assert outcome.verdict.answers > 0
    assert outcome.statuses.items > 0
    assert outcome.holds, "\n".join([*outcome.verdict.details, *outcome.statuses.details, str(outcome)])


@pytest.mark.slow
async def test_a_server_killed_in_the_middle_of_delivery_ends_with_every_answer_once(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    server = MlflowServer(folder)
    server.start()
    try:
        outcome = await server_kill_loop(tmp_path, server, kills=3, traces=40, seed=3)
    finally:
        server.close()
    assert outcome.verdict.answers > 0
    assert outcome.statuses.items > 0
    assert outcome.holds, "\n".join([*outcome.verdict.details, *outcome.statuses.details, str(outcome)])


@pytest.mark.slow
@pytest.mark.timeout(840)
async def test_a_journal_taken_away_under_the_program_costs_nothing_that_was_seen_accepted(tmp_path: Path) -> None:
    outcome = await taken_loop(tmp_path, shared_server(), blows=3, traces=40, seed=3)
    assert sum(sum(each.blows.values()) for each in outcome.taken) == 3 * len(BLOWS)
    assert outcome.verdict.answers > 0
    assert outcome.holds, "\n".join([*outcome.verdict.details, str(outcome)])


@pytest.mark.slow
@pytest.mark.timeout(840)
async def test_what_a_restored_server_has_lost_is_brought_back_once(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    server = MlflowServer(folder)
    server.start()
    try:
        outcome = await restore_loop(tmp_path, server, restores=3, traces=40, seed=3)
    finally:
        server.close()
    assert outcome.restoring.restores == 3
    assert outcome.verdict.answers > 0
    assert outcome.holds, "\n".join([*outcome.verdict.details, *outcome.restoring.left_over, str(outcome)])
