"""Who delivers: for each destination one process at a time, by a lock that is free again when its holder ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from labeler.domain.destination import Destination
from labeler.storage.file_lock import FileLock

LOCK_NAME: Final = "delivery.lock"
"""What the names of the lock files are made of. They lie beside the journal, wherever that is."""


class LockUnusable(OSError):
    """There can be no lock, so nothing is delivered. The message is a sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"Nothing can be delivered, for the file {path} cannot be locked ({reason}). What is queued is safe in the "
            "journal; move that file away or make its directory writable"
        )


class DeliveryLocks:
    """The locks of `destinations`, taken one by one as they are free. Their files lie beside `path`, and stay.

    Where somebody deletes such a file, its lock is no longer held: another process may have made the file again.
    """

    def __init__(self, path: Path, destinations: Sequence[Destination]) -> None:
        self._path = path
        self._locks: dict[Destination, FileLock] = {}
        self.want(destinations)

    def want(self, destinations: Sequence[Destination]) -> None:
        """Take the locks of these too when they are free."""
        for each in destinations:
            if each not in self._locks:
                self._locks[each] = FileLock(_file_of(self._path, each))

    @property
    def held(self) -> list[Destination]:
        """Where this object's holder delivers."""
        return [each for each, lock in self._locks.items() if lock.is_in_place]

    @property
    def missing(self) -> list[Destination]:
        """Where somebody else delivers, or nobody."""
        return [each for each, lock in self._locks.items() if not lock.is_in_place]

    def holds(self, destination: Destination) -> bool:
        """Whether this object's holder delivers there."""
        return self._locks[destination].is_in_place

    def lie_beside(self, path: Path) -> None:
        """Have the files lie beside another path from now on. What is held is let go, unless they lie there already."""
        if path != self._path:
            self.release()
            self._path, destinations = path, list(self._locks)
            self._locks.clear()
            self.want(destinations)

    def try_acquire(self) -> list[Destination]:
        """Take what is free, and return what was taken now. Raises `LockUnusable`."""
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
        """Let other processes deliver."""
        for lock in self._locks.values():
            lock.release()


def _file_of(path: Path, destination: Destination) -> Path:
    named = "\n".join((destination.backend_uri, destination.workspace, destination.experiment_id))
    return path.with_stem(f"{path.stem}-{hashlib.sha256(named.encode()).hexdigest()[:32]}")
