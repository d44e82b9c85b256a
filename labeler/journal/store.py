"""The journal's SQLite file: opens, checks and migrates it, runs transactions, and keeps it at its path."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from labeler.journal.live_processes import Runs
from labeler.journal.models import JournalError, JournalNewer, JournalUnusable, JournalUnwritable, JournalWriteFailed
from labeler.journal.removed_journal import (
    Moved,
    go_on,
    holds_all,
    keep_elsewhere,
    lost,
    not_put_back,
    read_by_its_log,
    reason,
)
from labeler.journal.schema import APPLICATION_ID, STEPS
from labeler.storage.migration import migrate
from labeler.storage.placement import Placement, file_id, wait_for_pair
from labeler.storage.private_file import NoPlainFile, may_be_written
from labeler.storage.sqlite_file import (
    LOCK_WAIT_S,
    connect,
    is_damage,
    keep_write_ahead_log,
    make_private_database,
    result_code,
    roll_back,
)

T = TypeVar("T")

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

_FILES_OF_A_JOURNAL: Final = 4
"""Files that SQLite has open at a time: database, log, index, and the directory while it makes them."""
_NOTHING_WRITTEN: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""Result codes for a file that cannot be made or written: the database, its log or its index."""

_OPENINGS: Final = 5
"""How often opening is tried for a journal that is taken away while it is being opened."""

_PUT_BACK_S: Final = 2.0
"""Seconds to wait while only a log or only an index is there: programs look after their journal every second."""

_FOLLOWED: Final = 5
"""How often a journal is written back that is taken away again at once."""


class Damaged(Exception):
    """The file is not an intact SQLite database."""


class Store:
    """One connection to a journal file. `run` names this opening of it; rows carry the run that wrote them.

    A run that has written anything is alive in `runs` until it is closed or its process ends. What is written counts
    only when it is at `path`. Where the file was removed or replaced, all of it is written back, or beside what lies
    there now; `path` says where, and `on_moved` is called.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, placement: Placement | None = None) -> None:
        """Take over a connection. `placement` is None for a copy, which nobody can take away."""
        self.path = self._home = path
        self.run = uuid.uuid4().hex
        self.runs = Runs(path, self.run)
        self.on_moved: Callable[[Moved], None] = lambda moved: None
        self._connection = connection
        self._placement = placement

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return all rows of a query as `sqlite3.Row`. Raises `JournalUnusable`."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise _unreadable(self.path, error) from error

    def row(self, sql: str, parameters: Parameters = ()) -> Any | None:
        """Return the first row of a query, or None. The rest is not read. Raises `JournalUnusable`."""
        try:
            cursor = self._connection.execute(sql, parameters)
            with closing(cursor):
                return cursor.fetchone()
        except sqlite3.Error as error:
            raise _unreadable(self.path, error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction: committed as a whole when the block ends, and at the path then, or not at all.

        Raises `JournalWriteFailed`.
        """
        try:
            self._begin()
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            roll_back(self._connection)
            raise _write_failed(self.path, error) from error
        except BaseException:
            roll_back(self._connection)
            raise
        self._return_to_path()

    def keep_in_place(self) -> None:
        """Make sure that the journal at the path is the one that is open, with this run's mark beside it.

        Raises `JournalWriteFailed`.
        """
        self._return_to_path()
        if self.runs.has_begun:
            self._show_that_it_runs()

    @contextmanager
    def writing_unchecked(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction as `writing` does, without checking references: rows may come before what they refer to."""
        self._connection.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.writing() as db:
                yield db
        finally:
            self._connection.execute("PRAGMA foreign_keys = ON")

    @property
    def _is_in_place(self) -> bool:
        return self._placement is None or self._placement.is_intact

    def _begin(self) -> None:
        """Begin a transaction at the path. Until it ends no other program writes, or moves the journal."""
        for _ in range(_FOLLOWED):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                if not _is_misread(error) or self._is_in_place:
                    raise
            else:
                if self._is_in_place:
                    self._show_that_it_runs()
                    return
                self._connection.execute("ROLLBACK")
            self._go_on()
        raise JournalWriteFailed(f"Not saved: the journal {self.path} is taken away again and again. Do it again.")

    def _return_to_path(self) -> None:
        if not self._is_in_place:
            self._go_on()

    def _go_on(self) -> None:
        """Write the journal back, or beside what lies in its place, and continue there."""
        try:
            self._follow(*self._put_back())
        except (OSError, sqlite3.Error, JournalError, Damaged) as error:
            raise not_put_back(self.path, error) from error

    def _follow(self, moved: Moved, there: Store) -> None:
        stale, self._connection = self._connection, there._connection
        # SQLite leaves the files at the old path alone: it looks whether they are its own before it tidies up.
        with suppress(sqlite3.Error):
            stale.close()
        self._placement = there._placement
        left = self.runs
        if moved.path != self.path:
            self.path, self.runs = moved.path, Runs(moved.path, self.run)
        self.on_moved(moved)
        if left.has_begun:
            with suppress(OSError):  # it is tried again before anything is written
                self.runs.begin()
        if left is not self.runs:
            left.end()

    def _put_back(self) -> tuple[Moved, Store]:
        """Rescue the journal and open the result. The old connection stays open until everything was found there."""
        placement = self._placement
        assert placement is not None
        return self._rescued(lambda journal: self._put_back_what(journal, placement))

    def _rescued(self, rescue: Callable[[sqlite3.Connection], T]) -> T:
        """Rescue what the connection reads, or what can be read without its index where that tells of another log."""
        assert self._placement is not None
        try:
            return rescue(self._connection)
        except sqlite3.Error as error:
            if not _is_misread(error):
                raise
            with read_by_its_log(self._placement) as journal:
                return rescue(journal)

    def _put_back_what(self, journal: sqlite3.Connection, placement: Placement) -> tuple[Moved, Store]:
        """Write back everything that `journal` reads, and open the result."""
        for _ in range(_FOLLOWED):
            moved = go_on(journal, placement, self._home)
            if file_id(moved.path) is None:
                continue
            there = open_store(moved.path)
            if holds_all(there._connection, journal):
                return moved, there
            there.close()
        raise JournalUnusable("it is taken away again and again")

    def _show_that_it_runs(self) -> None:
        try:
            self.runs.begin()
        except OSError as error:
            raise JournalWriteFailed(
                f"Not saved: no file can be made beside the journal ({error.strerror or error}). Free some space or "
                f"make the directory writable, and do it again. Nothing else is lost (the journal is {self.path})"
            ) from error

    def keep_at_the_end(self) -> None:
        """Write the journal back where it was taken away, or else to a directory for temporary files.

        Raises `JournalWriteFailed` when that fails, too: what it holds ends with this program then.
        """
        try:
            self._return_to_path()
        except JournalWriteFailed as error:
            try:
                directory = Path(tempfile.mkdtemp(prefix="labeler-"))
                why = reason(error.__cause__)
                moved = self._rescued(lambda journal: keep_elsewhere(journal, self.path, directory, why))
                self._follow(moved, open_store(moved.path))
            except (OSError, sqlite3.Error, JournalError, Damaged) as second:
                raise lost(self.path, error, second) from second

    def close(self) -> None:
        """Make sure that what was saved is at the path, then close the file.

        Raises `JournalWriteFailed` when it can be kept nowhere. The file is closed all the same.
        """
        try:
            self.keep_at_the_end()
        finally:
            self._placement = None
            with suppress(sqlite3.Error):
                self._connection.close()
            self.runs.end()


def open_store(path: Path, steps: Sequence[str] = STEPS) -> Store:
    """Open the journal file at `path`, which is made if it is missing, and migrate it to the current format.

    Raises `Damaged`, `JournalNewer` or `JournalUnusable`.
    """
    for _ in range(_OPENINGS):
        is_new = _prepare_file(path)
        found = wait_for_pair(path, _PUT_BACK_S)
        store = _opened(path, steps, found, is_new=is_new)
        if store is not None:
            return store
    raise JournalUnusable(
        f"The journal {path} is removed or replaced again and again while it is being opened. Nothing was changed; "
        "find out what does that, or name another directory with --data-dir."
    )


def _opened(path: Path, steps: Sequence[str], found: Placement, *, is_new: bool) -> Store | None:
    """Open what was found at `path`. Return None when other files were opened, or lie there now."""
    try:
        connection = connect(path)
    except sqlite3.Error as error:
        if file_id(path) != found.database:
            return None
        raise _not_opened(path, error) from error
    try:
        version = _version(connection, path, len(steps))
        if not is_new:
            _check(connection)
        _set_up(connection, path)
        placement = Placement.at(path)
        if placement.is_whole and placement.is_open and found.was_opened_as(placement):
            if version < len(steps):
                migrate(connection, path, version, steps, APPLICATION_ID)
            return Store(path, connection, placement)
    except OSError as error:
        connection.close()
        raise JournalUnwritable(
            f"The journal {path} is of an older format, and no copy of it can be kept beside it before it is changed "
            f"({error.strerror or error}). Nothing was changed; free some space, then start again.",
            error.strerror or str(error),
        ) from error
    except sqlite3.Error as error:
        if found.was_opened_as(Placement.at(path)):
            connection.close()
            raise (Damaged(str(error)) if is_damage(error) else _not_opened(path, error)) from error
    except BaseException as error:
        if not isinstance(error, (Damaged, JournalError)) or found.was_opened_as(Placement.at(path)):
            connection.close()
            raise
    with closing(connection), suppress(OSError):
        found.discard_new()
    return None


def _prepare_file(path: Path) -> bool:
    """Make the file and its directory, for the owner alone. Return whether the file is new or empty."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = make_private_database(path)
        if not may_be_written(path):
            raise PermissionError(errno.EACCES, "it may only be read")
        return is_new or path.stat().st_size == 0
    except NoPlainFile as error:
        raise JournalUnwritable(
            f"The journal cannot be used: {error.filename} is to be a file of its own, and {error.strerror}. Nothing "
            "was changed; put the file itself there, or name the directory it lies in with --data-dir.",
            str(error.strerror),
        ) from error
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise  # nothing is wrong with the journal
        raise JournalUnwritable(
            f"The journal {path} cannot be written ({error.strerror or error}), and nothing is labelled without it. "
            "Make its directory writable, or name another with --data-dir.",
            error.strerror or str(error),
        ) from error


def _is_misread(error: sqlite3.Error) -> bool:
    """Return whether this is how statements fail where pages are looked for through an index of another log."""
    return result_code(error) == sqlite3.SQLITE_IOERR or is_damage(error)


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    connection.execute("BEGIN")  # one look at all three: another process may be making the journal just now
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    is_empty = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
    connection.execute("COMMIT")
    if application != APPLICATION_ID and not (is_empty and version == 0):
        raise JournalUnusable(
            f"{path} is a database of something else, not a labeler journal. It was left alone; "
            "move it away, or name another directory with --data-dir."
        )
    if version > newest:
        raise JournalNewer(
            f"The journal {path} was written by a newer labeler (format {version}, this one knows {newest}). "
            "Nothing was changed; install the newer labeler again."
        )
    return version


def _check(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Damaged(found)


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    if not keep_write_ahead_log(connection, LOCK_WAIT_S):
        raise JournalUnusable(
            f"The file system of {path} cannot keep a journal that survives a crash (no write-ahead log). "
            "Name a directory on a local disk with --data-dir."
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA user_version").fetchone()  # the log and its index are opened at the first read


def _not_opened(path: Path, error: sqlite3.Error) -> JournalUnusable:
    """Make the error to raise. Raises `OSError` where this process cannot open as many files as a journal needs."""
    with ExitStack() as opened:
        for _ in range(_FILES_OF_A_JOURNAL):
            opened.enter_context(Path(os.devnull).open("rb"))
    sentence = (
        f"The journal {path} cannot be opened ({error}), and nothing is labelled without it. What it holds is "
        "untouched; free the disk or the file, or name another directory with --data-dir."
    )
    is_unwritable = result_code(error) in _NOTHING_WRITTEN
    return JournalUnwritable(sentence, str(error)) if is_unwritable else JournalUnusable(sentence)


def _unreadable(path: Path, error: sqlite3.Error) -> JournalUnusable:
    return JournalUnusable(
        f"The journal {path} cannot be read ({error}). Leave and start again: a damaged journal is then set aside "
        "and what can be read of it is saved."
    )


def _write_failed(path: Path, error: sqlite3.Error) -> JournalWriteFailed:
    code = result_code(error)
    match code:
        case sqlite3.SQLITE_FULL:
            why, what = "the disk is full", "Free some space and do it again."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            why, what = "another program holds it", "Do it again in a moment."
        case sqlite3.SQLITE_READONLY:
            why, what = "the journal may only be read", "Make it and its directory writable and do it again."
        case _:
            why, what = str(error), "Do it again; if that fails too, leave and look at the disk."
    return JournalWriteFailed(f"Not saved: {why}. {what} Nothing else is lost (the journal is {path})")
