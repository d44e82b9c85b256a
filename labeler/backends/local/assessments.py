"""Reads and writes assessments in the store, with the semantics of MLflow's SQL stores.

The ID is the primary key; an assessment that overrides another makes it invalid, and its deletion makes that one
valid again; an update is in place, merges metadata and keeps no history.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labeler.backends.base import AlreadyThere, MissingTarget, MissingTrace, Refused
from labeler.backends.local.database import storable
from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, Source, SourceType
from labeler.domain.clock import wall_clock_ms
from labeler.domain.value import UnusableValue, check_expectation_value, check_feedback_value, check_name, check_text
from labeler.storage.sqlite_file import transaction

_COLUMNS = (
    "assessment_id, trace_id, name, kind, value, source_type, source_id, rationale, span_id, metadata, "
    "created_at_ms, updated_at_ms, valid, overrides, error"
)
_UPDATABLE = ("value", "rationale", "metadata")


def find(connection: sqlite3.Connection, trace_id: str, assessment_id: str) -> Assessment | None:
    """Return the assessment with this ID on this trace, or None. Raises `MissingTrace`."""
    stored = _select(connection, trace_id, assessment_id)
    if stored is None:
        _check_trace(connection, trace_id)
    return stored


def of_traces(connection: sqlite3.Connection, trace_ids: Sequence[str]) -> Mapping[str, list[Assessment]]:
    """Return all assessments of the traces by trace ID, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM assessments WHERE trace_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY created_at_ms, rowid",
        (json.dumps(trace_ids),),
    )
    found: defaultdict[str, list[Assessment]] = defaultdict(list)
    for row in rows:
        assessment = _assessment(row)
        found[assessment.trace_id].append(assessment)
    return found


def create(connection: sqlite3.Connection, assessment: Assessment) -> Assessment:
    """Store a new assessment. Raises `Refused`, `MissingTrace`, `AlreadyThere`, `MissingTarget`."""
    new = _checked(assessment)
    with transaction(connection):
        _check_trace(connection, new.trace_id)
        if is_taken(connection, new.id):
            raise AlreadyThere(f"An assessment {new.id} is already in the store.")
        if new.overrides is not None:
            _supersede(connection, new.trace_id, new.overrides)
        insert(connection, new)
    return new


def update(connection: sqlite3.Connection, assessment: Assessment, fields: Sequence[str]) -> Assessment:
    """Change the named fields in place. Raises `Refused`, `MissingTrace`, `MissingTarget`."""
    if unknown := [name for name in fields if name not in _UPDATABLE]:
        raise Refused(f"An assessment's {unknown[0]} cannot be changed, only its {', '.join(_UPDATABLE)}.")
    with transaction(connection):
        stored = find(connection, assessment.trace_id, assessment.id)
        if stored is None:
            raise MissingTarget(f"There is no assessment {assessment.id} on trace {assessment.trace_id}.")
        if stored.kind is not assessment.kind:
            raise Refused(f"The assessment {assessment.id} is no {assessment.kind.value} but a {stored.kind.value}.")
        changed = replace(stored, updated_at_ms=wall_clock_ms())
        if "value" in fields:
            changed = replace(changed, value=assessment.value, error=assessment.error)
        if "rationale" in fields:
            changed = replace(changed, rationale=assessment.rationale)
        if "metadata" in fields:
            changed = replace(changed, metadata={**stored.metadata, **assessment.metadata})
        changed = replace(_checked(changed), valid=stored.valid)
        connection.execute(
            "UPDATE assessments SET value = ?, error = ?, rationale = ?, metadata = ?, updated_at_ms = ? "
            "WHERE assessment_id = ?",
            (
                json.dumps(changed.value),
                changed.error,
                changed.rationale,
                json.dumps(dict(changed.metadata)),
                changed.updated_at_ms,
                changed.id,
            ),
        )
    return changed


def retract(connection: sqlite3.Connection, trace_id: str, assessment_id: str) -> None:
    """Delete an assessment and make the one it overrides valid again. What is not there needs no deletion."""
    with transaction(connection):
        stored = _select(connection, trace_id, assessment_id)
        if stored is None:
            return
        connection.execute("DELETE FROM assessments WHERE assessment_id = ?", (assessment_id,))
        if stored.overrides is not None:
            connection.execute("UPDATE assessments SET valid = 1 WHERE assessment_id = ?", (stored.overrides,))


def is_taken(connection: sqlite3.Connection, assessment_id: str) -> bool:
    """Return whether any trace has an assessment with this ID."""
    found = connection.execute("SELECT 1 FROM assessments WHERE assessment_id = ?", (assessment_id,))
    return found.fetchone() is not None


def insert(connection: sqlite3.Connection, assessment: Assessment) -> None:
    """Insert one assessment as it is, inside the caller's transaction."""
    connection.execute(
        f"INSERT INTO assessments ({_COLUMNS}) VALUES ({', '.join('?' * 15)})",
        (
            assessment.id,
            assessment.trace_id,
            storable(assessment.name),
            assessment.kind.value,
            json.dumps(assessment.value),
            assessment.source.type.value,
            storable(assessment.source.id),
            assessment.rationale and storable(assessment.rationale),
            assessment.span_id,
            json.dumps(dict(assessment.metadata)),
            assessment.created_at_ms,
            assessment.updated_at_ms,
            assessment.valid,
            assessment.overrides,
            assessment.error and storable(assessment.error),
        ),
    )


def _checked(assessment: Assessment) -> Assessment:
    """Return the assessment as it will be stored: valid, timed, an expectation without rationale and overrides."""
    expectation = assessment.kind is AssessmentKind.EXPECTATION
    if not assessment.id:
        raise Refused("An assessment needs an ID.")
    if expectation and assessment.value is None:
        raise Refused("An expectation needs a value.")
    try:
        check_name(assessment.name)
        (check_expectation_value if expectation else check_feedback_value)(assessment.value)
        for text in (assessment.rationale or "", *assessment.metadata, *assessment.metadata.values()):
            check_text(text, "The comment or the metadata")
    except UnusableValue as problem:
        raise Refused(f"{problem}.") from problem
    created_at_ms = assessment.created_at_ms or wall_clock_ms()
    return replace(
        assessment,
        rationale=None if expectation else assessment.rationale or None,
        overrides=None if expectation else assessment.overrides,
        created_at_ms=created_at_ms,
        updated_at_ms=assessment.updated_at_ms or created_at_ms,
        valid=True,
    )


def _check_trace(connection: sqlite3.Connection, trace_id: str) -> None:
    if connection.execute("SELECT 1 FROM traces WHERE trace_id = ?", (trace_id,)).fetchone() is None:
        raise MissingTrace(f"There is no trace {trace_id} in the store.")


def _select(connection: sqlite3.Connection, trace_id: str, assessment_id: str) -> Assessment | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM assessments WHERE trace_id = ? AND assessment_id = ?", (trace_id, assessment_id)
    ).fetchone()
    return None if row is None else _assessment(row)


def _supersede(connection: sqlite3.Connection, trace_id: str, assessment_id: str) -> None:
    changed = connection.execute(
        "UPDATE assessments SET valid = 0 WHERE trace_id = ? AND assessment_id = ?", (trace_id, assessment_id)
    )
    if changed.rowcount == 0:
        raise MissingTarget(f"There is no assessment {assessment_id} on trace {trace_id} to override.")


def _assessment(row: sqlite3.Row) -> Assessment:
    return Assessment(
        id=row["assessment_id"],
        trace_id=row["trace_id"],
        name=row["name"],
        kind=AssessmentKind(row["kind"]),
        value=json.loads(row["value"]),
        source=Source(SourceType(row["source_type"]), row["source_id"]),
        rationale=row["rationale"],
        span_id=row["span_id"],
        metadata=json.loads(row["metadata"]) or NOTHING,
        created_at_ms=row["created_at_ms"],
        updated_at_ms=row["updated_at_ms"],
        valid=bool(row["valid"]),
        overrides=row["overrides"],
        error=row["error"],
    )
