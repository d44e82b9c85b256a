"""Decisions of a lead's that another lead's came before: they are closed, and stand in their cell no longer."""

from __future__ import annotations

import sqlite3
from typing import Any

from labeler.domain.assessment import person
from labeler.journal.delivery_table import OVERTAKEN


def overtake(db: sqlite3.Connection, row: Any, reason: str, now_ms: int) -> None:
    """Close the create in `row`, and what was decided after it without knowing of the other decision.

    What was attempted already is left to its own attempt, which finds out what is there.
    """
    cell = {
        "destination": row["destination_id"],
        "reviewer": row["reviewer"],
        "scope": row["scope"],
        "trace": row["trace_id"],
        "span": row["span_id"],
        "name": row["name"],
        "id": row["id"],
    }
    closed = db.execute(
        "UPDATE deliveries SET state = 'closed', cause = :cause, reason = :reason, settled_at_ms = :now"
        " WHERE id = :id OR (destination_id = :destination AND reviewer = :reviewer AND scope = :scope"
        " AND trace_id = :trace AND span_id = :span AND name = :name AND op = 'create' AND state = 'waiting'"
        " AND attempts = 0) RETURNING assessment_id",
        {**cell, "cause": OVERTAKEN, "reason": reason, "now": now_ms},
    ).fetchall()
    db.executemany(
        "UPDATE cells SET answer = NULL WHERE destination_id = :destination AND reviewer = :person AND scope = :scope"
        " AND trace_id = :trace AND span_id = :span AND question = :name"
        " AND json_extract(answer, '$.assessment_id') = :assessment",
        [{**cell, "person": person(row["reviewer"]), "assessment": each["assessment_id"]} for each in closed],
    )
