"""Reads and writes rows of the deliveries table inside one transaction. The rules are in `deliveries_of_changes`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.journal.models import DeliveryOp, DeliveryState
from labeler.journal.outgoing_assessment import AnswerKey
from labeler.journal.serialization import to_json

OPEN: Final = frozenset({DeliveryState.WAITING, DeliveryState.PARKED, DeliveryState.REFUSED})
"""States of a delivery that has not come to its end."""

WITHDRAWN: Final = "withdrawn"
"""Cause of a create that was closed because its answer was retracted. An undo may reopen it."""

OVERTAKEN: Final = "overtaken"
"""Cause of a create that was closed because another lead's decision counts. Nothing of it is on the backend, and its ID
may be that of the other's.
"""

OTHERS: Final = "others"
"""Key in the payload of a create in conflict: the reviewer's assessments at its place, as they were read."""

RETIRED: Final = "retired"
"""Key in the payload of a delete of what stood beside the answer that was changed: the whole assessment."""

SURPLUS: Final = "surplus"
"""Key in the payload of a delete that no change asked for: of what counts beside the answer that superseded it."""

_INSERT: Final = """
INSERT INTO deliveries (seq, destination_id, review_id, reviewer, scope, trace_id, span_id, name, op, assessment_id,
                        payload, overrides, depends_on, state, created_at_ms, run)
VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM deliveries), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)
"""

_IN_CELL: Final = "destination_id = ? AND reviewer = ? AND scope = ? AND trace_id = ? AND span_id = ? AND name = ?"


@dataclass(frozen=True, slots=True)
class DeliveryTable:
    """The deliveries table inside a transaction. `run` names the opening of the journal that writes."""

    db: sqlite3.Connection
    run: str
    now_ms: int

    def enqueue(
        self,
        cell: AnswerKey,
        op: DeliveryOp,
        assessment_id: str | None,
        payload: Mapping[str, Any],
        overrides: str | None = None,
        depends_on: int | None = None,
    ) -> int:
        """Append a delivery, unreleased. Return its ID."""
        cursor = self.db.execute(
            _INSERT,
            (
                cell.destination_id,
                cell.review_id,
                cell.reviewer,
                cell.scope,
                cell.trace_id,
                cell.span_id or "",
                cell.question,
                op,
                assessment_id,
                to_json(payload),
                overrides,
                depends_on,
                self.now_ms,
                self.run,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def create_of(self, assessment_id: str) -> Any | None:
        """Return the row of the create of this assessment, or None when it was not made here."""
        return self.db.execute(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op = 'create'", (assessment_id,)
        ).fetchone()

    def is_known(self, assessment_id: str) -> bool:
        """Return whether an assessment of this ID was made here."""
        return self.create_of(assessment_id) is not None

    def updates_of(self, assessment_id: str) -> list[Any]:
        """Return the rows of all updates of this assessment, whatever their state, oldest first."""
        return self.db.execute(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op = 'update' ORDER BY seq", (assessment_id,)
        ).fetchall()

    def has_delete(self, assessment_id: str) -> bool:
        """Return whether a delete of this assessment was enqueued and not cancelled."""
        return (
            self.db.execute(
                "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'delete' AND state != 'closed'",
                (assessment_id,),
            ).fetchone()
            is not None
        )

    def unsent_deletes_in(self, cell: AnswerKey) -> list[Any]:
        """Return the deletes in this cell that follow from changes and were never attempted, oldest first."""
        return self.db.execute(
            f"SELECT * FROM deliveries WHERE {_IN_CELL} AND op = 'delete' AND state = 'waiting' AND attempts = 0"
            f" AND coalesce(json_extract(payload, '$.{SURPLUS}'), json_extract(payload, '$.{RETIRED}')) IS NULL"
            " ORDER BY seq",
            _place(cell),
        ).fetchall()

    def open_delete_that_restores(self, cell: AnswerKey, assessment_id: str) -> int | None:
        """Return the ID of the open delete that will make `assessment_id` valid again, or None."""
        row = self.db.execute(
            f"SELECT id FROM deliveries WHERE {_IN_CELL} AND op = 'delete' AND overrides = ?"
            " AND state IN ('waiting', 'parked', 'refused') ORDER BY seq DESC LIMIT 1",
            (*_place(cell), assessment_id),
        ).fetchone()
        return None if row is None else int(row["id"])

    def open_retirement_of(self, assessment_id: str) -> Any | None:
        """Return the row of the open delete that retires an assessment, or None."""
        return self.db.execute(
            "SELECT * FROM deliveries WHERE assessment_id = ? AND op = 'delete' AND state IN"
            f" ('waiting', 'parked', 'refused') AND json_extract(payload, '$.{RETIRED}') IS NOT NULL",
            (assessment_id,),
        ).fetchone()

    def retirements_after(self, delivery_id: int) -> list[Any]:
        """Return the rows of unsent retirements that wait for a delivery, directly or one for the other."""
        return self.db.execute(
            "WITH RECURSIVE waiting(id) AS (SELECT ? UNION SELECT d.id FROM deliveries d JOIN waiting w"
            f" ON d.depends_on = w.id WHERE d.op = 'delete' AND json_extract(d.payload, '$.{RETIRED}') IS NOT NULL)"
            " SELECT * FROM deliveries WHERE id IN (SELECT id FROM waiting) AND op = 'delete' AND state = 'waiting'"
            " AND attempts = 0",
            (delivery_id,),
        ).fetchall()

    def hang_retirements(self, cell: AnswerKey, delivery_id: int | None) -> None:
        """Have the retirements in this cell wait for a delivery in place of one that is closed."""
        self.db.execute(
            f"UPDATE deliveries SET depends_on = ? WHERE {_IN_CELL} AND op = 'delete' AND state = 'waiting'"
            f" AND attempts = 0 AND json_extract(payload, '$.{RETIRED}') IS NOT NULL"
            " AND depends_on IN (SELECT id FROM deliveries WHERE op IN ('create', 'update') AND state = 'closed')",
            (delivery_id, *_place(cell)),
        )

    def statuses_of(self, cell: AnswerKey) -> list[Any]:
        """Return the rows of all queue statuses of this trace, whatever their state, oldest first."""
        return self.db.execute(
            "SELECT * FROM deliveries WHERE destination_id = ? AND reviewer = ? AND trace_id = ? AND op = 'status'"
            " ORDER BY seq",
            (cell.destination_id, cell.reviewer, cell.trace_id),
        ).fetchall()

    def close(self, delivery_id: int, reason: str, cause: str | None = None) -> None:
        """Close a delivery: it is not sent any more."""
        self.db.execute(
            "UPDATE deliveries SET state = 'closed', reason = ?, cause = ?, settled_at_ms = ? WHERE id = ?",
            (reason, cause, self.now_ms, delivery_id),
        )

    def reopen(self, delivery_id: int) -> None:
        """Queue a withdrawn delivery again at its old place."""
        self.db.execute(
            "UPDATE deliveries SET state = 'waiting', reason = NULL, cause = NULL, settled_at_ms = NULL WHERE id = ?",
            (delivery_id,),
        )

    def requeue(
        self, delivery_id: int, payload: Mapping[str, Any], overrides: str | None, depends_on: int | None
    ) -> None:
        """Queue a closed delivery that was never attempted again, at the end and unreleased."""
        self.reopen(delivery_id)
        self.db.execute(
            "UPDATE deliveries SET seq = (SELECT max(seq) + 1 FROM deliveries), payload = ?, overrides = ?,"
            " depends_on = ?, released_at_ms = NULL, run = ? WHERE id = ? AND attempts = 0",
            (to_json(payload), overrides, depends_on, self.run, delivery_id),
        )

    def replace_payload(self, delivery_id: int, payload: Mapping[str, Any]) -> None:
        """Replace the payload of a delivery that was never attempted."""
        self.db.execute(
            "UPDATE deliveries SET payload = ? WHERE id = ? AND attempts = 0", (to_json(payload), delivery_id)
        )

    def rename(self, old_id: str, new_id: str) -> None:
        """Record that the answer with `old_id` is carried by `new_id` from now on."""
        self.db.execute("INSERT OR REPLACE INTO renamed (old_id, new_id) VALUES (?, ?)", (old_id, new_id))

    def resolve(self, assessment_id: str) -> str:
        """Return the ID under which an answer is in the outbox: renames followed, a server's ID replaced by ours."""
        current = assessment_id
        while True:
            row = self.db.execute(
                "SELECT new_id FROM renamed WHERE old_id = ?"
                " UNION ALL SELECT assessment_id FROM deliveries WHERE server_id = ? AND op = 'create' LIMIT 1",
                (current, current),
            ).fetchone()
            if row is None or row[0] == current:
                return current
            current = row[0]


def _place(cell: AnswerKey) -> tuple[int, str, str, str, str, str]:
    """Return the parameters of `_IN_CELL`."""
    return (cell.destination_id, cell.reviewer, cell.scope, cell.trace_id, cell.span_id or "", cell.question)
