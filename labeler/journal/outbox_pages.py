"""The outbox to look through: what is where, in the order in which it is shown, and rows a page at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from labeler.domain.destination import Destination
from labeler.journal.destinations import known, numbers
from labeler.journal.overview import delivery_of_row
from labeler.journal.rows import Delivery
from labeler.journal.store import Store


class Standing(IntEnum):
    """How a delivery that is not acknowledged stands, the worst first."""

    REFUSED = 0
    PARKED = 1
    RETRYING = 2
    """It waits, and was begun before."""
    QUEUED = 3


@dataclass(frozen=True, slots=True)
class OutboxPlace:
    """What is not acknowledged at one destination: delivery IDs, problems first and of each kind the newest first.

    `counts` says how many of each kind there are, by `Standing`.
    """

    destination: Destination
    ids: Sequence[int]
    counts: tuple[int, int, int, int]

    @property
    def problems(self) -> Sequence[int]:
        """The IDs of what is refused or parked."""
        return self.ids[: self.counts[Standing.REFUSED] + self.counts[Standing.PARKED]]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A delivery to show. `title` is its item's in the review it was made in, as the worklist was told it, if any.

    `is_held`: it goes after another one of its trace, which is not acknowledged either.
    """

    delivery: Delivery
    standing: Standing
    title: str
    is_held: bool


_STANDING: Final = """CASE d.state WHEN 'refused' THEN 0 WHEN 'parked' THEN 1
    ELSE CASE WHEN d.attempts > 0 THEN 2 ELSE 3 END END"""

_UNDONE: Final = "('waiting', 'parked', 'refused')"


class OutboxPages:
    """The journal's half that shows the outbox. Reads only."""

    _store: Store

    def outbox_places(self) -> list[OutboxPlace]:
        """Every destination at which something is not acknowledged, in order of first use."""
        rows = self._store.rows(
            f"SELECT d.destination_id AS place, d.id, {_STANDING} AS standing FROM deliveries d"
            f" WHERE d.state IN {_UNDONE} ORDER BY 1, 3, coalesce(d.settled_at_ms, 0) DESC, d.seq DESC"
        )
        ids: dict[int, list[int]] = {}
        counts: dict[int, list[int]] = {}
        for place, delivery_id, standing in rows:
            ids.setdefault(place, []).append(delivery_id)
            counts.setdefault(place, [0, 0, 0, 0])[standing] += 1
        places = known(self._store)
        return [
            OutboxPlace(places[place], found, (each[0], each[1], each[2], each[3]))
            for (place, found), each in zip(ids.items(), counts.values(), strict=True)
        ]

    def outbox_rows(self, delivery_ids: Collection[int]) -> dict[int, OutboxRow]:
        """These deliveries by ID, without those that are acknowledged or closed by now."""
        rows = self._store.rows(
            f"SELECT d.*, {_STANDING} AS standing, i.title AS title, EXISTS (SELECT 1 FROM deliveries e"
            f" WHERE e.id = d.depends_on AND e.state IN {_UNDONE}) AS is_held"
            " FROM deliveries d LEFT JOIN items i ON i.review_id = d.review_id AND i.trace_id = d.trace_id"
            f" WHERE d.id IN (SELECT value FROM json_each(?)) AND d.state IN {_UNDONE}",
            (json.dumps(list(delivery_ids)),),
        )
        places = known(self._store)
        return {
            row["id"]: OutboxRow(
                delivery_of_row(row, places), Standing(row["standing"]), row["title"] or "", bool(row["is_held"])
            )
            for row in rows
        }

    def refused_traces(self, destinations: Sequence[Destination]) -> set[str]:
        """The traces that something was refused of there."""
        # The second condition says nothing new, but has SQLite look through the undone deliveries alone.
        rows = self._store.rows(
            "SELECT DISTINCT trace_id FROM deliveries WHERE state = 'refused'"
            " AND state IN ('waiting', 'parked', 'refused')"
            " AND destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return {row["trace_id"] for row in rows}
