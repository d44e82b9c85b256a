"""Another process asking the one that delivers somewhere to do so now, by rows in the journal both have open."""

from __future__ import annotations

import json
from collections.abc import Sequence

from labeler.domain.destination import Destination
from labeler.journal.destinations import numbers
from labeler.journal.store import Store


class DeliveryRequests:
    """Requests to deliver at once. Raises `JournalWriteFailed` where it writes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(self, destinations: Sequence[Destination], now_ms: int) -> list[int]:
        """Ask whoever delivers there to deliver at once. Returns the numbers of the calls, one a destination."""
        places = json.loads(numbers(self._store, destinations))
        asked = "INSERT INTO wake_calls (destination_id, called_at_ms) VALUES (?, ?)"
        with self._store.writing() as db:
            calls = [db.execute(asked, (place, now_ms)).lastrowid for place in places]
        return [call for call in calls if call is not None]

    def newest(self, destinations: Sequence[Destination]) -> int | None:
        """The newest call for one of these destinations, or None."""
        row = self._store.row(
            "SELECT max(id) FROM wake_calls WHERE destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return None if row is None or row[0] is None else int(row[0])

    def answer(self, destinations: Sequence[Destination], up_to: int) -> None:
        """Tell those who called for these destinations, up to that number, that what could be delivered was."""
        with self._store.writing() as db:
            db.execute(
                "DELETE FROM wake_calls WHERE id <= ? AND destination_id IN (SELECT value FROM json_each(?))",
                (up_to, numbers(self._store, destinations)),
            )

    def are_answered(self, calls: Sequence[int]) -> bool:
        """Whether none of these calls is left."""
        asked = "SELECT 1 FROM wake_calls WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1"
        return self._store.row(asked, (json.dumps(list(calls)),)) is None

    def withdraw(self, calls: Sequence[int]) -> None:
        """Nobody waits for these any more."""
        with self._store.writing() as db:
            db.execute(
                "DELETE FROM wake_calls WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(calls)),)
            )
