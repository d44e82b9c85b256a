"""The journal: everything the reviewer did, and what of it has not reached the backend yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labeler.journal.changes import Changes
from labeler.journal.conflicts import Conflicts
from labeler.journal.delivery_requests import DeliveryRequests
from labeler.journal.imported_labels import ImportedLabels
from labeler.journal.models import Recovery
from labeler.journal.outbox import Outbox
from labeler.journal.outbox_queries import OutboxQueries
from labeler.journal.remembered import Remembered
from labeler.journal.removed_journal import Moved
from labeler.journal.resending import Resending
from labeler.journal.reviews import Reviews
from labeler.journal.store import Damaged, Store, open_store
from labeler.journal.trace_labels import LabelQueries


class Journal:
    """The journal of one labeler, in its parts. Used on the thread that opened it; see `AsyncJournal` for event loops.

    `reviews` says what is reviewed and how far that is, `changes` what the reviewer did. `outbox` is what delivery
    works off, and `queries` how it looks; `labels` is what was said about traces. `requests` are what other processes
    ask of the one that delivers. `imported` takes labels in that were not given on the screen, `resending` brings back
    what a backend has lost, `remembered` is what the user said once.

    Every method that writes does so in one transaction, on the disk before it returns, and raises `JournalWriteFailed`
    when nothing of it was written. Every method that reads raises `JournalUnusable` when the file cannot be read.
    `recovery` is set when the file was found damaged.
    """

    def __init__(self, store: Store, recovery: Recovery | None = None) -> None:
        self.reviews = Reviews(store)
        self.changes = Changes(store)
        self.outbox = Outbox(store)
        self.queries = OutboxQueries(store)
        self.labels = LabelQueries(store)
        self.requests = DeliveryRequests(store)
        self.imported = ImportedLabels(store)
        self.conflicts = Conflicts(store)
        self.resending = Resending(store)
        self.remembered = Remembered(store)
        self.recovery = recovery
        self._store = store

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open the journal at `path`: made if it is missing, migrated if it is older, saved if it is damaged.

        Raises `JournalNewer` or `JournalUnusable`.
        """
        try:
            return cls(open_store(path))
        except Damaged:
            from labeler.journal.damaged_journal import set_aside_and_save

            recovery = set_aside_and_save(path)
            return cls(open_store(path), recovery)

    @classmethod
    def open_read_only(cls, path: Path) -> Journal:
        """Open the journal at `path` as it is, with nothing written there: `JournalWriteFailed` for whatever would.

        Raises `JournalNewer` or `JournalUnusable`.
        """
        from labeler.journal.read_only import open_read_only

        return cls(*open_read_only(path))

    @property
    def path(self) -> Path:
        """Where the journal is now."""
        return self._store.path

    def tell_moves(self, listener: Callable[[Moved], None]) -> None:
        """Have `listener` hear when the journal was removed or replaced, and where it goes on; on this thread."""
        self._store.on_moved = listener

    def keep_in_place(self) -> None:
        """See that what is open is what lies at the path, or put it back. Raises `JournalWriteFailed`."""
        self._store.keep_in_place()

    def keep_at_the_end(self) -> None:
        """Put the journal back where it was taken away, or else keep everything in a directory for temporary files.

        Raises `JournalWriteFailed` when neither can be done.
        """
        self._store.keep_at_the_end()

    def close(self) -> None:
        """Close the file. Raises `JournalWriteFailed` when it was removed and can be kept nowhere."""
        self._store.close()
