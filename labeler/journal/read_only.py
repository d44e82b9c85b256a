"""Opens a journal where nothing can be written: on a full disk, a read-only mount, among another user's files.

To read a database with a write-ahead log, SQLite writes: the index of the log is a file beside it. A database that is
opened as ``immutable`` is read without the index, and without what only the log holds
(https://www.sqlite.org/wal.html, section 5). So a journal with a log is copied to where something can be written, and
the copy is opened as usual: migrated if it is older, saved if it is damaged.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Never

from labeler.journal.damaged_journal import set_aside_and_save
from labeler.journal.models import JournalError, JournalNewer, JournalUnusable, JournalWriteFailed, Recovery
from labeler.journal.schema import APPLICATION_ID, STEPS
from labeler.journal.store import Damaged, Store, open_store
from labeler.storage.sqlite_file import connect_immutable

_MEMORY: Final = Path("/dev/shm")
"""A directory in memory, on systems that have one."""

_PARTS: Final = ("", "-wal", "-journal")
"""The files of a journal: the database, and what is not in it yet. The index of the log is made anew."""

_ATTEMPTS: Final = 20
"""How often a journal is copied before it counts as being written all the time."""


class ReadOnlyStore(Store):
    """A connection to a journal that is only read. `copy` is the directory with its copy, deleted at the end."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, copy: tempfile.TemporaryDirectory[str] | None = None
    ):
        super().__init__(path, connection)
        self._copy = copy

    def writing(self) -> Never:
        """Raise `JournalWriteFailed`."""
        raise JournalWriteFailed(
            f"Not saved: nothing can be written to {self.path.parent}. What the journal holds is untouched"
        )

    def close(self) -> None:
        super().close()
        if self._copy is not None:
            self._copy.cleanup()


def open_read_only(path: Path) -> tuple[Store, Recovery | None]:
    """Open the journal at `path` without writing there. Return what could be read of it, too, if it is damaged.

    Raises `JournalNewer` or `JournalUnusable`.
    """
    if not _has_log(path):
        connection = _connected(path)
        if _is_sound(connection):
            return ReadOnlyStore(path, connection), None
        connection.close()
    folder = _copied(path)
    copy = Path(folder.name, path.name)
    try:
        recovery = _made_ready(copy)
        return ReadOnlyStore(path, _connected(copy), folder), recovery and _told_of(path, recovery)
    except JournalError as error:
        folder.cleanup()
        kind = JournalNewer if isinstance(error, JournalNewer) else JournalUnusable
        raise kind(str(error).replace(str(copy), str(path))) from error  # name the journal, not the copy
    except BaseException:
        folder.cleanup()
        raise


def _has_log(path: Path) -> bool:
    return any(path.with_name(path.name + suffix).exists() for suffix in _PARTS[1:])


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return connect_immutable(path)
    except sqlite3.Error as error:
        raise JournalUnusable(
            f"The journal {path} cannot be read ({error}). Nothing was changed; make it readable for you, or name "
            "another directory with --data-dir."
        ) from error


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Return whether this is an intact journal of the current format."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error:
        return False
    return (application, version, found) == (APPLICATION_ID, len(STEPS), "ok")


def _copied(path: Path) -> tempfile.TemporaryDirectory[str]:
    """Copy the journal to a private temporary directory, in the first place that has room for it."""
    why = "there is no such place"
    for place in _places():
        try:
            folder = tempfile.TemporaryDirectory(prefix="labeler-", dir=place)
        except OSError as error:
            why = error.strerror or str(error)
            continue
        try:
            _copy(path, Path(folder.name))
            return folder
        except OSError as error:
            folder.cleanup()
            why = error.strerror or str(error)
        except BaseException:
            folder.cleanup()
            raise
    raise JournalUnusable(
        f"The journal {path} cannot be read where it is, for nothing can be written there, and a copy of it could not "
        f"be made elsewhere ({why}). Set TMPDIR to a directory with room for it."
    )


def _places() -> Iterator[Path]:
    with suppress(OSError):
        yield Path(tempfile.gettempdir())
    if _MEMORY.is_dir():
        yield _MEMORY


def _copy(path: Path, folder: Path) -> None:
    """Copy database and log as of one moment. Raises `OSError`, or `JournalUnusable` if they keep changing."""
    parts = [path.with_name(path.name + suffix) for suffix in _PARTS]
    for _ in range(_ATTEMPTS):
        before = [_stamp(part) for part in parts]
        for part in parts:
            copy = folder / part.name
            copy.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(part, copy)
        if [_stamp(part) for part in parts] == before:
            return
    raise JournalUnusable(f"The journal {path} is being written by another program all the time. Try again in a moment")


def _stamp(part: Path) -> tuple[int, int, int] | None:
    try:
        status = part.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _made_ready(copy: Path) -> Recovery | None:
    """Bring the copy to the current format, with its log merged, and save what can be saved if it is damaged."""
    recovery = None
    try:
        store = open_store(copy)
    except Damaged:
        recovery = set_aside_and_save(copy)
        store = open_store(copy)
    store.close()
    return recovery


def _told_of(path: Path, recovery: Recovery) -> Recovery:
    sentence = (
        f"The journal is damaged: {recovery.changes} changes can be read of it, {recovery.deliveries} deliveries still "
        "to go. It was left as it is; where it can be written, labeler sets it aside and saves them."
    )
    return replace(recovery, set_aside=path, sentence=sentence)
