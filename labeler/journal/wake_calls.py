"""Another process asking the one that delivers to do so now, by a row in the journal both have open."""

from __future__ import annotations

from labeler.journal.store import Store


class WakeCalls:
    """The journal as the letter box between two processes. Raises `JournalWriteFailed` where it writes."""

    _store: Store

    def call(self, now_ms: int) -> int:
        """Ask whoever delivers to deliver at once. Returns the number of the call."""
        with self._store.writing() as db:
            number = db.execute("INSERT INTO wake_calls (called_at_ms) VALUES (?)", (now_ms,)).lastrowid
        assert number is not None
        return number

    def unanswered_call(self) -> int | None:
        """The newest call that was not answered, or None."""
        row = self._store.row("SELECT max(id) FROM wake_calls WHERE answered_at_ms IS NULL")
        return None if row is None or row[0] is None else int(row[0])

    def answer_calls(self, up_to: int, now_ms: int) -> None:
        """Tell those who called, up to that number, that what could be delivered was."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE wake_calls SET answered_at_ms = ? WHERE id <= ? AND answered_at_ms IS NULL", (now_ms, up_to)
            )

    def is_answered(self, number: int) -> bool:
        row = self._store.row("SELECT answered_at_ms FROM wake_calls WHERE id = ?", (number,))
        return row is None or row[0] is not None
