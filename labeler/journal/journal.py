"""The journal: everything the reviewer did, and what of it has not reached the backend yet."""

from __future__ import annotations

from pathlib import Path

from labeler.journal.changes import ChangeLog
from labeler.journal.identity import Identity
from labeler.journal.outbox import Outbox
from labeler.journal.outbox_pages import OutboxPages
from labeler.journal.overview import Overview
from labeler.journal.pushes import Pushes
from labeler.journal.read_only import open_read_only
from labeler.journal.recovery import set_aside_and_save
from labeler.journal.reviews import Reviews
from labeler.journal.rows import Recovery
from labeler.journal.store import Damaged, Store, open_store
from labeler.journal.wake_calls import WakeCalls


class Journal(Reviews, ChangeLog, Pushes, Outbox, OutboxPages, Overview, WakeCalls, Identity):
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

    def close(self) -> None:
        self._store.close()
