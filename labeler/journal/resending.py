"""Finds what to compare with the backend, and sends again what the backend has lost.

Sending again adds nothing to the log of changes: an acknowledged delivery is queued once more. Its answer keeps its
ID, so that nothing is added where the backend has it after all or where this is done twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any, Final

from labeler.domain.assessment import AssessmentKind
from labeler.domain.destination import Destination
from labeler.journal.destinations import known, numbers
from labeler.journal.models import Delivery, DeliveryOp, Lost, TakenBack
from labeler.journal.outbox_queries import delivery_of_row
from labeler.journal.reissue import replace_create, stands
from labeler.journal.serialization import to_json
from labeler.journal.store import Store

_AGAIN: Final = """
UPDATE deliveries SET state = 'waiting', cause = NULL, reason = NULL, failures = 0, not_before_ms = NULL,
    settled_at_ms = NULL, claimed_at_ms = NULL, depends_on = ? WHERE id = ?
"""

_LAST_STATUS: Final = """
d.seq = (SELECT max(e.seq) FROM deliveries e
         WHERE e.trace_id = d.trace_id AND +e.destination_id = d.destination_id AND e.reviewer = d.reviewer
           AND e.op = 'status' AND json_extract(e.payload, '$.queue_id') = json_extract(d.payload, '$.queue_id')
           AND (e.state != 'closed' OR e.attempts > 0))
"""
"""The last of the states that a reviewer gave an item of a queue, among those that reached it or still may."""


class Resending:
    """Reads what was acknowledged and queues it again. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def taken_back(self, destinations: Sequence[Destination]) -> list[TakenBack]:
        """Return every assessment whose deletion was acknowledged there, in the order of deletion."""
        rows = self._store.rows(
            "SELECT d.*, coalesce((SELECT c.server_id FROM deliveries c WHERE c.assessment_id = d.assessment_id"
            " AND c.op = 'create'), d.assessment_id) AS stored_id"
            " FROM deliveries d WHERE d.op = 'delete' AND d.state = 'delivered'"
            " AND d.destination_id IN (SELECT value FROM json_each(?)) ORDER BY d.seq",
            (numbers(self._store, destinations),),
        )
        return [
            TakenBack(row["id"], row["trace_id"], row["span_id"] or None, row["name"], row["stored_id"]) for row in rows
        ]

    def left_items(self, destinations: Sequence[Destination]) -> list[Delivery]:
        """Return the acknowledged status deliveries that left each queue item there in its state."""
        rows = self._store.rows(
            f"SELECT d.* FROM deliveries d WHERE d.op = 'status' AND d.state = 'delivered' AND {_LAST_STATUS}"
            " AND d.destination_id IN (SELECT value FROM json_each(?)) ORDER BY d.seq",
            (numbers(self._store, destinations),),
        )
        places = known(self._store)
        return [delivery_of_row(row, places) for row in rows]

    def acknowledged_forms(self, assessment_id: str) -> list[Delivery]:
        """Return the acknowledged create and updates of an answer, in their order."""
        rows = self._store.rows(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op IN ('create', 'update') AND state = 'delivered'"
            " ORDER BY seq",
            (assessment_id,),
        )
        places = known(self._store)
        return [delivery_of_row(row, places) for row in rows]

    def send_again(self, lost: Sequence[Lost], now_ms: int) -> int:
        """Queue acknowledged deliveries once more, all or none of them. Return how many.

        Those that are queued already, and those that say what the reviewer has changed since, are left out.
        """
        with self._store.writing() as db:
            return sum(_send_again(db, each, now_ms) for each in lost)


def _send_again(db: sqlite3.Connection, lost: Lost, now_ms: int) -> bool:
    row = db.execute("SELECT * FROM deliveries WHERE id = ? AND state = 'delivered'", (lost.delivery_id,)).fetchone()
    if row is None or not _is_in_force(db, row):
        return False
    if row["op"] == DeliveryOp.CREATE:
        _create_again(db, row, lost.there, now_ms)
    else:
        db.execute(_AGAIN, (row["depends_on"], row["id"]))
    return True


def _is_in_force(db: sqlite3.Connection, row: Any) -> bool:
    """Return whether what this delivery did is still what the reviewer wants."""
    match row["op"]:
        case DeliveryOp.DELETE:
            return not stands(db, row, row["assessment_id"])
        case DeliveryOp.STATUS:
            asked = f"SELECT 1 FROM deliveries d WHERE d.id = ? AND {_LAST_STATUS}"
            return db.execute(asked, (row["id"],)).fetchone() is not None
        case _:
            return stands(db, row, row["assessment_id"])


def _create_again(db: sqlite3.Connection, row: Any, there: Collection[str], now_ms: int) -> None:
    """Queue an answer's create again, and its last update. It overrides the nearest of what it overrode that is there.

    An ID that was ever deleted from here is not created again, since that deletion could still take effect.
    """
    changes = db.execute(
        "SELECT * FROM deliveries WHERE assessment_id = ? AND op = 'update' AND state = 'delivered' ORDER BY seq",
        (row["assessment_id"],),
    ).fetchall()
    overrides = _nearest(db, row, there)
    if _was_deleted(db, row["assessment_id"]):
        db.execute(
            "UPDATE deliveries SET state = 'closed', reason = 'lost by the backend; it goes on under a new ID'"
            " WHERE id = ?",
            (row["id"],),
        )
        replace_create(db, changes[-1] if changes else row, now_ms, overrides)
        return
    payload = json.loads(row["payload"])
    payload["assessment"]["overrides"] = overrides
    db.execute(
        "UPDATE deliveries SET payload = ?, overrides = ? WHERE id = ?", (to_json(payload), overrides, row["id"])
    )
    db.execute(_AGAIN, (row["depends_on"], row["id"]))
    if changes:
        db.execute(_AGAIN, (row["id"], changes[-1]["id"]))


def _nearest(db: sqlite3.Connection, row: Any, there: Collection[str]) -> str | None:
    """Return the first in `there` of what an answer overrides, what that overrides in turn, and so on, or None."""
    if json.loads(row["payload"])["assessment"]["kind"] == AssessmentKind.EXPECTATION:
        return None
    below: str | None = row["overrides"]
    while below is not None:
        created = db.execute(
            "SELECT overrides, server_id FROM deliveries WHERE assessment_id = ? AND op = 'create'", (below,)
        ).fetchone()
        if below in there or (created is not None and created["server_id"] in there):
            return below
        below = None if created is None else created["overrides"]
    return None


def _was_deleted(db: sqlite3.Connection, assessment_id: str) -> bool:
    asked = "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'delete' AND (state != 'closed' OR attempts > 0)"
    return db.execute(asked, (assessment_id,)).fetchone() is not None
