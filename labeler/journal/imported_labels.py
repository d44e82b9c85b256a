"""Labels from a file, queued for delivery like answers that were given on the screen."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from labeler.domain import answer_metadata
from labeler.domain.answer_metadata import answer_of
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.scope import scope_in_role
from labeler.journal.changes import read_cell, write_cell
from labeler.journal.delivery_table import DeliveryTable
from labeler.journal.destinations import known, number_of
from labeler.journal.models import DeliveryOp, DeliveryState, Journaled
from labeler.journal.outgoing_assessment import AnswerKey
from labeler.journal.reissue import standing
from labeler.journal.serialization import assessment_fields, assessment_of
from labeler.journal.store import Store


class ImportedLabels:
    """Takes finished assessments into the journal. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enqueue(self, destination: Destination, assessments: Sequence[Assessment], now_ms: int) -> int:
        """Queue assessments for delivery, released, all or none, except those whose ID is known. Return how many.

        Where the reviewer has no answer in the journal yet, the assessment becomes the standing answer.
        """
        with self._store.writing() as db:
            table = DeliveryTable(db, self._store.run, now_ms)
            number = number_of(db, destination)
            new = 0
            for assessment in assessments:
                if table.resolve(assessment.id) == assessment.id and table.create_of(assessment.id) is None:
                    _enqueue(table, number, assessment)
                    new += 1
            return new

    def journaled(self, assessment_ids: Collection[str]) -> dict[str, Journaled]:
        """Return the answers with these IDs, ours or the server's, as the journal has them; unknown IDs are left out.

        An answer that was given another ID is returned under the ID that was asked for.
        """
        rows = self._store.rows(
            """
            WITH RECURSIVE asked(id, now) AS (
                SELECT value, value FROM json_each(?)
                UNION SELECT asked.id, renamed.new_id FROM asked JOIN renamed ON renamed.old_id = asked.now
            )
            SELECT asked.id AS asked, d.*, (
                SELECT u.payload FROM deliveries u WHERE u.assessment_id = d.assessment_id AND u.op = 'update'
                 AND u.state != 'closed' ORDER BY u.seq DESC LIMIT 1) AS changed
            FROM asked JOIN deliveries d ON d.op = 'create' AND (d.assessment_id = asked.now OR d.server_id = asked.now)
            WHERE asked.now NOT IN (SELECT old_id FROM renamed)
            """,
            (json.dumps(list(assessment_ids)),),
        )
        places = known(self._store)
        stand = standing(self._store.rows, [(row, row["assessment_id"]) for row in rows])
        return {
            row["asked"]: Journaled(
                destination=places[row["destination_id"]],
                assessment=assessment_of(json.loads(row["changed"] or row["payload"])["assessment"]),
                state=DeliveryState(row["state"]),
                stored_id=row["server_id"] or row["assessment_id"],
                stands=row["assessment_id"] in stand,
            )
            for row in rows
        }


def _enqueue(table: DeliveryTable, destination_id: int, assessment: Assessment) -> None:
    cell = AnswerKey(
        destination_id=destination_id,
        review_id=None,
        queue_id=None,
        reviewer=assessment.source.id,
        trace_id=assessment.trace_id,
        span_id=assessment.span_id,
        question=assessment.name,
        kind=assessment.kind,
        scope=_scope_of(assessment),
    )
    delivery_id = table.enqueue(
        cell, DeliveryOp.CREATE, assessment.id, {"assessment": assessment_fields(assessment)}, assessment.overrides
    )
    table.db.execute("UPDATE deliveries SET released_at_ms = ? WHERE id = ?", (table.now_ms, delivery_id))
    answered = read_cell(table.db, cell)
    if answered is None or answered["answer"] is None:
        write_cell(table.db, cell, answer_of(assessment, assessment.value))


def _scope_of(assessment: Assessment) -> str:
    """Return the scope of a label. What is said in another role has one of its own: it is no reviewer's answer."""
    sprint, role = (assessment.metadata.get(key, "") for key in (answer_metadata.SPRINT, answer_metadata.ROLE))
    return scope_in_role(sprint, role)
