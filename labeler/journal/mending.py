"""Making a journal whole again from the rows that were saved: no dangling reference, no answer undelivered."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import Any

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import AnswerEffect
from labeler.domain.question import NOTE_NAMES
from labeler.domain.worklist import ReviewSpec
from labeler.journal.changes import cell_key, read_cell, write_cell
from labeler.journal.codec import (
    answer_fields,
    answer_of,
    assessment_fields,
    effects_from_json,
    spec_from_json,
    spec_to_json,
)
from labeler.journal.ledger import Ledger
from labeler.journal.payload import Cell, assessment_for
from labeler.journal.rows import DeliveryOp

LOST = "lost:"
"""The backend URI of a destination whose row was lost: nothing is ever delivered there."""


def mend(db: sqlite3.Connection, run: str, now_ms: int) -> None:
    """Complete what was saved: parents of rows, cells and states from the changes, deliveries of standing answers."""
    _restore_parents(db)
    ledger = Ledger(db, run, now_ms)
    for cell, effect in _last_effects(db).values():
        _fill_in_cell(ledger, cell, effect)
        _deliver_again(ledger, cell, effect)


def _restore_parents(db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR IGNORE INTO destinations (id, backend_uri, workspace, experiment_id)"
        " SELECT used.id, ?, '', used.id FROM (SELECT destination_id AS id FROM changes"
        " UNION SELECT destination_id FROM deliveries UNION SELECT destination_id FROM cells"
        " UNION SELECT destination_id FROM retired) used",
        (LOST,),
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
    for table in ("items", "states", "drafts"):
        db.execute(f"DELETE FROM {table} WHERE review_id NOT IN (SELECT id FROM reviews)")
    db.execute("UPDATE deliveries SET review_id = NULL WHERE review_id NOT IN (SELECT id FROM reviews)")
    db.execute("UPDATE deliveries SET depends_on = NULL WHERE depends_on NOT IN (SELECT id FROM deliveries)")


def _last_effects(db: sqlite3.Connection) -> dict[tuple[Any, ...], tuple[Cell, AnswerEffect]]:
    """The last that was done to each cell. On the way, item states that no saved row tells of are filled in."""
    last: dict[tuple[Any, ...], tuple[Cell, AnswerEffect]] = {}
    states: dict[tuple[str, str], str] = {}
    for row in db.execute("SELECT * FROM changes ORDER BY seq").fetchall():
        found = db.execute("SELECT spec FROM reviews WHERE id = ?", (row["review_id"],)).fetchone()
        spec = spec_from_json(found["spec"])
        for effect in effects_from_json(row["effects"]):
            if not isinstance(effect, AnswerEffect):
                states[row["review_id"], effect.trace_id] = effect.after
            elif not (spec.notes_local and effect.question in NOTE_NAMES):
                cell = Cell(
                    destination_id=row["destination_id"],
                    review_id=row["review_id"],
                    queue_id=spec.queue_id,
                    reviewer=spec.reviewer,
                    trace_id=effect.trace_id,
                    span_id=effect.span_id,
                    question=effect.question,
                    kind=effect.kind,
                )
                last[cell_key(cell)] = (cell, effect)
    db.executemany(
        "INSERT OR IGNORE INTO states (review_id, trace_id, state) VALUES (?, ?, ?)",
        [(review_id, trace_id, state) for (review_id, trace_id), state in states.items()],
    )
    return last


def _fill_in_cell(ledger: Ledger, cell: Cell, effect: AnswerEffect) -> None:
    if read_cell(ledger.db, cell) is not None:
        return
    after = effect.after
    if after is not None:
        after = replace(after, assessment_id=ledger.resolve(after.assessment_id))
    write_cell(ledger.db, cell, after)


def _deliver_again(ledger: Ledger, cell: Cell, effect: AnswerEffect) -> None:
    """Queue what the saved deliveries lack. It counts as attempted: it may have arrived, and is read back first."""
    row = read_cell(ledger.db, cell)
    standing = None if row is None or row["answer"] is None else answer_of(json.loads(row["answer"]))
    if standing is not None and ledger.create_of(standing.assessment_id) is None:
        overrides = None
        if standing.overrides is not None and cell.kind is AssessmentKind.FEEDBACK:
            overrides = ledger.resolve(standing.overrides)
        payload = {"assessment": assessment_fields(assessment_for(cell, standing, overrides))}
        delivery_id = ledger.enqueue(cell, DeliveryOp.CREATE, standing.assessment_id, payload, overrides)
        _count_as_attempted(ledger, delivery_id)
    elif standing is None and effect.after is None and effect.before is not None:
        gone = ledger.resolve(effect.before.assessment_id)
        created = ledger.create_of(gone)
        is_unsent = created is not None and created["attempts"] == 0
        if not is_unsent and not ledger.has_delete(gone):
            retraction: dict[str, Any] = {"answer": answer_fields(effect.before), "follow": created is None}
            _count_as_attempted(ledger, ledger.enqueue(cell, DeliveryOp.DELETE, gone, retraction))


def _count_as_attempted(ledger: Ledger, delivery_id: int) -> None:
    ledger.db.execute(
        "UPDATE deliveries SET attempts = 1, ambiguous_at_ms = ?, released_at_ms = ? WHERE id = ?",
        (ledger.now_ms, ledger.now_ms, delivery_id),
    )
