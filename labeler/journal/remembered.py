"""What the journal remembers beside the work: who the reviewer is at a backend, and what the user has agreed to."""

from __future__ import annotations

from labeler.journal.store import Store


class Remembered:
    """Reviewer IDs, trusted origins and agreements. Raises `JournalWriteFailed` where it writes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_reviewer(self, backend_uri: str, reviewer: str, origin: str) -> None:
        """Keep who reviews at a backend. `origin` says where the ID came from, for people."""
        with self._store.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO reviewers (backend_uri, reviewer, origin) VALUES (?, ?, ?)",
                (backend_uri, reviewer, origin),
            )

    def reviewer(self, backend_uri: str) -> tuple[str, str] | None:
        """Reviewer ID and where it came from, or None."""
        row = self._store.row("SELECT reviewer, origin FROM reviewers WHERE backend_uri = ?", (backend_uri,))
        return None if row is None else (row["reviewer"], row["origin"])

    def trust(self, origin: str) -> None:
        """Remember that the user lets credentials go to this origin, or has agreed to what a word names (no origin)."""
        with self._store.writing() as db:
            db.execute("INSERT OR IGNORE INTO trusted (origin) VALUES (?)", (origin,))

    def trusted(self) -> frozenset[str]:
        """The origins the user has trusted, and what the user has agreed to."""
        return frozenset(row["origin"] for row in self._store.rows("SELECT origin FROM trusted"))
