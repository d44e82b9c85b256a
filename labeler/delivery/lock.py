"""Locks that let one process at a time deliver to a destination. They are free again when their holder ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from labeler.domain.destination import Destination
from labeler.storage.file_lock import FileLock

LOCK_NAME: Final = "delivery.lock"
"""The name from which those of the lock files are made. They lie beside the journal, wherever that is."""


class LockUnusable(OSError):
    """A lock cannot be taken, so nothing is delivered. The message is a sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"Nothing can be delivered, for the file {path} cannot be locked ({reason}). What is queued is safe in the "
            "journal; move that file away or make its directory writable"
        )


class DeliveryLocks:
    """The locks of `destinations`, taken one by one as they become free. Their files lie beside `path`, and stay.

    If somebody deletes such a file, its lock is no longer held: another process may have made the file again.
    """

    def __init__(self, path: Path, destinations: Sequence[Destination]) -> None:
        self._path = path
        self._locks: dict[Destination, FileLock] = {}
        self.want(destinations)

    def want(self, destinations: Sequence[Destination]) -> None:
        """Take the locks of these destinations, too, when they are free."""
        for each in destinations:
            if each not in self._locks:
                self._locks[each] = FileLock(_file_of(self._path, each))

    @property
    def held(self) -> list[Destination]:
        """The destinations whose locks are held here."""
        return [each for each, lock in self._locks.items() if lock.is_in_place]

    @property
    def missing(self) -> list[Destination]:
        """The destinations whose locks are not held here."""
        return [each for each, lock in self._locks.items() if not lock.is_in_place]

    def holds(self, destination: Destination) -> bool:
        """Return whether the lock of this destination is held here."""
        return self._locks[destination].is_in_place

    def lie_beside(self, path: Path) -> None:
        """Move to files beside another path. What is held is released, unless the files lie there already."""
        if path != self._path:
            self.release()
            self._path, destinations = path, list(self._locks)
            self._locks.clear()
            self.want(destinations)

    def try_acquire(self) -> list[Destination]:
        """Take the locks that are free, and return the destinations of those taken now. Raises `LockUnusable`."""
        missing = self.missing
        for each in missing:
            self._locks[each].release()
        return [each for each in missing if self._try_acquire(each)]

    def _try_acquire(self, destination: Destination) -> bool:
        try:
            return self._locks[destination].try_acquire()
        except OSError as error:
            raise LockUnusable(_file_of(self._path, destination), error.strerror or str(error)) from error

    def release(self) -> None:
        """Release all locks."""
        for lock in self._locks.values():
            lock.release()


def _file_of(path: Path, destination: Destination) -> Path:
    named = "\n".join((destination.backend_uri, destination.workspace, destination.experiment_id))
    return path.with_stem(f"{path.stem}-{hashlib.sha256(named.encode()).hexdigest()[:32]}")
