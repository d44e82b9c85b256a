"""Tells whether the files at a path are still those that an SQLite connection has open.

SQLite goes on with what it has open and notices nothing: a commit into an unlinked file succeeds and is lost. While
a connection is open that has read something in WAL mode, the database, its ``-wal`` and its ``-shm`` stay what they
are, whatever other connections do: the two are made at the first read, and deleted by the last connection to close.
Source: https://www.sqlite.org/walformat.html, section 1.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias

FileId: TypeAlias = tuple[int, int]
"""Device and inode. No other file has the same while this one is open."""

WAL: Final = "-wal"
SHM: Final = "-shm"


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


def file_id(path: str | Path) -> FileId | None:
    """Return the identity of a file, following symbolic links; None where none can be reached."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked six times a commit, and a Path costs more than the call
    except OSError:
        return None
    return found.st_dev, found.st_ino
