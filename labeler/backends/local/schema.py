"""The tables of the embedded store, and the migrations from earlier versions.

Times are milliseconds since the epoch; lists and objects are JSON.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x6C61626C
"""``labl``: the value in SQLite's header that tells this store from any other database."""

_TRACES_AND_ASSESSMENTS: Final = """
CREATE TABLE store (id TEXT NOT NULL, created_at_ms INTEGER NOT NULL);
CREATE TABLE experiments (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE traces (
    trace_id TEXT PRIMARY KEY,
    experiment_id TEXT NOT NULL REFERENCES experiments (id),
    timestamp_ms INTEGER NOT NULL,
    duration_ms INTEGER,
    status TEXT NOT NULL,
    name TEXT NOT NULL,
    session_id TEXT,
    user TEXT,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    request_preview TEXT,
    response_preview TEXT
);
CREATE INDEX traces_by_time ON traces (experiment_id, timestamp_ms);
CREATE TABLE payloads (trace_id TEXT PRIMARY KEY REFERENCES traces (trace_id), body BLOB NOT NULL);
CREATE TABLE assessments (
    assessment_id TEXT PRIMARY KEY,
    trace_id TEXT NOT NULL REFERENCES traces (trace_id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    rationale TEXT,
    span_id TEXT,
    metadata TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    valid INTEGER NOT NULL,
    overrides TEXT,
    error TEXT
);
CREATE INDEX assessments_by_trace ON assessments (trace_id);
"""

_QUEUES: Final = """
CREATE TABLE experiment_tags (
    experiment_id TEXT NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (experiment_id, name)
) WITHOUT ROWID;
CREATE TABLE label_schemas (
    number INTEGER PRIMARY KEY,
    schema_id TEXT NOT NULL UNIQUE,
    experiment_id TEXT NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    UNIQUE (experiment_id, name)
);
CREATE TABLE review_queues (
    number INTEGER PRIMARY KEY,
    queue_id TEXT NOT NULL UNIQUE,
    experiment_id TEXT NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    is_personal INTEGER NOT NULL,
    users TEXT NOT NULL,
    schema_ids TEXT NOT NULL,
    UNIQUE (experiment_id, name_key)
);
CREATE TABLE queue_items (
    number INTEGER PRIMARY KEY,
    queue_id TEXT NOT NULL REFERENCES review_queues (queue_id) ON DELETE CASCADE,
    trace_id TEXT NOT NULL REFERENCES traces (trace_id),
    state TEXT NOT NULL,
    completed_by TEXT,
    completed_at_ms INTEGER,
    UNIQUE (queue_id, trace_id)
);
"""
"""Review queues, what they ask, and tags of experiments, as MLflow has them.

`name_key` is the name as names of queues are compared: of several programs that make one name, the constraint lets one
alone win. `number` is the order in which rows were made.
"""

STEPS: Final[tuple[str, ...]] = (_TRACES_AND_ASSESSMENTS, _QUEUES)
"""The n-th script takes a store from `user_version` n to n + 1."""
