"""Connects to SQLite files, switches them to a write-ahead log, runs transactions, and deletes them.

Each room reports errors in its own words; `is_busy`, `is_damage` and `result_code` say what kind an error is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from labeler.storage.placement import SHM, WAL, file_id
from labeler.storage.private_file import keep_private, make_private

T = TypeVar("T")

LOCK_WAIT_S: Final = 5.0
"""Seconds that a statement waits for other programs at the same file, unless the caller says otherwise."""

_PAUSE_S: Final = 0.02


def make_private_database(path: Path) -> bool:
    """Make sure that the database at `path`, its log and its index can be used by their owner alone.

    Return True when the database was made now, empty. Raises `OSError`.
    """
    is_new = make_private(path)
    for suffix in (WAL, SHM):
        keep_private(path.with_name(path.name + suffix))
    return is_new


def connect(path: Path, wait_s: float = LOCK_WAIT_S) -> sqlite3.Connection:
    """Connect to the file at `path`, which is made if it is missing. Raises `sqlite3.Error`.

    There are no implicit transactions, and rows are `sqlite3.Row`. A statement waits `wait_s` seconds for other
    programs.
    """
    connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def connect_existing(path: Path, wait_s: float = LOCK_WAIT_S) -> sqlite3.Connection:
    """Connect to the file at `path`, as `connect` does. Raises `sqlite3.Error` also where there is none."""
    return _connect_as(path, "mode=rw", wait_s)


def connect_in_memory() -> sqlite3.Connection:
    """Connect to a new database in memory, which ends with the connection."""
    return connect(Path(":memory:"))


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Connect to the file at `path` without changing it. Raises `sqlite3.Error`, also where there is none.

    What a log beside it holds is read, too. Otherwise no log or index is made, not even a log beside an index that lost
    its own: whoever used the two together would read pages that are not there.
    """
    has_log = file_id(f"{path}{WAL}") is not None
    return _connect_as(path, "mode=ro") if has_log else connect_immutable(path)


def connect_immutable(path: Path) -> sqlite3.Connection:
    """Connect to a file that nobody writes: no lock is taken, and a log beside it is not read.

    Raises `sqlite3.Error`, also where there is no file. Source: https://www.sqlite.org/uri.html#uriimmutable
    """
    return _connect_as(path, "mode=ro&immutable=1")


def _connect_as(path: Path, how: str, wait_s: float = LOCK_WAIT_S) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=wait_s, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit everything that the block writes, or nothing. Raises `sqlite3.Error`, and what the block raises."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """Roll the open transaction back, if there is one: SQLite may have ended it by itself."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, each of which has to begin on a new line.

    They can be executed one by one in a transaction, which `sqlite3.Connection.executescript` would commit first.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def keep_write_ahead_log(connection: sqlite3.Connection, wait_s: float) -> bool:
    """Switch the file to a write-ahead log. Return whether its file system can keep one. Raises `sqlite3.Error`."""
    mode = retry_while_busy(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchone()[0], wait_s)
    return bool(mode == "wal")


def delete_file(path: Path) -> None:
    """Delete the database at `path` and the files that SQLite keeps beside it. Raises `OSError`."""
    for suffix in (WAL, SHM, "-journal", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_busy(error: BaseException) -> bool:
    """Return whether the error only says that another program uses the file."""
    return result_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_damage(error: BaseException) -> bool:
    """Return whether the error says that the file itself is damaged."""
    return result_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def retry_while_busy(ask: Callable[[], T], wait_s: float) -> T:
    """Return what `ask` returns. Call it again for up to `wait_s` seconds while another program uses the file.

    SQLite's own timeout does not hold for the switch to the write-ahead log: two that switch at once would wait for
    each other, so it answers "locked" at once. Source: https://www.sqlite.org/c3ref/busy_handler.html
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return ask()
        except sqlite3.Error as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)


def result_code(error: BaseException) -> int:
    """Return the primary result code of an SQLite error, 0 for any other error. Source: https://www.sqlite.org/rescode.html"""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
