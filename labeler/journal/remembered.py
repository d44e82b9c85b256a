"""What the user said once: who the reviewer is at a backend, which origins are trusted, what was agreed to."""

from __future__ import annotations

from labeler.journal.store import Store


class Remembered:
    """Reads and writes reviewer IDs, trusted origins and agreements. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_reviewer(self, backend_uri: str, reviewer: str, origin: str) -> None:
        """Save who reviews at a backend. `origin` tells people where the ID came from."""
        with self._store.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO reviewers (backend_uri, reviewer, origin) VALUES (?, ?, ?)",
                (backend_uri, reviewer, origin),
            )

    def reviewer(self, backend_uri: str) -> tuple[str, str] | None:
        """Return the reviewer ID for a backend and where it came from, or None."""
        row = self._store.row("SELECT reviewer, origin FROM reviewers WHERE backend_uri = ?", (backend_uri,))
        return None if row is None else (row["reviewer"], row["origin"])

    def trust(self, origin: str) -> None:
        """Save that credentials may be sent to this origin, or that the user has agreed to what another word names."""
        with self._store.writing() as db:
            db.execute("INSERT OR IGNORE INTO trusted (origin) VALUES (?)", (origin,))

    def trusted(self) -> frozenset[str]:
        """Return the trusted origins, and the words for what the user has agreed to."""
        return frozenset(row["origin"] for row in self._store.rows("SELECT origin FROM trusted"))
