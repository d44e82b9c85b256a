"""Imports traces into the store, searches them, and reads them back byte for byte."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.backends.base import Experiment, Malformed, MissingTrace, UnknownName
from labeler.backends.local import assessments
from labeler.backends.local.database import storable
from labeler.backends.local.filters import MAX_INTEGER, compile_filter, compile_order
from labeler.domain.assessment import NOTHING, Assessment
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.worklist import Query
from labeler.reading.wire.identifiers import earlier_ids, is_alias
from labeler.reading.wire.spans import UnreadableTrace, encoded_spans
from labeler.storage.sqlite_file import transaction

_COLUMNS: Final = (
    "trace_id, experiment_id, timestamp_ms, duration_ms, status, name, session_id, user, tags, metadata, "
    "request_preview, response_preview"
)
_ROW_PREFIX: Final = "row-"
_NAMESPACE: Final = uuid.UUID("0f6a3e0c-6a0d-5b43-8f58-3f1d5f0f0a77")


def import_all(connection: sqlite3.Connection, traces: Iterable[RawTrace], experiment_name: str) -> int:
    """Add the traces that the store does not have, with their assessments. Return how many were new.

    A trace that is there already is left as it is, in the experiment where it is, but for assessments with an ID that
    are new. All are added or none. Raises `Malformed` for a trace whose summary no SQLite column can hold.
    """
    added = 0
    with transaction(connection):
        experiment_id = _experiment_named(connection, experiment_name)
        is_empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM traces)").fetchone()[0]
        for raw in traces:
            try:
                is_new = _import(connection, raw, experiment_id)
            except (UnicodeEncodeError, OverflowError) as error:
                trace_id = raw.summary.id
                raise Malformed(f"The trace {trace_id!r} cannot be stored: {error}.", trace_id) from error
            if is_new and not is_empty:
                _take_over_labels(connection, raw)
            added += is_new
    return added


def experiments(connection: sqlite3.Connection) -> list[Experiment]:
    """Return all experiments, the newest first."""
    rows = connection.execute("SELECT id, name FROM experiments ORDER BY rowid DESC")
    return [Experiment(row["id"], row["name"]) for row in rows]


def experiment(connection: sqlite3.Connection, name_or_id: str) -> Experiment:
    """Return the experiment with this ID, else with this name. Raises `UnknownName`."""
    there = experiments(connection)
    for key in ("id", "name"):
        for candidate in there:
            if getattr(candidate, key) == name_or_id:
                return candidate
    names = ", ".join(repr(candidate.name) for candidate in there) or "none yet"
    raise UnknownName(f"The store has no experiment {name_or_id!r}. It has: {names}.")


def count(connection: sqlite3.Connection, experiment_id: str) -> int:
    """Count the traces of an experiment."""
    found = connection.execute("SELECT count(*) FROM traces WHERE experiment_id = ?", (experiment_id,))
    return int(found.fetchone()[0])


def search(connection: sqlite3.Connection, query: Query) -> list[str]:
    """Return the IDs of the traces that a query finds now, in its order. Raises `BadFilter`."""
    condition = compile_filter(query.filter)
    order = compile_order(query.order_by)
    rows = connection.execute(
        "SELECT trace_id FROM traces WHERE experiment_id IN (SELECT value FROM json_each(?)) "
        f"AND timestamp_ms BETWEEN ? AND ? AND {condition.sql} ORDER BY {order} LIMIT ?",
        (
            json.dumps(query.experiment_ids),
            -MAX_INTEGER if query.since_ms is None else query.since_ms,
            MAX_INTEGER if query.until_ms is None else query.until_ms,
            *condition.parameters,
            MAX_INTEGER if query.limit is None else query.limit,
        ),
    )
    return [row["trace_id"] for row in rows]


def summaries(connection: sqlite3.Connection, trace_ids: Sequence[str]) -> list[TraceSummary]:
    """Return the summaries of those traces that exist, with assessments, in the order of `trace_ids`."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM traces WHERE trace_id IN (SELECT value FROM json_each(?))", (json.dumps(trace_ids),)
    )
    by_id = {row["trace_id"]: row for row in rows}
    said = assessments.of_traces(connection, list(by_id))
    return [_summary(by_id[trace_id], said.get(trace_id, ())) for trace_id in trace_ids if trace_id in by_id]


def summary(connection: sqlite3.Connection, trace_id: str) -> TraceSummary:
    """Return one summary with its assessments. Raises `MissingTrace`."""
    found = summaries(connection, [trace_id])
    if not found:
        raise MissingTrace(f"There is no trace {trace_id} in the store.")
    return found[0]


def trace(connection: sqlite3.Connection, trace_id: str) -> RawTrace:
    """Return a whole trace, its payload as it was imported. Raises `MissingTrace`."""
    about = summary(connection, trace_id)
    body = connection.execute("SELECT body FROM payloads WHERE trace_id = ?", (trace_id,)).fetchone()["body"]
    return RawTrace(about, body)


def _import(connection: sqlite3.Connection, raw: RawTrace, experiment_id: str) -> int:
    about = raw.summary
    added = connection.execute(
        f"INSERT OR IGNORE INTO traces ({_COLUMNS}) VALUES ({', '.join('?' * 12)})",
        (
            about.id,
            experiment_id,
            about.requested_at_ms,
            about.duration_ms,
            about.state.value,
            storable(about.name),
            about.session_id and storable(about.session_id),
            about.user and storable(about.user),
            json.dumps(dict(about.tags)),
            json.dumps(dict(about.metadata)),
            about.request_preview and storable(about.request_preview),
            about.response_preview and storable(about.response_preview),
        ),
    ).rowcount
    if added:
        connection.execute("INSERT INTO payloads VALUES (?, ?)", (about.id, raw.payload))
    for number, assessment in enumerate(about.assessments):
        if added or (assessment.id and not assessments.is_taken(connection, assessment.id)):
            assessments.insert(connection, _identified(connection, assessment, number))
    return added


def _take_over_labels(connection: sqlite3.Connection, raw: RawTrace) -> None:
    """Give a trace the labels that were made of it under the ID of an earlier version.

    That is the same ID with a prefix, or a wrong one: then it must have been made of the trace's very bytes.
    The trace stays there as well, for what the journal says of it; labels that stand are copied, under new IDs.
    """
    for wrong in sorted(_earlier_ids(raw)):
        kept = connection.execute("SELECT body FROM payloads WHERE trace_id = ?", (wrong,)).fetchone()
        if kept is None or not (is_alias(wrong, raw.summary.id) or kept["body"] == raw.payload):
            continue
        standing = (each for each in assessments.of_traces(connection, [wrong]).get(wrong, ()) if each.valid)
        for number, label in enumerate(standing):
            copied = replace(label, trace_id=raw.summary.id, overrides=None)
            assessments.insert(connection, _identified(connection, copied, number))


def _earlier_ids(raw: RawTrace) -> set[str]:
    if raw.summary.id.startswith(_ROW_PREFIX):  # rows were not read by earlier versions
        return set()
    try:
        return earlier_ids(encoded_spans(raw.payload), raw.summary.id)
    except UnreadableTrace:
        return set()


def _identified(connection: sqlite3.Connection, assessment: Assessment, number: int) -> Assessment:
    """Give an assessment from a file an ID if it has none, or one that another trace's assessment has here."""
    if assessment.id and not assessments.is_taken(connection, assessment.id):
        return assessment
    own = f"{assessment.trace_id} {number} {assessment.id}"
    return replace(assessment, id="a-" + uuid.uuid5(_NAMESPACE, own).hex)


def _experiment_named(connection: sqlite3.Connection, name: str) -> str:
    """Return the ID of the experiment with this name, made if it is missing."""
    connection.execute("INSERT OR IGNORE INTO experiments (id, name) SELECT count(*) + 1, ? FROM experiments", (name,))
    return str(connection.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchone()["id"])


def _summary(row: sqlite3.Row, said: Iterable[Assessment]) -> TraceSummary:
    return TraceSummary(
        id=row["trace_id"],
        experiment_id=row["experiment_id"],
        requested_at_ms=row["timestamp_ms"],
        duration_ms=row["duration_ms"],
        state=TraceState(row["status"]),
        name=row["name"],
        session_id=row["session_id"],
        user=row["user"],
        tags=_mapping(row["tags"]),
        metadata=_mapping(row["metadata"]),
        request_preview=row["request_preview"],
        response_preview=row["response_preview"],
        assessments=tuple(said),
    )


def _mapping(text: str) -> Mapping[str, str]:
    mapping: dict[str, str] = json.loads(text)
    return mapping or NOTHING
