"""Completes a journal that was saved from a damaged one: no dangling reference, no answer without a delivery."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Answer, AnswerEffect
from labeler.domain.question import NOTE_NAMES
from labeler.domain.worklist import ItemState, ReviewSpec
from labeler.journal.changes import cell_key, read_cell, write_cell
from labeler.journal.delivery_table import DeliveryTable
from labeler.journal.item_states import ItemKey, item_key, note_state, note_touched
from labeler.journal.models import DeliveryOp
from labeler.journal.outgoing_assessment import AnswerKey, assessment_for
from labeler.journal.reviews import spec_of
from labeler.journal.serialization import (
    answer_fields,
    answer_of,
    assessment_fields,
    effects_from_json,
    spec_from_json,
    spec_to_json,
)

LOST = "lost:"
"""The backend URI of a destination whose row was lost. Nothing is ever delivered there."""


def make_whole(db: sqlite3.Connection, run: str, now_ms: int) -> None:
    """Complete the saved rows: what they refer to, answers and item states from the changes, missing deliveries."""
    _restore_parents(db)
    table = DeliveryTable(db, run, now_ms)
    for cell, effect in _last_effects(db):
        if read_cell(db, cell) is None:
            write_cell(db, cell, effect.after and _renamed(table, effect.after))
        if effect.after is None and effect.before is not None:
            _delete_again(table, cell, _renamed(table, effect.before))
    for row in db.execute("SELECT * FROM cells WHERE answer IS NOT NULL").fetchall():
        _create_again(table, _cell_of(db, row), answer_of(json.loads(row["answer"])))


def _restore_parents(db: sqlite3.Connection) -> None:
    """Restore what saved rows refer to: from other rows where that is possible, else as a placeholder."""
    known = {row["id"] for row in db.execute("SELECT id FROM destinations")}
    used = db.execute(
        "SELECT destination_id AS id FROM changes UNION SELECT destination_id FROM deliveries"
        " UNION SELECT destination_id FROM cells UNION SELECT destination_id FROM retired"
        " UNION SELECT destination_id FROM states UNION SELECT destination_id FROM deferred"
        " UNION SELECT destination_id FROM drafts UNION SELECT destination_id FROM shown"
        " UNION SELECT destination_id FROM revealed"
    ).fetchall()
    for row in used:
        if row["id"] not in known:
            db.execute(
                "INSERT OR IGNORE INTO destinations (id, backend_uri, workspace, experiment_id) VALUES (?, ?, ?, ?)",
                (row["id"], *_place(db, row["id"])),
            )
    orphans = db.execute(
        "SELECT c.review_id, min(c.at_ms) AS at_ms, d.backend_uri, d.workspace, d.experiment_id,"
        " (SELECT reviewer FROM deliveries LIMIT 1) AS reviewer"
        " FROM changes c JOIN destinations d ON d.id = c.destination_id"
        " WHERE c.review_id NOT IN (SELECT id FROM reviews) GROUP BY c.review_id"
    ).fetchall()
    for row in orphans:
        spec = ReviewSpec(row["backend_uri"], row["workspace"], (row["experiment_id"],), row["reviewer"] or "")
        db.execute(
            "INSERT INTO reviews (id, key, spec, begun_at_ms, opened) VALUES (?, ?, ?, ?, 0)",
            (row["review_id"], f"saved {row['review_id']}", spec_to_json(spec), row["at_ms"]),
        )
    db.execute("DELETE FROM items WHERE review_id NOT IN (SELECT id FROM reviews)")
    db.execute("UPDATE cells SET review_id = NULL WHERE review_id NOT IN (SELECT id FROM reviews)")
    db.execute("UPDATE deliveries SET review_id = NULL WHERE review_id NOT IN (SELECT id FROM reviews)")
    db.execute("UPDATE deliveries SET depends_on = NULL WHERE depends_on NOT IN (SELECT id FROM deliveries)")


def _place(db: sqlite3.Connection, number: int) -> tuple[str, str, str]:
    """Find backend, workspace and experiment of a destination whose row was lost."""
    row = db.execute(
        "SELECT r.spec, i.experiment_id FROM changes c JOIN reviews r ON r.id = c.review_id"
        " JOIN items i ON i.review_id = c.review_id AND i.trace_id = c.trace_id WHERE c.destination_id = ? LIMIT 1",
        (number,),
    ).fetchone()
    if row is None:
        return (LOST, "", str(number))
    spec = spec_from_json(row["spec"])
    return (spec.backend_uri, spec.workspace, row["experiment_id"])


def _last_effects(db: sqlite3.Connection) -> Iterable[tuple[AnswerKey, AnswerEffect]]:
    """Return the last effect on each cell. Item states that are missing are filled in from the changes."""
    last: dict[tuple[Any, ...], tuple[AnswerKey, AnswerEffect]] = {}
    lost = _LostStates(db)
    for row in db.execute("SELECT * FROM changes ORDER BY seq").fetchall():
        spec = spec_of(db, row["review_id"])
        for effect in effects_from_json(row["effects"]):
            item = item_key(row["review_id"], spec, row["destination_id"], effect.trace_id)
            if not isinstance(effect, AnswerEffect):
                lost.note_state(item, effect.after, row["seq"])
                continue
            if effect.span_id is None:
                lost.note_touched(item, row["seq"])
            cell = AnswerKey(
                destination_id=row["destination_id"],
                review_id=row["review_id"],
                queue_id=spec.queue_id,
                reviewer=spec.reviewer,
                trace_id=effect.trace_id,
                span_id=effect.span_id,
                question=effect.question,
                kind=effect.kind,
                scope=spec.scope,
            )
            last[cell_key(cell)] = (cell, effect)
    return last.values()


class _LostStates:
    """Fills in the states of items whose rows were lost, change by change; what was saved is as new as the last one."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        saved = db.execute("SELECT destination_id, reviewer, holder, trace_id, seq FROM states").fetchall()
        self._saved = {tuple(row)[:4]: row["seq"] for row in saved}

    def note_state(self, item: ItemKey, state: ItemState, seq: int) -> None:
        if seq >= self._saved.get((item.destination_id, item.reviewer, item.holder, item.trace_id), 0):
            note_state(self._db, item, state, seq)

    def note_touched(self, item: ItemKey, seq: int) -> None:
        note_touched(self._db, item, seq)


def _create_again(table: DeliveryTable, cell: AnswerKey, standing: Answer) -> None:
    """Queue an answer whose delivery was lost. It counts as attempted: it may have arrived, and is read back first."""
    if _stays_here(table, cell) or table.create_of(standing.assessment_id) is not None:
        return
    overrides = None
    if standing.overrides is not None and cell.kind is AssessmentKind.FEEDBACK:
        overrides = table.resolve(standing.overrides)
    payload = {"assessment": assessment_fields(assessment_for(cell, standing, overrides))}
    _count_as_attempted(table, table.enqueue(cell, DeliveryOp.CREATE, standing.assessment_id, payload, overrides))


def _delete_again(table: DeliveryTable, cell: AnswerKey, gone: Answer) -> None:
    """Queue the lost retraction of an answer that may have arrived."""
    created = table.create_of(gone.assessment_id)
    is_unsent = created is not None and created["attempts"] == 0
    if _stays_here(table, cell) or is_unsent or table.has_delete(gone.assessment_id):
        return
    payload: dict[str, Any] = {"answer": answer_fields(gone), "follow": created is None}
    _count_as_attempted(table, table.enqueue(cell, DeliveryOp.DELETE, gone.assessment_id, payload))


def _count_as_attempted(table: DeliveryTable, delivery_id: int) -> None:
    table.db.execute(
        "UPDATE deliveries SET attempts = 1, ambiguous_at_ms = ?, released_at_ms = ? WHERE id = ?",
        (table.now_ms, table.now_ms, delivery_id),
    )


def _renamed(table: DeliveryTable, answer: Answer) -> Answer:
    return replace(answer, assessment_id=table.resolve(answer.assessment_id))


def _stays_here(table: DeliveryTable, cell: AnswerKey) -> bool:
    """Return whether this is a note that must not leave the journal."""
    if cell.question not in NOTE_NAMES or cell.review_id is None:
        return False
    return spec_of(table.db, cell.review_id).notes_local


def _cell_of(db: sqlite3.Connection, row: Any) -> AnswerKey:
    spec = None if row["review_id"] is None else spec_of(db, row["review_id"])
    return AnswerKey(
        destination_id=row["destination_id"],
        review_id=row["review_id"],
        queue_id=spec.queue_id if spec else None,
        reviewer=spec.reviewer if spec else row["reviewer"],
        trace_id=row["trace_id"],
        span_id=row["span_id"] or None,
        question=row["question"],
        kind=AssessmentKind(row["kind"]),
        scope=row["scope"],
    )
