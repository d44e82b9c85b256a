"""Retires what stands beside an answer that is changed, each assessment kept whole, and writes it again by undo.

Deleting an assessment makes valid again what it overrides. So what is retired goes in an order in which each comes
after what it overrides of the reviewer's own, and only once the new answer is acknowledged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment
from labeler.domain.change import Answer
from labeler.journal.delivery_table import OPEN, RETIRED, WITHDRAWN, DeliveryTable
from labeler.journal.models import DeliveryOp
from labeler.journal.outgoing_assessment import AnswerKey, mint_id
from labeler.journal.serialization import assessment_fields


def retire(table: DeliveryTable, cell: AnswerKey, standing: Answer | None, retired: Sequence[Assessment]) -> None:
    """Queue the deletes of what stood beside an answer, after whatever carries the one that stands now."""
    depends_on = carrier_of(table, standing)
    for each in retired:
        assessment_id = table.resolve(each.id)
        row = table.create_of(assessment_id)
        if row is not None and row["attempts"] == 0:
            if row["state"] in OPEN:
                table.close(row["id"], "taken back", WITHDRAWN)
            continue
        payload = {"answer": None, RETIRED: assessment_fields(each)}
        overrides = each.overrides if row is None else row["overrides"]
        depends_on = table.enqueue(cell, DeliveryOp.DELETE, assessment_id, payload, overrides, depends_on)


def restore(table: DeliveryTable, cell: AnswerKey, standing: Answer | None, restored: Sequence[Assessment]) -> None:
    """Bring back what was retired: by calling off its delete, else by writing it again under a new ID.

    What it overrides is overridden again where that was so, under its new ID if it has one. The answer that stands
    again is left out, since it comes back by itself.
    """
    were_valid = {each.id for each in restored if each.valid}
    came_back = standing.assessment_id if standing is not None else None
    gone = [each for each in restored if not _is_called_off(table, each.id)]
    for each in _wanted_again([each for each in gone if came_back not in (each.id, table.resolve(each.id))]):
        assessment_id = table.resolve(each.id)
        delete = table.open_retirement_of(assessment_id)
        overrides = None if each.overrides in (came_back, *were_valid) else each.overrides
        overrides = overrides and table.resolve(overrides)
        fresh = mint_id()
        table.rename(assessment_id, fresh)
        again = replace(each, id=fresh, overrides=overrides, metadata={**each.metadata, answer_metadata.ID: fresh})
        payload = {"assessment": assessment_fields(again), RETIRED: True}
        depends_on = None if delete is None else int(delete["id"])
        table.enqueue(cell, DeliveryOp.CREATE, fresh, payload, overrides, depends_on)


def _is_called_off(table: DeliveryTable, retired_id: str) -> bool:
    """Keep a retired assessment where it is, if nothing was sent that would take it away; tell whether that was so."""
    assessment_id = table.resolve(retired_id)
    row, delete = table.create_of(assessment_id), table.open_retirement_of(assessment_id)
    if delete is not None and delete["attempts"] == 0:
        table.close(delete["id"], "called off before it was sent")
        return True
    if row is not None and row["attempts"] == 0:
        table.reopen(row["id"])
        return True
    return False


def _wanted_again(gone: Sequence[Assessment]) -> list[Assessment]:
    """Return those to be written again: the valid ones, and what they override of the others, which goes first."""
    wanted: list[Assessment] = []
    for each in reversed(gone):
        if each.valid or any(above.overrides == each.id for above in wanted):
            wanted.insert(0, each)
    return wanted


def carrier_of(table: DeliveryTable, standing: Answer | None) -> int | None:
    """Return the delivery that brings an answer to the backend, as long as it has not arrived."""
    if standing is None:
        return None
    rows = [table.create_of(standing.assessment_id), *table.updates_of(standing.assessment_id)]
    return next((int(row["id"]) for row in reversed(rows) if row is not None and row["state"] in OPEN), None)
