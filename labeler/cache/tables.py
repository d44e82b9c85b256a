"""The cache's tables: one database of traces with a cap, from which the least recently used are evicted first."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Container, Iterable
from contextlib import suppress
from typing import Final

from labeler.cache.encoding import decode_summary, encode_summary, session_text
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.storage.sqlite_file import statements, transaction

FORMAT: Final = 2
"""`user_version` of the database: the schema below and the encoding of summaries."""

_COMPRESSION_LEVEL: Final = 3
_MOST_SPANS: Final = 1 << 29
"""Limit of a trace's spans in bytes: that of a file of traces, and twice that of a server's response."""

_BYTES_NEW: Final = "NEW.summary_bytes + NEW.spans_bytes + NEW.attachment_bytes"
_BYTES_OLD: Final = "OLD.summary_bytes + OLD.spans_bytes + OLD.attachment_bytes"

_SCHEMA: Final = f"""
CREATE TABLE trace (
    id INTEGER PRIMARY KEY,
    backend_uri TEXT NOT NULL,
    workspace TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    used INTEGER NOT NULL,
    summary TEXT NOT NULL,
    summary_bytes INTEGER NOT NULL,
    spans_bytes INTEGER NOT NULL DEFAULT 0,
    attachment_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (backend_uri, workspace, trace_id)
);
CREATE INDEX trace_used ON trace (used);
CREATE TABLE spans (trace INTEGER PRIMARY KEY REFERENCES trace ON DELETE CASCADE, payload BLOB NOT NULL);
CREATE TABLE attachment (
    trace INTEGER NOT NULL REFERENCES trace ON DELETE CASCADE,
    path BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (trace, path)
);
CREATE TABLE total (bytes INTEGER NOT NULL);
INSERT INTO total VALUES (0);
CREATE TRIGGER trace_added AFTER INSERT ON trace BEGIN UPDATE total SET bytes = bytes + {_BYTES_NEW}; END;
CREATE TRIGGER trace_gone AFTER DELETE ON trace BEGIN UPDATE total SET bytes = bytes - ({_BYTES_OLD}); END;
CREATE TRIGGER trace_changed AFTER UPDATE OF summary_bytes, spans_bytes, attachment_bytes ON trace BEGIN
    UPDATE total SET bytes = bytes + {_BYTES_NEW} - ({_BYTES_OLD});
END;
PRAGMA user_version = {FORMAT};
"""

_NEXT_USE: Final = "(SELECT coalesce(max(used), 0) + 1 FROM trace)"
_OF_TRACE: Final = "backend_uri = ? AND workspace = ? AND trace_id = ?"
_AMONG_TRACES: Final = "backend_uri = ? AND workspace = ? AND trace_id IN (SELECT value FROM json_each(?))"


class Tables:
    """The traces in one database, at most `max_bytes` of them. Methods raise `sqlite3.Error` when it fails.

    Traces are kept by backend URI, workspace and trace ID, whatever the destination's experiment. Bytes count what is
    stored, compressed, without the overhead of the database.
    """

    def __init__(self, database: sqlite3.Connection, max_bytes: int) -> None:
        self._database = database
        self._max_bytes = max_bytes
        database.execute("PRAGMA foreign_keys = ON")
        with transaction(self._database):
            if self._number("PRAGMA user_version") == 0:
                for statement in statements(_SCHEMA):
                    database.execute(statement)

    def total_bytes(self) -> int:
        """Return how many bytes are kept."""
        return self._number("SELECT bytes FROM total")

    def put(self, destination: Destination, summary: TraceSummary, payload: bytes) -> None:
        """Store a whole trace: its summary and its spans, `payload`."""
        compressed = zlib.compress(payload, _COMPRESSION_LEVEL)
        with transaction(self._database):
            row = self._put_summary(destination, summary.id, encode_summary(summary))
            self._database.execute("INSERT OR REPLACE INTO spans VALUES (?, ?)", (row, compressed))
            self._database.execute("UPDATE trace SET spans_bytes = ? WHERE id = ?", (len(compressed), row))
            self._evict(keep=row)

    def put_summaries(self, destination: Destination, summaries: Iterable[TraceSummary]) -> None:
        """Store summaries. Stored spans of these traces stay."""
        encoded = [(summary.id, encode_summary(summary)) for summary in summaries]
        with transaction(self._database):
            row = 0
            for trace_id, text in encoded:
                row = self._put_summary(destination, trace_id, text)
            self._evict(keep=row)

    def renew_summaries(self, destination: Destination, summaries: Iterable[TraceSummary]) -> None:
        """Store summaries of traces whose spans are stored; when those were used last stays as it is."""
        read = list(summaries)
        here = self.have(destination, [summary.id for summary in read])
        renewed = [(encode_summary(summary), summary.id) for summary in read if summary.id in here]
        with transaction(self._database):
            self._database.executemany(
                f"UPDATE trace SET summary = ?, summary_bytes = ? WHERE {_OF_TRACE}",
                [(text, len(text), *_home(destination), trace_id) for text, trace_id in renewed],
            )

    def put_attachment(self, destination: Destination, trace_id: str, path: str, content: bytes) -> None:
        """Store an attachment beside its trace. Do nothing when the trace is not stored."""
        with transaction(self._database):
            found = self._database.execute(
                f"SELECT id FROM trace WHERE {_OF_TRACE}", (*_home(destination), trace_id)
            ).fetchone()
            if found is None:
                return
            (row,) = found
            self._database.execute(
                "INSERT OR REPLACE INTO attachment VALUES (?, ?, ?)", (row, _path_key(path), content)
            )
            self._database.execute(
                "UPDATE trace SET attachment_bytes ="
                " (SELECT sum(length(content)) FROM attachment WHERE trace = trace.id) WHERE id = ?",
                (row,),
            )
            self._evict(keep=row)

    def trace(self, destination: Destination, trace_id: str) -> RawTrace | None:
        """Return the whole trace, or None when its spans are not stored. It counts as a use."""
        found = self._database.execute(
            f"SELECT id, summary, payload FROM trace JOIN spans ON spans.trace = trace.id WHERE {_OF_TRACE}",
            (*_home(destination), trace_id),
        ).fetchone()
        if found is None:
            return None
        row, summary, compressed = found
        raw = RawTrace(_summary(summary, trace_id), _unpacked(compressed))
        # A full disk must not keep anybody from reading.
        with suppress(sqlite3.OperationalError):
            self._database.execute(f"UPDATE trace SET used = {_NEXT_USE} WHERE id = ?", (row,))
        return raw

    def stored(self, destination: Destination, trace_ids: Iterable[str]) -> list[RawTrace]:
        """Return those of these traces whose spans are stored, whole. It counts as no use."""
        rows = self._database.execute(
            f"SELECT trace_id, summary, payload FROM trace JOIN spans ON spans.trace = trace.id WHERE {_AMONG_TRACES}",
            (*_home(destination), json.dumps(list(trace_ids))),
        )
        return [RawTrace(_summary(summary, trace_id), _unpacked(spans)) for trace_id, summary, spans in rows]

    def have(self, destination: Destination, trace_ids: Iterable[str]) -> set[str]:
        """Return those of `trace_ids` whose spans are stored."""
        rows = self._database.execute(
            f"SELECT trace_id FROM trace WHERE spans_bytes > 0 AND {_AMONG_TRACES}",
            (*_home(destination), json.dumps(list(trace_ids))),
        )
        return {trace_id for (trace_id,) in rows}

    def summaries(self, destination: Destination, trace_ids: Iterable[str]) -> dict[str, TraceSummary]:
        """Return the stored summaries by trace ID."""
        rows = self._database.execute(
            f"SELECT trace_id, summary FROM trace WHERE {_AMONG_TRACES}",
            (*_home(destination), json.dumps(list(trace_ids))),
        )
        return {trace_id: _summary(summary, trace_id) for trace_id, summary in rows}

    def of_experiments(self, destination: Destination, experiment_ids: Container[str]) -> list[TraceSummary]:
        """Return the stored summaries of the traces of these experiments."""
        rows = self._database.execute(
            "SELECT trace_id, summary FROM trace WHERE backend_uri = ? AND workspace = ?", _home(destination)
        )
        found = (_summary(summary, trace_id) for trace_id, summary in rows)
        return [summary for summary in found if summary.experiment_id in experiment_ids]

    def of_session(self, destination: Destination, session_id: str) -> list[TraceSummary]:
        """Return the summaries of a session's traces whose spans are stored."""
        rows = self._database.execute(
            "SELECT trace_id, summary FROM trace WHERE spans_bytes > 0 AND backend_uri = ? AND workspace = ?"
            " AND instr(summary, ?) > 0",
            (*_home(destination), session_text(session_id)),
        )
        found = (_summary(summary, trace_id) for trace_id, summary in rows)
        return [summary for summary in found if summary.session_id == session_id]

    def attachment(self, destination: Destination, trace_id: str, path: str) -> bytes | None:
        """Return the bytes of an attachment, or None when it is not stored."""
        found = self._database.execute(
            f"SELECT content FROM attachment JOIN trace ON attachment.trace = trace.id WHERE {_OF_TRACE} AND path = ?",
            (*_home(destination), trace_id, _path_key(path)),
        ).fetchone()
        return None if found is None else bytes(found[0])

    def forget(self, destination: Destination, trace_id: str) -> None:
        """Delete a trace with its spans and attachments."""
        with transaction(self._database):
            self._database.execute(f"DELETE FROM trace WHERE {_OF_TRACE}", (*_home(destination), trace_id))

    def shrink(self) -> None:
        """Evict down to the cap, which may have been lowered, and shrink the file when much of it is free."""
        with transaction(self._database):
            self._evict(keep=0)
        if self._number("PRAGMA freelist_count") > self._number("PRAGMA page_count") // 2:
            # It frees one page per row that is fetched, and the rows have no columns: only a script runs it to its end.
            self._database.executescript("PRAGMA incremental_vacuum")

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _put_summary(self, destination: Destination, trace_id: str, text: str) -> int:
        (row,) = self._database.execute(
            "INSERT INTO trace (backend_uri, workspace, trace_id, summary, summary_bytes, used)"
            f" VALUES (?, ?, ?, ?, ?, {_NEXT_USE})"
            " ON CONFLICT (backend_uri, workspace, trace_id) DO UPDATE"
            " SET summary = excluded.summary, summary_bytes = excluded.summary_bytes, used = excluded.used"
            " RETURNING id",
            (*_home(destination), trace_id, text, len(text)),
        ).fetchone()
        return int(row)

    def _evict(self, keep: int) -> None:
        """Delete the least recently used until the rest fits, but never the row `keep`, which is about to be read."""
        while self.total_bytes() > self._max_bytes:
            oldest = self._database.execute(
                "SELECT id FROM trace WHERE id <> ? ORDER BY used LIMIT 1", (keep,)
            ).fetchone()
            if oldest is None:
                return
            self._database.execute("DELETE FROM trace WHERE id = ?", oldest)

    def _number(self, query: str) -> int:
        return int(self._database.execute(query).fetchone()[0])


def _home(destination: Destination) -> tuple[str, str]:
    return destination.backend_uri, destination.workspace


def _summary(text: str, trace_id: str) -> TraceSummary:
    try:
        summary = decode_summary(text)
    except (ValueError, KeyError, TypeError) as error:
        raise sqlite3.DatabaseError("a summary in the cache is damaged") from error
    if summary.id != trace_id:
        raise sqlite3.DatabaseError("a summary in the cache is that of another trace")
    return summary


def _unpacked(compressed: bytes) -> bytes:
    """Decompress spans, up to the limit of `_MOST_SPANS`: a damaged file may hold anything."""
    unpacking = zlib.decompressobj()
    try:
        spans = unpacking.decompress(compressed, _MOST_SPANS)
    except zlib.error as error:
        raise sqlite3.DatabaseError("a trace in the cache is damaged") from error
    if not unpacking.eof:
        raise sqlite3.DatabaseError("a trace in the cache was cut, or is larger than any that was put there")
    return spans


def _path_key(path: str) -> bytes:
    """Encode an attachment's path, which comes out of a trace and may hold lone surrogates."""
    return path.encode("utf-8", "surrogatepass")
