"""The cache: a file that may be lost at any time.

Nothing in it is the only copy of anything. A file that is damaged, or of another format, is deleted and made anew. One
that cannot be written (disk full, no permission) is still read, and new traces are kept in memory. One that was
removed or replaced while it is open is made anew, too, and still read until the program ends.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from labeler.cache.tables import FORMAT, Tables
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.storage.placement import Placement, file_id
from labeler.storage.sqlite_file import (
    connect,
    connect_in_memory,
    delete_file,
    keep_write_ahead_log,
    make_private_database,
    result_code,
)

T = TypeVar("T")

_log = logging.getLogger(__name__)

MEMORY_MAX_BYTES: Final = 128 * 1024 * 1024
"""How much is kept in memory at most when the file cannot be written."""

_BUSY_TIMEOUT_S: Final = 5.0
_RAISED_HERE: Final = 0
"""The result code of errors that this room raises itself: a row holds something that was never put there."""
_UNUSABLE_CONTENT: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, _RAISED_HERE}


class Cache:
    """The cached traces, at most `max_bytes` of them. Used on the thread that made it.

    It never raises because of its file: what cannot be read is missing, what cannot be written is kept in memory.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._file: Tables | None = None
        self._placement = Placement.at(path)
        self._taken_away: list[Tables] = []
        self._memory: Tables | None = None
        self._trouble: str | None = None
        self._replaced = False
        self._open()
        self._write(Tables.shrink)

    @property
    def trouble(self) -> str | None:
        """A sentence on why the file is not written, or None."""
        return self._trouble

    def total_bytes(self) -> int:
        """Return how many bytes are kept, compressed."""
        return sum(self._read(Tables.total_bytes))

    def put(self, destination: Destination, raw: RawTrace) -> None:
        """Store a whole trace, in place of what was known of it."""
        self._write(lambda tables: tables.put(destination, raw.summary, raw.payload))

    def put_summaries(self, destination: Destination, summaries: Iterable[TraceSummary]) -> None:
        """Store summaries. Cached spans of these traces stay."""
        kept = list(summaries)
        self._write(lambda tables: tables.put_summaries(destination, kept))

    def renew_summaries(self, destination: Destination, summaries: Iterable[TraceSummary]) -> None:
        """Store summaries of traces that are cached in place of those known before; others are left out."""
        kept = list(summaries)
        self._write(lambda tables: tables.renew_summaries(destination, kept))

    def put_attachment(self, destination: Destination, trace_id: str, path: str, content: bytes) -> None:
        """Store an attachment beside its trace. Do nothing when the trace is not cached."""
        self._write(lambda tables: tables.put_attachment(destination, trace_id, path, content))

    def forget(self, destination: Destination, trace_id: str) -> None:
        """Delete a trace that turned out to be something else."""
        self._write(lambda tables: tables.forget(destination, trace_id))

    def trace(self, destination: Destination, trace_id: str) -> RawTrace | None:
        """Return the whole trace, or None when its spans are not cached."""
        found = self._read(lambda tables: tables.trace(destination, trace_id))
        return next((raw for raw in found if raw is not None), None)

    def stored(self, destination: Destination, trace_ids: Sequence[str]) -> list[RawTrace]:
        """Return those of `trace_ids` whose spans are cached, whole. They count as used no later by it."""
        found: dict[str, RawTrace] = {}
        for some in self._read(lambda tables: tables.stored(destination, trace_ids)):
            found = {raw.summary.id: raw for raw in some} | found
        return list(found.values())

    def have(self, destination: Destination, trace_ids: Iterable[str]) -> set[str]:
        """Return those of `trace_ids` whose spans are cached."""
        asked = list(trace_ids)
        here: set[str] = set()
        return here.union(*self._read(lambda tables: tables.have(destination, asked)))

    def summaries(self, destination: Destination, trace_ids: Sequence[str]) -> list[TraceSummary]:
        """Return the cached summaries, in the order of `trace_ids`."""
        found: dict[str, TraceSummary] = {}
        for some in self._read(lambda tables: tables.summaries(destination, trace_ids)):
            found = some | found
        return [found[trace_id] for trace_id in trace_ids if trace_id in found]

    def of_experiments(self, destination: Destination, experiment_ids: Container[str]) -> list[TraceSummary]:
        """Return the summaries of these experiments' traces that are here, in the order of their IDs."""
        found: dict[str, TraceSummary] = {}
        for some in self._read(lambda tables: tables.of_experiments(destination, experiment_ids)):
            found = {each.id: each for each in some} | found
        return [found[trace_id] for trace_id in sorted(found)]

    def of_session(self, destination: Destination, session_id: str) -> list[TraceSummary]:
        """Return the summaries of a session's traces whose spans are cached, oldest first."""
        found: dict[str, TraceSummary] = {}
        for some in self._read(lambda tables: tables.of_session(destination, session_id)):
            found = {each.id: each for each in some} | found
        return sorted(found.values(), key=lambda each: (each.requested_at_ms, each.id))

    def attachment(self, destination: Destination, trace_id: str, path: str) -> bytes | None:
        """Return the bytes of an attachment, or None when it is not cached."""
        found = self._read(lambda tables: tables.attachment(destination, trace_id, path))
        return next((content for content in found if content is not None), None)

    def close(self) -> None:
        """Close the file."""
        for tables in (self._memory, self._file, *self._taken_away):
            if tables is not None:
                tables.close()

    def _open(self) -> None:
        try:
            self._file = _open_file(self._path, self._max_bytes)
        except (sqlite3.Error, OSError) as error:
            self._keep_in_memory(error)
        else:
            self._placement = Placement.at(self._path)

    def _keep_in_place(self) -> None:
        """Make the file anew if it was removed or replaced: what is written to it would be lost."""
        if self._file is None or self._placement.is_intact:
            return
        _log.warning("the cache file %s was removed or replaced, and is made anew", self._path)
        if file_id(self._path) == self._placement.database:
            self._file.close()  # only its log or its index is gone: SQLite is not to mix them with new ones
        else:
            self._taken_away.append(self._file)
        self._file = None
        self._open()

    def _read(self, query: Callable[[Tables], T]) -> list[T]:
        """Return the results of a query from memory and the file, the newest first."""
        self._keep_in_place()
        answers = [] if self._memory is None else [query(self._memory)]
        if self._file is not None:
            try:
                answers.append(query(self._file))
            except sqlite3.DatabaseError as error:
                self._give_up_on_file(error)
        for tables in reversed(self._taken_away):
            with suppress(sqlite3.Error):
                answers.append(query(tables))
        return answers

    def _write(self, store: Callable[[Tables], None]) -> None:
        self._keep_in_place()
        while self._memory is None and self._file is not None:
            try:
                store(self._file)
            except sqlite3.DatabaseError as error:
                self._give_up_on_file(error)
            else:
                return
        if self._memory is not None:
            store(self._memory)

    def _give_up_on_file(self, error: sqlite3.DatabaseError) -> None:
        """Replace a file whose content is unusable, once; stop writing to one that cannot be written."""
        if self._file is None or self._replaced or not _content_is_unusable(error):
            self._keep_in_memory(error)
            return
        self._replaced = True
        self._file.close()
        self._file = None
        try:
            delete_file(self._path)
        except OSError as second:
            self._keep_in_memory(second)
        else:
            self._open()

    def _keep_in_memory(self, error: Exception) -> None:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        self._trouble = (
            f"The cache file {self._path} cannot be written ({why}). New traces are kept in memory until labeler "
            "ends; labels are not affected. Free some disk space, or check who owns the file"
        )
        if self._memory is None:
            self._memory = Tables(connect_in_memory(), min(self._max_bytes, MEMORY_MAX_BYTES))


def _content_is_unusable(error: sqlite3.Error) -> bool:
    return result_code(error) in _UNUSABLE_CONTENT


def _open_file(path: Path, max_bytes: int) -> Tables:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _open_current(path, max_bytes)
    except sqlite3.DatabaseError as error:
        if not _content_is_unusable(error):
            raise
    delete_file(path)
    return _open_current(path, max_bytes)


def _open_current(path: Path, max_bytes: int) -> Tables:
    """Open the file, made if it is missing. Raises `sqlite3.DatabaseError` when it is of another format."""
    make_private_database(path)
    database = connect(path, _BUSY_TIMEOUT_S)
    try:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        keep_write_ahead_log(database, _BUSY_TIMEOUT_S)
        database.execute("PRAGMA synchronous = NORMAL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, FORMAT):
            raise sqlite3.DatabaseError(f"format {version} is not {FORMAT}")
        return Tables(database, max_bytes)
    except BaseException:
        database.close()
        raise
