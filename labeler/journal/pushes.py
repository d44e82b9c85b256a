"""Labels that were not given on the screen: from a file, on their way to the backend like any answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.change import Answer
from labeler.domain.destination import Destination
from labeler.journal.changes import read_cell, write_cell
from labeler.journal.codec import assessment_fields
from labeler.journal.destinations import known, number_of
from labeler.journal.ledger import Ledger
from labeler.journal.payload import Cell
from labeler.journal.rows import DeliveryOp
from labeler.journal.store import Store


class Pushes:
    """The journal's half that takes finished assessments in."""

    _store: Store

    def enqueue(self, destination: Destination, assessments: Sequence[Assessment], now_ms: int) -> int:
        """Queue assessments for delivery, released, all or none. Those whose ID is known are left out.

        How many were new. Where the reviewer has no answer in the journal yet, this is the answer now.
        """
        with self._store.writing() as db:
            ledger = Ledger(db, self._store.run, now_ms)
            number = number_of(db, destination)
            new = 0
            for assessment in assessments:
                if ledger.resolve(assessment.id) == assessment.id and ledger.create_of(assessment.id) is None:
                    _enqueue(ledger, number, assessment)
                    new += 1
            return new

    def journaled_at(self, assessment_ids: Collection[str]) -> dict[str, Destination]:
        """Where the answers with these IDs, ours or the server's, are delivered; those that are not known left out."""
        rows = self._store.rows(
            "SELECT asked.value AS id, d.destination_id FROM json_each(?) asked JOIN deliveries d"
            " ON d.op = 'create' AND (d.assessment_id = asked.value OR d.server_id = asked.value)",
            (json.dumps(list(assessment_ids)),),
        )
        places = known(self._store)
        return {row["id"]: places[row["destination_id"]] for row in rows}


def _enqueue(ledger: Ledger, destination_id: int, assessment: Assessment) -> None:
    cell = Cell(
        destination_id=destination_id,
        review_id=None,
        queue_id=None,
        reviewer=assessment.source.id,
        trace_id=assessment.trace_id,
        span_id=assessment.span_id,
        question=assessment.name,
        kind=assessment.kind,
    )
    delivery_id = ledger.enqueue(
        cell, DeliveryOp.CREATE, assessment.id, {"assessment": assessment_fields(assessment)}, assessment.overrides
    )
    ledger.db.execute("UPDATE deliveries SET released_at_ms = ? WHERE id = ?", (ledger.now_ms, delivery_id))
    answered = read_cell(ledger.db, cell)
    if answered is None or answered["answer"] is None:
        write_cell(ledger.db, cell, _answer(assessment))


def _answer(assessment: Assessment) -> Answer:
    comment = assessment.rationale
    if assessment.kind is AssessmentKind.EXPECTATION:
        comment = assessment.metadata.get("labeler.rationale")
    duration = assessment.metadata.get("labeler.duration_ms", "")
    return Answer(
        assessment.id,
        assessment.value,
        comment,
        assessment.created_at_ms,
        int(duration) if duration.isascii() and duration.isdigit() else 0,
        overrides=assessment.overrides,
    )
