"""The labels of traces as the journal has them: what stands, what stood, and what it took the place of."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import field
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.journal.destinations import numbers
from labeler.journal.models import DeliveryOp, DeliveryState
from labeler.journal.reissue import standing
from labeler.journal.serialization import assessment_of
from labeler.journal.store import Store

_DELIVERIES: Final = """
SELECT * FROM deliveries WHERE trace_id IN (SELECT value FROM json_each(?))
 AND +destination_id IN (SELECT value FROM json_each(?)) AND op != 'status' ORDER BY seq
"""
_EARLIER_NAMES: Final = """
WITH RECURSIVE earlier(now, id) AS (
    SELECT new_id, old_id FROM renamed WHERE new_id IN (SELECT value FROM json_each(?))
    UNION SELECT earlier.now, renamed.old_id FROM earlier JOIN renamed ON renamed.new_id = earlier.id
)
SELECT id FROM earlier
"""


@dataclass(slots=True)
class TraceLabels:
    """What was said here about a trace, whether it was delivered or not.

    `standing` are the answers that stand, `earlier` those that were changed or taken back. `replaced` has the IDs of
    assessments from elsewhere that were overridden, changed or taken back here, and earlier IDs of what was said here.
    """

    standing: list[Assessment] = field(default_factory=list)
    earlier: list[Assessment] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)


class LabelQueries:
    """Reads what was said about traces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_traces(self, destinations: Sequence[Destination], trace_ids: Collection[str]) -> dict[str, TraceLabels]:
        """Return the labels of those of the traces about which anything was said here."""
        ask = self._store.rows
        rows = ask(_DELIVERIES, (json.dumps(list(trace_ids)), numbers(self._store, destinations)))
        found: dict[str, TraceLabels] = {}
        told: dict[str, tuple[Any, Assessment]] = {}
        for row in rows:
            about = found.setdefault(row["trace_id"], TraceLabels())
            _note_replaced(about.replaced, row)
            if row["op"] == DeliveryOp.CREATE or (
                row["op"] == DeliveryOp.UPDATE and row["state"] != DeliveryState.CLOSED
            ):
                told[row["assessment_id"]] = (row, assessment_of(json.loads(row["payload"])["assessment"]))
        stand = standing(ask, [(row, identifier) for identifier, (row, _) in told.items()])
        for identifier, (row, assessment) in told.items():
            about = found[row["trace_id"]]
            (about.standing if identifier in stand else about.earlier).append(assessment)
        earlier_names = {row["id"] for row in ask(_EARLIER_NAMES, (json.dumps(list(told)),))}
        for about in found.values():
            about.replaced |= earlier_names
            about.replaced -= {each.id for each in about.standing}
        return found


def _note_replaced(replaced: set[str], row: Any) -> None:
    """Note what a delivery says of assessments: a deletion brings back what the deleted one had overridden."""
    replaced.add(row["assessment_id"])
    if row["overrides"] and row["state"] != DeliveryState.CLOSED:
        (replaced.discard if row["op"] == DeliveryOp.DELETE else replaced.add)(row["overrides"])
