"""Makes, opens and deletes the store's file, and turns what goes wrong into backend errors."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from labeler.backends.base import Ambiguous, BackendError, NotABackend, Refused, Unreachable
from labeler.backends.local.schema import APPLICATION_ID, STEPS
from labeler.dataclass import dataclass
from labeler.domain.clock import wall_clock_ms
from labeler.storage.migration import migrate, run_steps
from labeler.storage.placement import Placement, file_id
from labeler.storage.private_file import make_private
from labeler.storage.sqlite_file import (
    connect_existing,
    delete_file,
    is_busy,
    is_damage,
    keep_write_ahead_log,
    result_code,
    transaction,
)

SCHEMA_VERSION: Final = len(STEPS)

_LOCK_WAIT_S: Final = 10.0

_UNWRITABLE: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A connection to a store, the placement of its files at the opening, and the UUID that it was given when made."""

    connection: sqlite3.Connection
    placement: Placement
    store_id: str


def open_database(path: Path) -> OpenDatabase:
    """Open the store at `path` for reading and writing. Raises `Unreachable`, and `NotABackend` if there is none."""
    with backend_errors(path):
        if not path.exists():
            raise NotABackend(
                f"There is no store at {path}. Check the path after local:, or make one by reviewing trace files."
            )
        return _opened(path)


def open_or_create_database(path: Path) -> OpenDatabase:
    """Open the store at `path`, made for its owner alone if it is missing. Raises `NotABackend` and `Unreachable`."""
    with backend_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            make_private(path)
        if not path.is_dir():
            _initialise(path)
        return _opened(path)


def remove_database(path: Path) -> None:
    """Delete the store at `path`, if there is one, and the files beside it. Raises `NotABackend`."""
    with backend_errors(path):
        if path.exists():
            _opened(path).connection.close()
        delete_file(path)


def check_placement(placement: Placement) -> None:
    """Raise `Unreachable` when the store was removed or replaced since it was opened."""
    if not placement.is_intact:
        raise Unreachable(
            f"The store at {placement.path} was removed or replaced while it was open. Nothing that goes into it "
            "counts as delivered; put it back, it is tried again."
        )


def storable(text: str) -> str:
    """Replace lone surrogates, which SQLite cannot hold, by ``?``, as MLflow does."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def backend_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise about the store at `path` into backend errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _backend_error(path, error) from error
    except OSError as error:
        raise NotABackend(
            f"The store at {path} cannot be used: {error.strerror or error}. Name another path after local:."
        ) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise Refused(f"The store cannot hold this: {error}.") from error


def _backend_error(path: Path, error: sqlite3.Error) -> BackendError:
    code = result_code(error)
    if is_busy(error):
        return Unreachable(f"Another program is busy with the store at {path}. Nothing was written; it is tried again.")
    if code == sqlite3.SQLITE_FULL:
        return Unreachable(f"The disk that holds {path} is full. Nothing was written; make room, it is tried again.")
    if code in _UNWRITABLE:
        return NotABackend(f"The store at {path} cannot be written. Check who owns the file and its directory.")
    if is_damage(error):
        return NotABackend(f"{path} is not a labeler store, or is damaged ({error}). Name another path after local:.")
    return Ambiguous(f"The store at {path} failed: {error}.")


def _opened(path: Path) -> OpenDatabase:
    if path.is_dir():
        raise NotABackend(f"{path} is a directory. Name the file of a store after local:.")
    lying = file_id(path)
    connection = connect_existing(path, _LOCK_WAIT_S)
    try:
        version = _check(path, connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if version < SCHEMA_VERSION:
            _migrate(path, connection, version)
        with transaction(connection):
            store_id = str(connection.execute("SELECT id FROM store").fetchone()[0])
        placement = Placement.at(path)
        if placement.database != lying:
            raise Unreachable(f"The store at {path} was removed or replaced while it was being opened. Try again.")
    except BaseException:
        connection.close()
        raise
    return OpenDatabase(connection, placement, store_id)


def _check(path: Path, connection: sqlite3.Connection) -> int:
    """Return the format of a store. Raises `NotABackend` where it is none, or a newer one."""
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise NotABackend(f"{path} is not a labeler store. Name another path after local:.")
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise NotABackend(
            f"The store at {path} was written by a newer labeler (format {version}, this one knows {SCHEMA_VERSION}). "
            "It was left untouched; update labeler to use it."
        )
    return version


def _migrate(path: Path, connection: sqlite3.Connection, version: int) -> None:
    try:
        migrate(connection, path, version, STEPS, APPLICATION_ID)
    except OSError as error:
        raise NotABackend(
            f"The store at {path} is of an older format, and no copy of it can be kept beside it before it is changed "
            f"({error.strerror or error}). Nothing was changed; make room there, then try again."
        ) from error


def _initialise(path: Path) -> None:
    """Make the tables in a file that has none. Of several processes that try, the first does it."""
    connection = connect_existing(path, _LOCK_WAIT_S)
    try:
        if not _is_blank(connection):
            return
        keep_write_ahead_log(connection, _LOCK_WAIT_S)
        connection.execute("PRAGMA synchronous = FULL")
        with transaction(connection):
            if not _is_blank(connection):
                return
            run_steps(connection, STEPS, APPLICATION_ID)
            connection.execute("INSERT INTO store VALUES (?, ?)", (str(uuid.uuid4()), wall_clock_ms()))
    finally:
        connection.close()


def _is_blank(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return not tables and not _pragma(connection, "application_id")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
