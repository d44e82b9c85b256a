"""The journal: everything the reviewer did, and what of it has not reached the backend yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labeler.journal.changes import ChangeLog
from labeler.journal.delivery_requests import WakeCalls
from labeler.journal.imported_labels import Pushes
from labeler.journal.models import Recovery
from labeler.journal.outbox import Outbox
from labeler.journal.outbox_queries import OutboxPages, Overview
from labeler.journal.read_only import open_read_only
from labeler.journal.recovery import set_aside_and_save
from labeler.journal.remembered import Identity
from labeler.journal.rescue import Moved
from labeler.journal.resending import Resending
from labeler.journal.reviews import Reviews
from labeler.journal.store import Damaged, Store, open_store


class Journal(Reviews, ChangeLog, Pushes, Outbox, OutboxPages, Overview, Resending, WakeCalls, Identity):
    """The journal of one labeler. Used on the thread that opened it; `JournalThread` gives it one of its own.

    What it writes, it writes in one transaction, on the disk before it returns; `JournalWriteFailed` means
    that nothing of it was written. `recovery` is set when the file was found damaged.
    """

    def __init__(self, store: Store, recovery: Recovery | None = None) -> None:
        self._store = store
        self.recovery = recovery

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open the journal at `path`, made if it is missing, migrated if it is older, saved if it is damaged.

        Raises `JournalNewer` or `JournalUnusable`.
        """
        try:
            return cls(open_store(path))
        except Damaged:
            recovery = set_aside_and_save(path)
            return cls(open_store(path), recovery)

    @classmethod
    def open_read_only(cls, path: Path) -> Journal:
        """Open the journal at `path` as it is, with nothing written there: `JournalWriteFailed` for whatever would.

        Raises `JournalNewer` or `JournalUnusable`.
        """
        return cls(*open_read_only(path))

    @property
    def path(self) -> Path:
        return self._store.path

    def tell_moves(self, listener: Callable[[Moved], None]) -> None:
        """Have `listener` hear when the journal was removed or replaced, and where it goes on; on this thread."""
        self._store.on_moved = listener

    def keep_in_place(self) -> None:
        """See that what is open is what lies at the path, or put it back. Raises `JournalWriteFailed`."""
        self._store.keep_in_place()

    def keep_at_the_end(self) -> None:
        """As `keep_in_place`, or else keep everything elsewhere. Raises `JournalWriteFailed` when that fails, too."""
        self._store.keep_at_the_end()

    def close(self) -> None:
        """Close the file. Raises `JournalWriteFailed` when it was removed and can be kept nowhere."""
        self._store.close()
