"""The tables of the journal, and the migrations from earlier versions.

`changes` is append-only, and triggers keep it so. Every other table is derived from it in the same transaction, or
records how far delivery got. Times are milliseconds since the epoch. JSON columns are ASCII, so that lone surrogates
survive, too.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x6C61626A
"""``labj``: tells a journal from any other SQLite file."""

_FIRST: Final = """
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY,
    backend_uri TEXT NOT NULL,
    workspace TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    UNIQUE (backend_uri, workspace, experiment_id)
);
CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,
    begun_at_ms INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    position TEXT,
    questions TEXT
);
CREATE TABLE items (
    review_id TEXT NOT NULL REFERENCES reviews(id),
    ordinal INTEGER NOT NULL,
    trace_id TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    title TEXT NOT NULL,
    requested_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (review_id, ordinal)
) WITHOUT ROWID;
CREATE UNIQUE INDEX items_by_trace ON items(review_id, trace_id);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    review_id TEXT NOT NULL REFERENCES reviews(id),
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    trace_id TEXT NOT NULL,
    act TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    effects TEXT NOT NULL,
    reverses TEXT
);
CREATE INDEX changes_by_review ON changes(review_id, seq);
CREATE TRIGGER changes_are_not_overwritten BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER changes_are_not_deleted BEFORE DELETE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE cells (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    question TEXT NOT NULL,
    kind TEXT NOT NULL,
    review_id TEXT REFERENCES reviews(id),
    answer TEXT,
    PRIMARY KEY (destination_id, reviewer, trace_id, span_id, question)
) WITHOUT ROWID;
CREATE TABLE states (
    review_id TEXT NOT NULL REFERENCES reviews(id),
    trace_id TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (review_id, trace_id)
) WITHOUT ROWID;
CREATE TABLE retired (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    assessment_id TEXT NOT NULL,
    PRIMARY KEY (destination_id, assessment_id)
) WITHOUT ROWID;
CREATE TABLE renamed (
    old_id TEXT PRIMARY KEY,
    new_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE drafts (
    review_id TEXT NOT NULL REFERENCES reviews(id),
    trace_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (review_id, trace_id, slot)
) WITHOUT ROWID;
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL,
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    review_id TEXT REFERENCES reviews(id),
    reviewer TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    name TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op IN ('create', 'update', 'delete', 'status')),
    assessment_id TEXT,
    payload TEXT,
    overrides TEXT,
    depends_on INTEGER REFERENCES deliveries(id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'parked', 'refused', 'delivered', 'closed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL,
    released_at_ms INTEGER,
    not_before_ms INTEGER,
    claimed_at_ms INTEGER,
    ambiguous_at_ms INTEGER,
    settled_at_ms INTEGER,
    cause TEXT,
    reason TEXT,
    server_id TEXT,
    run TEXT NOT NULL
);
CREATE UNIQUE INDEX deliveries_one_create ON deliveries(assessment_id) WHERE op = 'create';
CREATE INDEX deliveries_waiting ON deliveries(seq) WHERE state = 'waiting';
CREATE INDEX deliveries_undone ON deliveries(destination_id, state) WHERE state IN ('waiting', 'parked', 'refused');
CREATE INDEX deliveries_by_trace ON deliveries(trace_id, destination_id);
CREATE INDEX deliveries_by_assessment ON deliveries(assessment_id);
CREATE INDEX deliveries_by_server_id ON deliveries(server_id) WHERE server_id IS NOT NULL;
CREATE TABLE wake_calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    called_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER
);
CREATE TABLE reviewers (
    backend_uri TEXT PRIMARY KEY,
    reviewer TEXT NOT NULL,
    origin TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE trusted (
    origin TEXT PRIMARY KEY
) WITHOUT ROWID;
"""

_ORDER_AND_COUNTS_BY_INDEX: Final = """
CREATE INDEX deliveries_by_seq ON deliveries(seq);
DROP INDEX deliveries_undone;
CREATE INDEX deliveries_undone ON deliveries(destination_id, state, cause, released_at_ms)
    WHERE state IN ('waiting', 'parked', 'refused');
CREATE INDEX deliveries_unreleased ON deliveries(trace_id) WHERE released_at_ms IS NULL;
"""
"""Without these indexes an answer, a count and a start each read every delivery there ever was."""

_CALLS_BY_DESTINATION: Final = """
DROP TABLE wake_calls;
CREATE TABLE wake_calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    called_at_ms INTEGER NOT NULL
);
"""
"""A request to deliver at once is for one destination, and is deleted when it is answered."""

_STATES_OF_ALL_TOUCHED: Final = """
ALTER TABLE states ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
INSERT INTO states (review_id, trace_id, state, seq)
    SELECT review_id, json_extract(effect.value, '$.trace_id'), json_extract(effect.value, '$.state[1]'), max(seq)
    FROM changes, json_each(changes.effects) AS effect
    WHERE json_extract(effect.value, '$.state') IS NOT NULL
    GROUP BY 1, 2
    ON CONFLICT (review_id, trace_id) DO UPDATE SET seq = excluded.seq;
INSERT OR IGNORE INTO states (review_id, trace_id, state, seq)
    SELECT review_id, json_extract(effect.value, '$.trace_id'), 'open', min(seq)
    FROM changes, json_each(changes.effects) AS effect
    WHERE json_extract(effect.value, '$.span_id') IS NULL
    GROUP BY 1, 2;
"""
"""`seq` is the change that gave an item its state; an item that was only answered or flagged is open. With it, a start
does not have to read every change there ever was.
"""

STEPS: Final[tuple[str, ...]] = (
    _FIRST,
    _ORDER_AND_COUNTS_BY_INDEX,
    _CALLS_BY_DESTINATION,
    _STATES_OF_ALL_TOUCHED,
)
"""The n-th script takes a journal from `user_version` n to n + 1."""
