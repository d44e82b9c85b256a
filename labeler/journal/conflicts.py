"""Finds answers that somebody gave under the reviewer's ID and the reviewer was never shown, and settles what to do.

The answer that was given here is parked while the reviewer has not said which of the two counts. What else there is to
deliver of its item goes on.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from labeler.domain import answer_metadata
from labeler.domain.answer_metadata import answer_of
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.deletion_order import in_deletion_order
from labeler.domain.destination import Destination
from labeler.domain.sprint import in_scope
from labeler.journal.changes import write_cell
from labeler.journal.delivery_table import OTHERS, RETIRED, DeliveryTable
from labeler.journal.destinations import known, numbers
from labeler.journal.models import Delivery, DeliveryState, ParkCause
from labeler.journal.outbox_queries import delivery_of_row
from labeler.journal.outgoing_assessment import AnswerKey
from labeler.journal.retirement import retire
from labeler.journal.serialization import assessment_fields, assessment_of, to_json
from labeler.journal.store import Store

_REASON: Final = (
    "Another answer of yours is on the server, which you were never shown here. Both are kept: labeler outbox retry "
    "sends this one, labeler outbox discard keeps the other"
)

_ANSWERS: Final = """
SELECT d.* FROM deliveries d WHERE d.trace_id = ? AND d.op = 'create' AND d.review_id IS NOT NULL
  AND d.destination_id IN (SELECT value FROM json_each(?))
  AND (d.state = 'waiting' AND d.attempts = 0 OR d.state = 'parked' AND d.cause = 'conflict'
       OR d.state = 'delivered' AND EXISTS (
          SELECT 1 FROM cells c WHERE c.destination_id = d.destination_id AND c.trace_id = d.trace_id
            AND c.scope = d.scope AND c.span_id = d.span_id AND c.question = d.name
            AND json_extract(c.answer, '$.assessment_id') = d.assessment_id))
"""
"""What may be in conflict: answers that were never sent, that are in conflict already, and that stand."""

_IN_CONFLICT: Final = (
    "SELECT trace_id FROM deliveries WHERE state = 'parked' AND cause = 'conflict'"
    " AND state IN ('waiting', 'parked', 'refused') AND destination_id IN (SELECT value FROM json_each(?))"
)


class Conflicts:
    """The answers that are in conflict with others of the reviewer's own. Methods raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(
        self, destinations: Sequence[Destination], told: Mapping[str, Sequence[Assessment]], now_ms: int
    ) -> list[Delivery]:
        """Compare answers with what the backend has about their traces, just read. Return those newly in conflict.

        One that is not in conflict any more is queued again.
        """
        places, where = known(self._store), numbers(self._store, destinations)
        in_conflict = {row["trace_id"] for row in self._store.rows(_IN_CONFLICT, (where,))}
        found: list[tuple[Any, list[Assessment]]] = []
        for trace_id, assessments in told.items():
            if trace_id in in_conflict or any(each.source.type is SourceType.HUMAN for each in assessments):
                for row in self._store.rows(_ANSWERS, (trace_id, where)):
                    mine = list(_of_the_same_place(row, assessments))
                    is_new = bool(self._unknown(row, mine))
                    if is_new is not (row["state"] == DeliveryState.PARKED):
                        found.append((row, mine))
        if not found:
            return []
        with self._store.writing() as db:
            parked = [row["id"] for row, mine in found if _park_or_queue(db, row, mine, now_ms)]
            rows = [db.execute("SELECT * FROM deliveries WHERE id = ?", (each,)).fetchone() for each in parked]
        return [delivery_of_row(row, places) for row in rows]

    def note_why_not(self, destinations: Sequence[Destination], trace_ids: Sequence[str], reason: str) -> None:
        """Note why the answers about these traces, which were never sent, did not go out: nothing could be asked."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE deliveries SET reason = ? WHERE state = 'waiting' AND attempts = 0 AND op = 'create'"
                " AND destination_id IN (SELECT value FROM json_each(?))"
                " AND trace_id IN (SELECT value FROM json_each(?))",
                (reason, numbers(self._store, destinations), json.dumps(list(trace_ids))),
            )

    def _unknown(self, row: Any, mine: Sequence[Assessment]) -> list[Assessment]:
        """Return the valid ones that were neither made here nor shown to the reviewer."""
        return [each for each in mine if each.valid and not self._is_known(row["destination_id"], each)]

    def _is_known(self, destination_id: int, assessment: Assessment) -> bool:
        row = self._store.row(
            "SELECT EXISTS (SELECT 1 FROM shown WHERE destination_id = :at AND assessment_id = :id)"
            " OR EXISTS (SELECT 1 FROM retired WHERE destination_id = :at AND assessment_id = :id)"
            " OR EXISTS (SELECT 1 FROM deliveries WHERE assessment_id IN (:id, :ours) AND op = 'create')",
            {
                "at": destination_id,
                "id": assessment.id,
                "ours": assessment.metadata.get(answer_metadata.ID, assessment.id),
            },
        )
        return row is not None and bool(row[0])


def _of_the_same_place(row: Any, assessments: Sequence[Assessment]) -> Iterator[Assessment]:
    """Yield the assessments, valid or not, that are answers of the same person to the same question."""
    kind = AssessmentKind(json.loads(row["payload"])["assessment"]["kind"])
    is_in_scope = in_scope(row["scope"])
    for each in assessments:
        if (
            each.name == row["name"]
            and (each.span_id or "") == row["span_id"]
            and each.kind is kind
            and each.source.type is SourceType.HUMAN
            and same_reviewer(each.source.id, row["reviewer"])
            and not each.metadata.get(answer_metadata.ROLE)
            and is_in_scope(each)
        ):
            yield each


def _park_or_queue(db: sqlite3.Connection, row: Any, mine: Sequence[Assessment], now_ms: int) -> bool:
    """Park an answer that came into conflict, or queue one that is not any more. Return whether it was parked."""
    payload = json.loads(row["payload"])
    if row["state"] == DeliveryState.PARKED:
        payload.pop(OTHERS, None)
        state, cause, reason = DeliveryState.WAITING, None, None
    else:
        payload[OTHERS] = [assessment_fields(each) for each in mine]
        state, cause, reason = DeliveryState.PARKED, ParkCause.CONFLICT, _REASON
    changed = db.execute(
        "UPDATE deliveries SET state = ?, cause = ?, reason = ?, payload = ?, settled_at_ms = ?"
        " WHERE id = ? AND state = ? AND attempts = ?",
        (state, cause, reason, to_json(payload), now_ms, row["id"], row["state"], row["attempts"]),
    ).rowcount
    return state is DeliveryState.PARKED and bool(changed)


def others_of(row: Any) -> list[Assessment]:
    """Return the reviewer's assessments at the place of an answer in conflict, the answer itself left out."""
    payload = json.loads(row["payload"])
    ours = {payload["assessment"]["id"], row["server_id"]}
    return [each for each in map(assessment_of, payload.get(OTHERS, ())) if each.id not in ours]


def send_mine(table: DeliveryTable, row: Any) -> None:
    """Have an answer in conflict supersede the others: it is queued, and they are retired once it is acknowledged."""
    rows = others_of(row)
    valid = sorted((each for each in rows if each.valid), key=_age)
    payload = json.loads(row["payload"])
    payload.pop(OTHERS, None)
    cell = _cell(row, payload)
    overrides = row["overrides"]
    if row["attempts"] == 0 and valid and cell.kind is AssessmentKind.FEEDBACK:
        overrides = valid.pop().id
        payload["assessment"]["overrides"] = overrides
    table.db.execute(
        "UPDATE deliveries SET state = 'waiting', cause = NULL, reason = NULL, settled_at_ms = NULL, payload = ?,"
        " overrides = ? WHERE id = ?",
        (to_json(payload), overrides, row["id"]),
    )
    _note_shown(table, row, rows)
    answer = answer_of(assessment_of(payload["assessment"]), payload["assessment"]["value"])
    retire(table, cell, answer, list(in_deletion_order(valid, rows)))
    _release(table, row)


def keep_other(table: DeliveryTable, row: Any) -> None:
    """Have the newest of the others be the reviewer's answer: the one given here is not sent, or deleted again."""
    rows = others_of(row)
    payload = json.loads(row["payload"])
    cell, given = _cell(row, payload), assessment_of(payload["assessment"])
    kept = max((each for each in rows if each.valid), key=_age, default=None)
    table.close(row["id"], "another answer of yours was kept")
    for retirement in table.retirements_after(row["id"]):
        table.close(retirement["id"], "another answer of yours was kept")
    if row["attempts"] > 0:
        ours = replace(given, id=row["server_id"] or given.id)
        doomed = [each for each in in_deletion_order([ours], rows) if each is not kept]
        retire(table, cell, None, [replace(each, id=given.id) if each is ours else each for each in doomed])
    _note_shown(table, row, rows)
    write_cell(table.db, cell, None if kept is None else answer_of(kept, kept.value))
    table.db.execute(
        "INSERT OR IGNORE INTO retired (destination_id, assessment_id) VALUES (?, ?)", (row["destination_id"], given.id)
    )
    _release(table, row)


def _age(assessment: Assessment) -> tuple[int, str]:
    return assessment.created_at_ms, assessment.id


def _note_shown(table: DeliveryTable, row: Any, rows: Sequence[Assessment]) -> None:
    table.db.executemany(
        "INSERT OR IGNORE INTO shown (destination_id, assessment_id) VALUES (?, ?)",
        [(row["destination_id"], each.id) for each in rows],
    )


def _release(table: DeliveryTable, row: Any) -> None:
    """Let the deletes that follow go out as soon as what they wait for is done: the reviewer has decided."""
    table.db.execute(
        "UPDATE deliveries SET released_at_ms = ? WHERE released_at_ms IS NULL AND trace_id = ? AND op = 'delete'"
        f" AND json_extract(payload, '$.{RETIRED}') IS NOT NULL AND run = ?",
        (table.now_ms, row["trace_id"], table.run),
    )


def _cell(row: Any, payload: Mapping[str, Any]) -> AnswerKey:
    return AnswerKey(
        destination_id=row["destination_id"],
        review_id=row["review_id"],
        queue_id=None,
        reviewer=row["reviewer"],
        trace_id=row["trace_id"],
        span_id=row["span_id"] or None,
        question=row["name"],
        kind=AssessmentKind(payload["assessment"]["kind"]),
        scope=row["scope"],
    )
