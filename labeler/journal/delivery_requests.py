"""Requests from one process to the one that delivers, as rows of the journal that both have open: deliver now."""

from __future__ import annotations

import json
from collections.abc import Sequence

from labeler.domain.destination import Destination
from labeler.journal.destinations import numbers
from labeler.journal.store import Store


class DeliveryRequests:
    """Reads and writes requests. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(self, destinations: Sequence[Destination], now_ms: int) -> list[int]:
        """Ask whoever delivers there to deliver at once. Return the IDs of the requests, one per known destination."""
        places = json.loads(numbers(self._store, destinations))
        asked = "INSERT INTO wake_calls (destination_id, called_at_ms) VALUES (?, ?)"
        with self._store.writing() as db:
            made = [db.execute(asked, (place, now_ms)).lastrowid for place in places]
        return [request for request in made if request is not None]

    def newest(self, destinations: Sequence[Destination]) -> int | None:
        """Return the ID of the newest request for one of these destinations, or None."""
        row = self._store.row(
            "SELECT max(id) FROM wake_calls WHERE destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return None if row is None or row[0] is None else int(row[0])

    def answer(self, destinations: Sequence[Destination], up_to: int) -> None:
        """Answer the requests for these destinations with an ID of at most `up_to`: what could be delivered was."""
        with self._store.writing() as db:
            db.execute(
                "DELETE FROM wake_calls WHERE id <= ? AND destination_id IN (SELECT value FROM json_each(?))",
                (up_to, numbers(self._store, destinations)),
            )

    def are_answered(self, requests: Sequence[int]) -> bool:
        """Return whether all of these requests were answered or withdrawn."""
        asked = "SELECT 1 FROM wake_calls WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1"
        return self._store.row(asked, (json.dumps(list(requests)),)) is None

    def withdraw(self, requests: Sequence[int]) -> None:
        """Delete requests whose answer nobody waits for any more."""
        with self._store.writing() as db:
            db.execute(
                "DELETE FROM wake_calls WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(requests)),)
            )
