"""Whether the files at a path are those that an SQLite connection has open: they may be removed or replaced meanwhile.

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
"""Device and inode: no other file has them while this one is open."""

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
        """What lies at `path` now. To be asked once a connection there has read something."""
        real = os.path.realpath(path)
        return cls(str(path), real, file_id(path), file_id(real + WAL), file_id(real + SHM))

    @property
    def is_whole(self) -> bool:
        """Whether there are a database, a log and an index at all."""
        return None not in (self.database, self.wal, self.shm)

    @property
    def is_intact(self) -> bool:
        """Whether the same files still lie there. Costs three calls of `stat`."""
        return (
            file_id(self.path) == self.database
            and file_id(self.real + WAL) == self.wal
            and file_id(self.real + SHM) == self.shm
        )


def file_id(path: str | Path) -> FileId | None:
    """What tells a file from every other, symbolic links followed; None where there is none to be reached."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked six times a commit, and a Path costs more than the call
    except OSError:
        return None
    return found.st_dev, found.st_ino
