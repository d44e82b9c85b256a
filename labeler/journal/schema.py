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

_ONE_TRUTH_A_TRACE: Final = """
ALTER TABLE cells RENAME TO earlier_cells;
CREATE TABLE cells (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    question TEXT NOT NULL,
    kind TEXT NOT NULL,
    review_id TEXT REFERENCES reviews(id),
    answer TEXT,
    PRIMARY KEY (destination_id, reviewer, scope, trace_id, span_id, question)
) WITHOUT ROWID;
INSERT INTO cells (destination_id, reviewer, trace_id, span_id, question, kind, review_id, answer)
    SELECT destination_id, reviewer, trace_id, span_id, question, kind, review_id, answer FROM earlier_cells;
DROP TABLE earlier_cells;
CREATE TABLE worklists AS
    SELECT id, opened, json_extract(spec, '$.backend_uri') AS backend_uri,
        json_extract(spec, '$.workspace') AS workspace, coalesce(json_extract(spec, '$.queue_id'), id) AS holder,
        coalesce(iif(json_valid(key), json_extract(key, '$.reviewer'), NULL),
                 lower(trim(json_extract(spec, '$.reviewer')))) AS reviewer
    FROM reviews;
CREATE UNIQUE INDEX worklists_by_id ON worklists(id);
ALTER TABLE states RENAME TO earlier_states;
CREATE TABLE reached AS
    SELECT d.id AS destination_id, w.reviewer, w.holder, s.trace_id, s.state, s.seq,
        s.state != 'open' OR EXISTS (
            SELECT 1 FROM changes, json_each(changes.effects) AS effect
            WHERE changes.seq = s.seq AND json_extract(effect.value, '$.trace_id') = s.trace_id
                AND json_extract(effect.value, '$.state') IS NOT NULL) AS is_act
    FROM earlier_states s JOIN worklists w ON w.id = s.review_id
    JOIN items i ON i.review_id = s.review_id AND i.trace_id = s.trace_id
    JOIN destinations d ON d.backend_uri = w.backend_uri AND d.workspace = w.workspace
        AND d.experiment_id = i.experiment_id;
CREATE TABLE states (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    holder TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    state TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (destination_id, reviewer, holder, trace_id)
) WITHOUT ROWID;
INSERT OR REPLACE INTO states (destination_id, reviewer, holder, trace_id, state, seq)
    SELECT destination_id, reviewer, holder, trace_id, iif(state = 'deferred', 'open', state), seq
    FROM reached WHERE is_act ORDER BY seq;
INSERT OR IGNORE INTO states (destination_id, reviewer, holder, trace_id, state, seq)
    SELECT destination_id, reviewer, holder, trace_id, state, seq FROM reached WHERE NOT is_act ORDER BY seq;
CREATE TABLE deferred (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    trace_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (destination_id, reviewer, scope, trace_id)
) WITHOUT ROWID;
INSERT INTO deferred (destination_id, reviewer, trace_id, seq)
    SELECT destination_id, reviewer, trace_id, seq FROM (
        SELECT destination_id, reviewer, trace_id, state, max(seq) AS seq FROM reached
        WHERE is_act AND trace_id IN (SELECT trace_id FROM reached WHERE state = 'deferred')
        GROUP BY destination_id, reviewer, trace_id)
    WHERE state = 'deferred';
DROP TABLE reached;
DROP TABLE earlier_states;
ALTER TABLE drafts RENAME TO earlier_drafts;
CREATE TABLE drafts (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT '',
    trace_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (destination_id, reviewer, scope, trace_id, slot)
) WITHOUT ROWID;
INSERT OR IGNORE INTO destinations (backend_uri, workspace, experiment_id)
    SELECT w.backend_uri, w.workspace, i.experiment_id FROM earlier_drafts f
    JOIN worklists w ON w.id = f.review_id JOIN items i ON i.review_id = f.review_id AND i.trace_id = f.trace_id;
INSERT INTO drafts (destination_id, reviewer, trace_id, slot, text)
    SELECT destination_id, reviewer, trace_id, slot,
        '"' || group_concat(substr(text, 2, length(text) - 2), '\\n\\n') || '"'
    FROM (
        SELECT d.id AS destination_id, w.reviewer, f.trace_id, f.slot, f.text, max(w.opened) AS opened
        FROM earlier_drafts f JOIN worklists w ON w.id = f.review_id
        JOIN items i ON i.review_id = f.review_id AND i.trace_id = f.trace_id
        JOIN destinations d ON d.backend_uri = w.backend_uri AND d.workspace = w.workspace
            AND d.experiment_id = i.experiment_id
        GROUP BY 1, 2, 3, 4, 5 ORDER BY opened DESC)
    GROUP BY destination_id, reviewer, trace_id, slot;
DROP TABLE earlier_drafts;
DROP TABLE worklists;
CREATE TABLE shown (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    assessment_id TEXT NOT NULL,
    PRIMARY KEY (destination_id, assessment_id)
) WITHOUT ROWID;
ALTER TABLE deliveries ADD COLUMN scope TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN queue_state TEXT;
ALTER TABLE items ADD COLUMN queue_by TEXT;
ALTER TABLE items ADD COLUMN is_selected INTEGER NOT NULL DEFAULT 1;
ALTER TABLE items ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN is_drawn INTEGER NOT NULL DEFAULT 0;
UPDATE reviews SET is_drawn = 1
    WHERE coalesce(json_extract(spec, '$.sample'), json_extract(spec, '$.limit')) IS NOT NULL
        AND EXISTS (SELECT 1 FROM items WHERE items.review_id = reviews.id);
"""
"""What a reviewer said and did about a trace no longer hangs on the worklist in which it was.

Answers, deferrals and drafts are kept by destination, reviewer, scope (a sprint's slug, or empty) and trace. Of two
deferrals the newest change decides; an item that one worklist ended and another only answered is ended; of two drafts
in one place both texts are kept, the one of the worklist opened last first. `states` keeps what belongs to a queue
or, outside queues, to a selection: `holder` is the ID of the queue, else of the review. A state there is ``labelled``
(submitted), ``declined``, or ``open`` for what was only touched.

`shown` has the IDs of assessments of the reviewer's own that did not come from here and were shown. An item that is no
longer selected is marked so and, where its trace was never touched, `is_gone`: its row stays, the worklist is without
it. A review whose sample or limit was drawn is marked `is_drawn`.
"""

_FILTERS: Final = """
ALTER TABLE reviews ADD COLUMN filter TEXT;
"""
"""What a worklist is narrowed to, in the caller's encoding; NULL: all of it is shown."""

_REVEALED: Final = """
CREATE TABLE revealed (
    destination_id INTEGER NOT NULL REFERENCES destinations(id),
    reviewer TEXT NOT NULL,
    scope TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    PRIMARY KEY (destination_id, reviewer, scope, trace_id)
) WITHOUT ROWID;
"""
"""The traces of which a reviewer saw what others said: no later answer about them is given blind."""

STEPS: Final[tuple[str, ...]] = (
    _FIRST,
    _ORDER_AND_COUNTS_BY_INDEX,
    _CALLS_BY_DESTINATION,
    _STATES_OF_ALL_TOUCHED,
    _ONE_TRUTH_A_TRACE,
    _FILTERS,
    _REVEALED,
)
"""The n-th script takes a journal from `user_version` n to n + 1."""
