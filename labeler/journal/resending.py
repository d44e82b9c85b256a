"""Finds what to compare with the backend, and sends again what the backend has lost.

Sending again adds nothing to the log of changes: an acknowledged delivery is queued once more. Its answer keeps its
ID, so that nothing is added where the backend has it after all or where this is done twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import field
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind, person
from labeler.domain.destination import Destination
from labeler.journal.delivery_table import RETIRED, SURPLUS
from labeler.journal.destinations import known, numbers
from labeler.journal.models import Delivery, DeliveryOp, Former, Lost, Surplus
from labeler.journal.outbox_queries import delivery_of_row
from labeler.journal.reissue import replace_create, stands
from labeler.journal.serialization import to_json
from labeler.journal.store import Store

_AGAIN: Final = """
UPDATE deliveries SET state = 'waiting', cause = NULL, reason = NULL, failures = 0, not_before_ms = NULL,
    settled_at_ms = NULL, claimed_at_ms = NULL, depends_on = ? WHERE id = ?
"""

_OF_DELETE: Final = """
UPDATE deliveries SET overrides = ?, payload = json_remove(payload, '$.restored') WHERE id = ?
"""
"""What has to be valid afterwards is looked after by whoever sends a delete again."""

_OPEN: Final = "('waiting', 'parked', 'refused')"

_DELETE: Final = """
INSERT INTO deliveries (seq, destination_id, review_id, reviewer, scope, trace_id, span_id, name, op, assessment_id,
                        payload, overrides, depends_on, state, created_at_ms, released_at_ms, run)
SELECT (SELECT max(seq) + 1 FROM deliveries), destination_id, review_id, reviewer, scope, trace_id, span_id, name,
       'delete', assessment_id, ?, ?, ?, 'waiting', ?, coalesce(released_at_ms, ?), ?
FROM deliveries WHERE id = ?
"""

_OPEN_DELETE: Final = f"""
SELECT (SELECT id FROM deliveries WHERE destination_id = ? AND reviewer = ? AND scope = ? AND trace_id = ?
        AND span_id = ? AND name = ? AND op = 'delete' AND state IN {_OPEN} ORDER BY seq DESC LIMIT 1)
"""

_CELLS: Final = """
SELECT c.destination_id, c.reviewer, c.scope, c.trace_id, c.span_id, c.question,
       json_extract(c.answer, '$.assessment_id'),
       c.answer IS NULL OR EXISTS (SELECT 1 FROM deliveries d WHERE d.op = 'create'
                                   AND d.assessment_id = json_extract(c.answer, '$.assessment_id'))
FROM cells c WHERE c.destination_id IN (SELECT value FROM json_each(?))
"""

_FORMER: Final = f"""
SELECT d.*, iif(d.op = 'create', d.id, NULL) AS creation, coalesce(d.server_id, d.assessment_id) AS stored_id,
       (SELECT max(r.id) FROM deliveries r
        WHERE r.assessment_id = d.assessment_id AND r.op = 'delete' AND r.state = 'delivered') AS retraction,
       EXISTS (SELECT 1 FROM deliveries r
               WHERE r.assessment_id = d.assessment_id AND r.op = 'delete' AND r.state IN {_OPEN}) AS is_underway
FROM deliveries d
WHERE d.destination_id IN (SELECT value FROM json_each(:places))
  AND (d.op = 'create' AND (d.attempts > 0 OR d.state = 'delivered') AND json_extract(d.payload, '$.{RETIRED}') IS NULL
       OR d.op = 'delete' AND d.state = 'delivered'
          AND NOT EXISTS (SELECT 1 FROM deliveries c WHERE c.assessment_id = d.assessment_id AND c.op = 'create'))
ORDER BY d.seq
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

    def former(self, destinations: Sequence[Destination]) -> list[Former]:
        """Return what was sent to or retracted at these destinations and does not stand now, the oldest first.

        An assessment whose cell holds one that was made elsewhere is left out, unless its retraction was acknowledged.
        """
        places = numbers(self._store, destinations)
        cells = {tuple(key): (standing, is_ours) for *key, standing, is_ours in self._store.rows(_CELLS, (places,))}
        found = []
        for row in self._store.rows(_FORMER, {"places": places}):
            destination_id, reviewer, *place = _cell(row)
            cell = (destination_id, person(reviewer), *place)
            standing, is_ours = cells.get(cell, (None, False))
            if standing != row["assessment_id"] and (is_ours or row["retraction"] is not None):
                found.append(
                    Former(
                        trace_id=row["trace_id"],
                        name=row["name"],
                        stored_id=row["stored_id"],
                        standing=standing,
                        retraction=row["retraction"],
                        creation=row["creation"] if is_ours else None,
                        is_underway=bool(row["is_underway"]),
                    )
                )
        return found

    def nearest(self, delivery_id: int, there: Collection[str]) -> str | None:
        """Return the first in `there` of what an answer overrode, what that overrode in turn, and so on, or None.

        `delivery_id` is its create; `there` holds stored IDs.
        """
        row = self._store.row("SELECT payload, overrides FROM deliveries WHERE id = ?", (delivery_id,))
        if row is None or json.loads(row["payload"])["assessment"]["kind"] == AssessmentKind.EXPECTATION:
            return None
        below: str | None = row["overrides"]
        while below is not None:
            created = self._store.row(
                "SELECT overrides, server_id FROM deliveries WHERE assessment_id = ? AND op = 'create'", (below,)
            )
            stored_id = below if created is None or created["server_id"] is None else str(created["server_id"])
            if stored_id in there:
                return stored_id
            below = None if created is None else created["overrides"]
        return None

    def left_items(self, destinations: Sequence[Destination]) -> list[Delivery]:
        """Return the acknowledged status deliveries that left each queue item there in its state."""
        rows = self._store.rows(
            f"SELECT d.* FROM deliveries d WHERE d.op = 'status' AND d.state = 'delivered' AND {_LAST_STATUS}"
            " AND d.destination_id IN (SELECT value FROM json_each(?)) ORDER BY d.seq",
            (numbers(self._store, destinations),),
        )
        places = known(self._store)
        return [delivery_of_row(row, places) for row in rows]

    def sent_forms(self, assessment_id: str) -> list[Delivery]:
        """Return the create and updates of an answer that reached the backend or may have done so, in their order."""
        rows = self._store.rows(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op IN ('create', 'update')"
            " AND (attempts > 0 OR state = 'delivered') ORDER BY seq",
            (assessment_id,),
        )
        places = known(self._store)
        return [delivery_of_row(row, places) for row in rows]

    def send_again(self, lost: Sequence[Lost | Surplus], now_ms: int) -> int:
        """Queue acknowledged deliveries once more, and deletes of what is surplus, all or none. Return how many.

        Those that are queued already, and those that say what the reviewer has changed since, are left out.
        """
        with self._store.writing() as db:
            again = _Again(db, self._store.run, now_ms)
            return sum(again.send(each) for each in sorted(lost, key=again.is_create))


@dataclass(frozen=True, slots=True)
class _Again:
    """Queues deliveries again inside a transaction: deletes first, one after the other, and creates after them.

    `last` holds the last delete in each cell. A delete makes valid what its assessment overrides, so an answer that is
    to override that has to come later.
    """

    db: sqlite3.Connection
    run: str
    now_ms: int
    last: dict[tuple[Any, ...], int | None] = field(default_factory=dict)

    def is_create(self, lost: Lost | Surplus) -> bool:
        """Return whether this is to be created again."""
        if isinstance(lost, Surplus):
            return False
        row = self.db.execute("SELECT op FROM deliveries WHERE id = ?", (lost.delivery_id,)).fetchone()
        return row is not None and row["op"] == DeliveryOp.CREATE

    def send(self, lost: Lost | Surplus) -> bool:
        """Queue one again, if it is acknowledged and still what the reviewer wants. Return whether it was queued."""
        overrides = self._known_here(lost.overrides)
        if isinstance(lost, Surplus):
            return self._delete_surplus(lost.creation, overrides)
        row = self.db.execute(
            "SELECT * FROM deliveries WHERE id = ? AND state = 'delivered'", (lost.delivery_id,)
        ).fetchone()
        if row is None or not _is_in_force(self.db, row):
            return False
        match row["op"]:
            case DeliveryOp.CREATE:
                self._create(row, overrides)
            case DeliveryOp.DELETE:
                self.db.execute(_OF_DELETE, (overrides, row["id"]))
                self.db.execute(_AGAIN, (self._last_delete(row), row["id"]))
                self.last[_cell(row)] = row["id"]
            case _:
                self.db.execute(_AGAIN, (row["depends_on"], row["id"]))
        return True

    def _delete_surplus(self, creation: int, overrides: str | None) -> bool:
        row = self.db.execute("SELECT * FROM deliveries WHERE id = ?", (creation,)).fetchone()
        if stands(self.db, row, row["assessment_id"]) or _has_open(self.db, DeliveryOp.DELETE, row["assessment_id"]):
            return False
        payload = to_json({"answer": None, SURPLUS: True})
        self.last[_cell(row)] = self.db.execute(
            _DELETE, (payload, overrides, self._last_delete(row), self.now_ms, self.now_ms, self.run, row["id"])
        ).lastrowid
        return True

    def _create(self, row: Any, overrides: str | None) -> None:
        """Queue an answer's create again, and its last update.

        An ID that was ever deleted from here is not created again, since that deletion could still take effect.
        """
        changes = self.db.execute(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op = 'update' AND state = 'delivered' ORDER BY seq",
            (row["assessment_id"],),
        ).fetchall()
        depends_on = None if overrides is None else self._last_delete(row)
        if _was_deleted(self.db, row["assessment_id"]):
            self.db.execute(
                "UPDATE deliveries SET state = 'closed', reason = 'lost by the backend; it goes on under a new ID'"
                " WHERE id = ?",
                (row["id"],),
            )
            replace_create(self.db, changes[-1] if changes else row, self.now_ms, overrides, depends_on)
            return
        payload = json.loads(row["payload"])
        payload["assessment"]["overrides"] = overrides
        self.db.execute(
            "UPDATE deliveries SET payload = ?, overrides = ? WHERE id = ?", (to_json(payload), overrides, row["id"])
        )
        self.db.execute(_AGAIN, (depends_on, row["id"]))
        if changes:
            self.db.execute(_AGAIN, (row["id"], changes[-1]["id"]))

    def _last_delete(self, row: Any) -> int | None:
        """Return the last of the deletes that are queued in the cell of a delivery."""
        cell = _cell(row)
        if cell not in self.last:
            self.last[cell] = self.db.execute(_OPEN_DELETE, cell).fetchone()[0]
        return self.last[cell]

    def _known_here(self, stored_id: str | None) -> str | None:
        """Return the ID that an assessment has here."""
        row = self.db.execute(
            "SELECT assessment_id FROM deliveries WHERE server_id = ? AND op = 'create'", (stored_id,)
        ).fetchone()
        return stored_id if row is None else str(row[0])


def _cell(row: Any) -> tuple[Any, ...]:
    return (row["destination_id"], row["reviewer"], row["scope"], row["trace_id"], row["span_id"], row["name"])


def _is_in_force(db: sqlite3.Connection, row: Any) -> bool:
    """Return whether what this delivery did is still what the reviewer wants."""
    match row["op"]:
        case DeliveryOp.DELETE:
            return not stands(db, row, row["assessment_id"])
        case DeliveryOp.STATUS:
            asked = f"SELECT 1 FROM deliveries d WHERE d.id = ? AND {_LAST_STATUS}"
            return db.execute(asked, (row["id"],)).fetchone() is not None
        case DeliveryOp.CREATE if _has_open(db, DeliveryOp.UPDATE, row["assessment_id"]):
            return False  # the change finds it gone, and it is created anew with that change
        case _:
            return stands(db, row, row["assessment_id"])


def _was_deleted(db: sqlite3.Connection, assessment_id: str) -> bool:
    asked = "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'delete' AND (state != 'closed' OR attempts > 0)"
    return db.execute(asked, (assessment_id,)).fetchone() is not None


def _has_open(db: sqlite3.Connection, op: DeliveryOp, assessment_id: str) -> bool:
    asked = f"SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = ? AND state IN {_OPEN}"
    return db.execute(asked, (assessment_id, op)).fetchone() is not None
