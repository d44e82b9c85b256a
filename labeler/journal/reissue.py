"""Gives an answer a new ID, because what it was to override or to change is gone from the backend."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Final

from labeler.domain import answer_metadata
from labeler.domain.assessment import person
from labeler.journal.outgoing_assessment import further_id
from labeler.journal.serialization import to_json

_CELL: Final = (
    "destination_id = :destination AND reviewer = :reviewer AND scope = :scope AND trace_id = :trace"
    " AND span_id = :span AND question = :question AND json_extract(answer, '$.assessment_id') = :old"
)

_STANDING: Final = """
SELECT json_extract(cells.answer, '$.assessment_id') AS assessment_id FROM json_each(?) AS asked JOIN cells
  ON cells.destination_id = json_extract(asked.value, '$[0]') AND cells.reviewer = json_extract(asked.value, '$[1]')
 AND cells.scope = json_extract(asked.value, '$[2]') AND cells.trace_id = json_extract(asked.value, '$[3]')
 AND cells.span_id = json_extract(asked.value, '$[4]') AND cells.question = json_extract(asked.value, '$[5]')
WHERE json_extract(cells.answer, '$.assessment_id') = json_extract(asked.value, '$[6]')
"""


def replace_create(db: sqlite3.Connection, row: Any, now_ms: int, overrides: str | None, depends_on: int | None) -> int:
    """Queue a create under a new ID for the answer that the settled delivery `row` could not make valid.

    What depended on `row` depends on the new delivery. Return the ID of that delivery.
    """
    assessment = _carried(row)
    known = "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'create'"
    new_id = further_id(
        row["scope"], row["trace_id"], row["name"], lambda each: db.execute(known, (each,)).fetchone() is not None
    )
    old_id = assessment["id"]
    assessment.update(id=new_id, overrides=overrides, metadata={**assessment["metadata"], answer_metadata.ID: new_id})
    created = db.execute(
        "INSERT INTO deliveries (seq, destination_id, review_id, reviewer, scope, trace_id, span_id, name, op,"
        " assessment_id, payload, overrides, depends_on, state, created_at_ms, released_at_ms, run)"
        " SELECT (SELECT max(seq) + 1 FROM deliveries), destination_id, review_id, reviewer, scope, trace_id, span_id,"
        " name, 'create', ?, ?, ?, ?, 'waiting', ?, released_at_ms, run"
        " FROM deliveries WHERE id = ?",
        (new_id, to_json({"assessment": assessment}), overrides, depends_on, now_ms, row["id"]),
    ).lastrowid
    assert created is not None
    db.execute("INSERT OR REPLACE INTO renamed (old_id, new_id) VALUES (?, ?)", (old_id, new_id))
    _retarget(db, row["id"], created, old_id, new_id)
    _rename_in_cell(db, row, old_id, new_id)
    return created


def replace_in_place_of(db: sqlite3.Connection, row: Any, now_ms: int) -> int:
    """Replace the answer of `row` (see `replace_create`), whose target is gone: it overrides what that target overrode.

    Where that is gone, too, it is replaced once more, until nothing is left to override.
    """
    gone = row["overrides"] if row["op"] == "create" else _carried(row)["id"]
    below = db.execute("SELECT overrides FROM deliveries WHERE assessment_id = ? AND op = 'create'", (gone,)).fetchone()
    overrides = None if below is None else below["overrides"]
    before = db.execute(
        "SELECT max(id) FROM deliveries WHERE trace_id = ? AND overrides = ? AND op = 'delete'"
        " AND state IN ('waiting', 'parked', 'refused')",
        (row["trace_id"], overrides),
    ).fetchone()[0]
    return replace_create(db, row, now_ms, overrides, before)


def _retarget(db: sqlite3.Connection, old_delivery: int, new_delivery: int, old_id: str, new_id: str) -> None:
    """Make deliveries that depended on the closed one, and changes of its answer, depend on the new one."""
    followers = db.execute(
        "SELECT id, op, payload FROM deliveries WHERE (depends_on = ? OR assessment_id = ? AND op = 'update')"
        " AND state IN ('waiting', 'parked', 'refused')",
        (old_delivery, old_id),
    ).fetchall()
    for follower in followers:
        payload = json.loads(follower["payload"])
        if follower["op"] == "create":
            payload["assessment"]["overrides"] = new_id
        if follower["op"] == "update":
            payload["assessment"].update(id=new_id)
            payload["assessment"]["metadata"][answer_metadata.ID] = new_id
        db.execute(
            "UPDATE deliveries SET depends_on = :delivery, payload = :payload,"
            " overrides = iif(overrides = :old, :new, overrides),"
            " assessment_id = iif(assessment_id = :old, :new, assessment_id) WHERE id = :id",
            {
                "delivery": new_delivery,
                "payload": to_json(payload),
                "old": old_id,
                "new": new_id,
                "id": follower["id"],
            },
        )


def is_still_wanted(db: sqlite3.Connection, row: Any) -> bool:
    """Return whether the answer that `row` could not make valid is still wanted.

    One that was to be created always is. One that was to be changed or brought back is while it is the standing answer,
    the latter unless it is queued to be created again.
    """
    if row["op"] == "create":
        return True
    carried = _carried(row)["id"]
    return stands(db, row, carried) and not (row["op"] == "delete" and _is_queued(db, carried))


def _is_queued(db: sqlite3.Connection, assessment_id: str) -> bool:
    queued = (
        "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'create'"
        " AND state IN ('waiting', 'parked', 'refused')"
    )
    return db.execute(queued, (assessment_id,)).fetchone() is not None


def stands(db: sqlite3.Connection, row: Any, assessment_id: str) -> bool:
    """Return whether this assessment is the standing answer in the cell of the delivery `row`."""
    return bool(standing(db.execute, [(row, assessment_id)]))


def standing(ask: Callable[[str, tuple[str]], Iterable[Any]], carried: Iterable[tuple[Any, str]]) -> set[str]:
    """Return which of these assessments are the standing answer in the cell of the delivery beside them.

    `ask` runs a query and returns its rows.
    """
    cells = [
        (
            row["destination_id"],
            person(row["reviewer"]),
            row["scope"],
            row["trace_id"],
            row["span_id"],
            row["name"],
            assessment_id,
        )
        for row, assessment_id in carried
    ]
    return {found["assessment_id"] for found in ask(_STANDING, (json.dumps(cells),))}


def _carried(row: Any) -> dict[str, Any]:
    payload = json.loads(row["payload"])
    carried: dict[str, Any] = payload["restored"] if row["op"] == "delete" else payload["assessment"]
    return carried


def _rename_in_cell(db: sqlite3.Connection, row: Any, old_id: str, new_id: str) -> None:
    db.execute(
        f"UPDATE cells SET answer = json_set(answer, '$.assessment_id', :new) WHERE {_CELL}",
        {**_cell(row, old_id), "new": new_id},
    )
    db.execute(
        "INSERT OR IGNORE INTO retired (destination_id, assessment_id) VALUES (?, ?)", (row["destination_id"], old_id)
    )


def _cell(row: Any, assessment_id: str) -> dict[str, Any]:
    """Return the parameters of `_CELL`: the cell of a delivery, while this answer stands in it."""
    return {
        "destination": row["destination_id"],
        "reviewer": person(row["reviewer"]),
        "scope": row["scope"],
        "trace": row["trace_id"],
        "span": row["span_id"],
        "question": row["name"],
        "old": assessment_id,
    }
