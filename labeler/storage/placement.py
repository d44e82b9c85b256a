"""Tells whether the files at a path are still those that an SQLite connection has open.

SQLite goes on with what it has open and notices nothing: a commit into an unlinked file succeeds and is lost. While
a connection is open that has read something in WAL mode, the database, its ``-wal`` and its ``-shm`` stay what they
are, whatever other connections do: the two are made at the first read, and deleted by the last connection to close.
Source: https://www.sqlite.org/walformat.html, section 1.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self, TypeAlias

from labeler.dataclass import dataclass

FileId: TypeAlias = tuple[int, int]
"""Device and inode. No other file has the same while this one is open."""

WAL: Final = "-wal"
SHM: Final = "-shm"

_DESCRIPTORS: Final = "/dev/fd"
"""Where POSIX systems list the descriptors of this process. Windows does not, and lets nobody delete an open file."""

_STANDARD_ERROR: Final = 2

_PAUSE_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Placement:
    """The database at `path`, its log and its index, as they were when a connection had opened them.

    `real` is where the files lie: SQLite keeps log and index beside the file that a symbolic link leads to.
    """

    path: str
    real: str
    database: FileId | None
    wal: FileId | None
    shm: FileId | None

    @classmethod
    def at(cls, path: Path) -> Self:
        """Record what lies at `path` now. Call it once a connection there has read something."""
        real = os.path.realpath(path)
        return cls(str(path), real, file_id(path), file_id(real + WAL), file_id(real + SHM))

    @property
    def is_whole(self) -> bool:
        """Whether there were a database, a log and an index."""
        return None not in (self.database, self.wal, self.shm)

    @property
    def is_intact(self) -> bool:
        """Whether the same files still lie there. It takes three calls of `stat`."""
        return (
            file_id(self.path) == self.database
            and file_id(self.real + WAL) == self.wal
            and file_id(self.real + SHM) == self.shm
        )

    @property
    def is_torn(self) -> bool:
        """Whether a log lay there without its index, or an index without its log. SQLite leaves neither alone."""
        return (self.wal is None) != (self.shm is None)

    @property
    def is_open(self) -> bool:
        """Whether this process has all three files open, as far as the system says.

        Another file may have taken a name between the opening and the look at it.
        """
        open_files = _open_files()
        return open_files is None or {self.database, self.wal, self.shm} <= open_files.keys()

    @property
    def descriptors(self) -> tuple[int, int] | None:
        """This process's descriptors of the database and of its log; None where the system does not tell them."""
        open_files = _open_files() or {}
        database, wal = open_files.get(self.database), open_files.get(self.wal)
        return None if database is None or wal is None else (database, wal)

    def was_opened_as(self, opened: Placement) -> bool:
        """Return whether a connection that has `opened` open found the files that lay here.

        A log and an index that belong together are made, used and deleted together. An index that is used with another
        log makes SQLite read pages that are not there, in this program and in those that use the index, too.
        """
        if opened.database != self.database:
            return False
        if self.wal is None or self.shm is None:
            return self.wal in (None, opened.wal)
        return (self.wal == opened.wal) == (self.shm == opened.shm)

    def discard_new(self) -> None:
        """Delete what this process made beside the files that lay here: its log if that is new, and its index.

        Call it before the connection is closed. Nobody may use the one with what is left of the other pair. Raises
        OSError.
        """
        open_files = _open_files() or {}
        for suffix, earlier in ((WAL, self.wal), (SHM, None)):
            lying = file_id(self.real + suffix)
            if lying != earlier and lying in open_files:
                Path(self.real + suffix).unlink(missing_ok=True)


def wait_for_pair(path: Path, wait_s: float) -> Placement:
    """Return what lies at `path`, after up to `wait_s` seconds for a torn pair of log and index to be whole again.

    A program that has them open may put them back. An index that is alone by then is of no use, and is deleted: SQLite
    would use it with a new log. A log that is alone is kept, since it may hold what nothing else does.
    """
    deadline = time.monotonic() + wait_s
    while (found := Placement.at(path)).is_torn and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
    if found.is_torn and found.wal is None:
        with suppress(OSError):  # where nothing can be deleted, no log can be made either
            Path(found.real + SHM).unlink()
        return Placement.at(path)
    return found


def file_id(path: str | Path) -> FileId | None:
    """Return the identity of a file, following symbolic links; None where none can be reached."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked six times a commit, and a Path costs more than the call
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_files() -> dict[FileId | None, int] | None:
    """Return the files that this process has open, each with a descriptor; None where the system does not list them."""
    try:
        descriptors = [int(each.name) for each in Path(_DESCRIPTORS).iterdir()]
    except OSError:
        return None
    if max(descriptors, default=0) <= _STANDARD_ERROR:
        return None  # some systems list the standard streams alone
    found: dict[FileId | None, int] = {}
    for descriptor in descriptors:
        with suppress(OSError):  # the listing's own, or one that was closed meanwhile
            status = os.fstat(descriptor)
            found[status.st_dev, status.st_ino] = descriptor
    return found
