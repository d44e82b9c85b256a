"""Reviews: what each is about, its items and their states, the reviewer's position, and drafts."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from labeler.domain.assessment import person, same_reviewer
from labeler.domain.change import Act
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ItemState, ReviewSpec, WorklistRow
from labeler.journal.destinations import number_of, numbers_at
from labeler.journal.item_states import holder_of, together
from labeler.journal.models import ReviewRecord
from labeler.journal.serialization import spec_from_json, spec_key, spec_to_json, to_json
from labeler.journal.store import Store

_ADD_ITEM: Final = """
INSERT INTO items (review_id, ordinal, trace_id, experiment_id, title, requested_at_ms, state, queue_state, queue_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (review_id, trace_id) DO UPDATE SET queue_state = excluded.queue_state, queue_by = excluded.queue_by,
        ordinal = iif(is_gone, excluded.ordinal, ordinal), is_gone = 0, is_selected = 1
        WHERE is_gone OR NOT is_selected OR queue_state IS NOT excluded.queue_state
            OR queue_by IS NOT excluded.queue_by
"""

_MARK_SELECTED: Final = """
WITH selected AS MATERIALIZED (SELECT value AS trace_id FROM json_each(:selected))
UPDATE items SET is_selected = NOT is_selected
    WHERE review_id = :review AND NOT is_gone AND is_selected IS NOT (trace_id IN (SELECT trace_id FROM selected))
"""

_UNTOUCHED: Final = """
WITH places AS MATERIALIZED (SELECT value AS id FROM json_each(:places))
SELECT ordinal, trace_id FROM items WHERE review_id = :review AND NOT is_gone AND is_selected <= :selected
    AND NOT EXISTS (SELECT 1 FROM places JOIN cells c ON c.destination_id = places.id AND c.reviewer = :reviewer
        AND c.scope = :scope AND c.trace_id = items.trace_id)
    AND NOT EXISTS (SELECT 1 FROM places JOIN states s ON s.destination_id = places.id AND s.reviewer = :reviewer
        AND s.holder = :holder AND s.trace_id = items.trace_id)
    AND NOT EXISTS (SELECT 1 FROM places JOIN deferred d ON d.destination_id = places.id AND d.reviewer = :reviewer
        AND d.scope = :scope AND d.trace_id = items.trace_id)
    AND NOT EXISTS (SELECT 1 FROM places JOIN drafts f ON f.destination_id = places.id AND f.reviewer = :reviewer
        AND f.scope = :scope AND f.trace_id = items.trace_id)
"""


_IN_NO_ROLE: Final = "coalesce(json_extract(spec, '$.role'), '') = ''"


class Reviews:
    """Reads and writes reviews. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, spec: ReviewSpec, now_ms: int) -> ReviewRecord:
        """Continue the review of this spec, or begin it. It becomes the last review."""
        key = spec_key(spec)
        with self._store.writing() as db:
            db.execute(
                "INSERT INTO reviews (id, key, spec, begun_at_ms, opened)"
                " VALUES (?, ?, ?, ?, (SELECT coalesce(max(opened), 0) + 1 FROM reviews))"
                " ON CONFLICT (key) DO UPDATE SET spec = excluded.spec, opened = excluded.opened",
                (f"r-{uuid.uuid4().hex}", key, spec_to_json(spec), now_ms),
            )
            return _record(db.execute("SELECT * FROM reviews WHERE key = ?", (key,)).fetchone())

    def last(self) -> ReviewRecord | None:
        """Return the review that was begun or continued last, or None. What is said in a role is no review."""
        row = self._store.row(f"SELECT * FROM reviews WHERE {_IN_NO_ROLE} ORDER BY opened DESC LIMIT 1")
        return None if row is None else _record(row)

    def last_opened_first(self) -> Iterator[ReviewRecord]:
        """Yield every review, the most recently opened first. Each is read when it is asked for."""
        for row in self._store.rows(f"SELECT id FROM reviews WHERE {_IN_NO_ROLE} ORDER BY opened DESC"):
            yield _record(self._store.rows("SELECT * FROM reviews WHERE id = ?", (row["id"],))[0])

    def find(
        self, backend_uri: str, workspace: str, reviewer: str, is_wanted: Callable[[ReviewSpec], bool]
    ) -> ReviewRecord | None:
        """Find a reviewer's review of a backend that is wanted and was opened last, or None."""
        for record in self.last_opened_first():
            spec = record.spec
            is_there = (spec.backend_uri, spec.workspace) == (backend_uri, workspace)
            if is_there and same_reviewer(spec.reviewer, reviewer) and is_wanted(spec):
                return record
        return None

    def save_questions(self, review_id: str, questions: str) -> None:
        """Save what a review asks, in the caller's encoding, so that it can be asked without a network."""
        with self._store.writing() as db:
            db.execute("UPDATE reviews SET questions = ? WHERE id = ?", (questions, review_id))

    def questions(self, review_id: str) -> str | None:
        """Return what `save_questions` saved last, or None."""
        row = self._store.row("SELECT questions FROM reviews WHERE id = ?", (review_id,))
        return None if row is None else row["questions"]

    def all_with_questions(self) -> list[tuple[ReviewRecord, str]]:
        """Return every review that has saved questions, with what `save_questions` saved, last opened first."""
        rows = self._store.rows("SELECT * FROM reviews WHERE questions IS NOT NULL ORDER BY opened DESC")
        return [(_record(row), row["questions"]) for row in rows]

    def add_items(self, review_id: str, items: Sequence[WorklistRow]) -> int:
        """Append items in the given order; those that are there keep their place. Return how many were appended.

        An item that had gone is appended anew. The state in the queue is taken over for those that are there, too.
        """
        with self._store.writing() as db:
            start = db.execute(
                "SELECT coalesce(max(ordinal) + 1, 0) FROM items WHERE review_id = ?", (review_id,)
            ).fetchone()[0]
            db.executemany(_ADD_ITEM, (_item_fields(review_id, ordinal, i) for ordinal, i in enumerate(items, start)))
            added = db.execute(
                "SELECT count(*) FROM items WHERE review_id = ? AND ordinal >= ?", (review_id, start)
            ).fetchone()[0]
            return int(added)

    def note_queue_items(self, review_id: str, items: Iterable[QueueItem]) -> None:
        """Note how items of a review stand in its queue, as they were read; others are left out."""
        with self._store.writing() as db:
            db.executemany(
                "UPDATE items SET queue_state = ?, queue_by = ? WHERE review_id = ? AND trace_id = ?",
                [(item.state, item.completed_by, review_id, item.trace_id) for item in items],
            )

    def end_listing(self, review_id: str, selected: Collection[str]) -> set[str]:
        """Note that what the review selects was listed to its end, these traces. Return the items that went by it.

        An item that is no longer selected is marked so, and goes when the reviewer has never touched its trace: no
        answer, no deferral, no draft, and nothing done in this worklist. By the first listing that brought any items a
        sample or a limit is drawn, once: nothing goes by that, since it lists only what was drawn; nor does anything
        where a search has a limit, where traces are named, or where they were read of a file.
        """
        with self._store.writing() as db:
            spec = spec_of(db, review_id)
            drawn = db.execute("SELECT is_drawn FROM reviews WHERE id = ?", (review_id,)).fetchone()["is_drawn"]
            if spec.draws and not drawn:
                db.execute(
                    "UPDATE reviews SET is_drawn = EXISTS (SELECT 1 FROM items WHERE review_id = :id) WHERE id = :id",
                    {"id": review_id},
                )
                return set()
            if spec.trace_ids or spec.content or (spec.limit is not None and not spec.queue_id):
                return set()
            listed = json.dumps(list(selected))
            db.execute(_MARK_SELECTED, {"review": review_id, "selected": listed})
            return _let_go_of_untouched(db, review_id, spec, is_selected=False)

    def draw_again(self, review_id: str) -> None:
        """Let the next listing draw the sample, or so many of all, anew. Items that were never touched go."""
        with self._store.writing() as db:
            _let_go_of_untouched(db, review_id, spec_of(db, review_id), is_selected=True)
            db.execute("UPDATE reviews SET is_drawn = 0 WHERE id = ?", (review_id,))

    def is_drawn(self, review_id: str) -> bool:
        """Return whether the sample or the limit of a review was drawn: what is selected later is not taken in."""
        row = self._store.row("SELECT is_drawn FROM reviews WHERE id = ?", (review_id,))
        return row is not None and bool(row["is_drawn"])

    def items(self, review_id: str) -> list[WorklistRow]:
        """Return the items of a review in worklist order, without those that have gone."""
        rows = self._store.rows(
            "SELECT trace_id, experiment_id, title, requested_at_ms, state, queue_state, is_selected, queue_by"
            " FROM items WHERE review_id = ? AND NOT is_gone ORDER BY ordinal",
            (review_id,),
        )
        states = {state.value: state for state in TraceState}
        in_queue: dict[str | None, QueueItemState] = {state.value: state for state in QueueItemState}
        return [
            WorklistRow(trace, experiment, title, at, states[state], in_queue.get(queue_state), bool(selected), by)
            for trace, experiment, title, at, state, queue_state, selected, by in rows
        ]

    def states(self, review_id: str, among: Collection[str] | None = None) -> dict[str, ItemState]:
        """Return what the reviewer has made of items, by trace ID, in the order of the acts.

        Submitted and declined are what this queue or selection knows, deferred what was said of the trace anywhere.
        Every other item is open. An answer about a span alone is no act on an item. `among`: only of these traces.
        """
        limited = "" if among is None else " AND trace_id IN (SELECT value FROM json_each(:among))"
        spec = self._spec(review_id)
        whose = {
            "places": numbers_at(self._store.rows, spec.backend_uri, spec.workspace),
            "reviewer": person(spec.reviewer),
            "scope": spec.scope,
            "holder": holder_of(review_id, spec),
            "review": review_id,
            "among": json.dumps(list(among or ())),
        }
        here = self._store.rows(
            "SELECT trace_id, state, seq FROM states WHERE destination_id IN (SELECT value FROM json_each(:places))"
            f" AND reviewer = :reviewer AND holder = :holder{limited}",
            whose,
        )
        deferred = self._store.rows(
            "SELECT trace_id, seq FROM deferred WHERE destination_id IN (SELECT value FROM json_each(:places))"
            f" AND reviewer = :reviewer AND scope = :scope{limited}"
            " AND EXISTS (SELECT 1 FROM items WHERE review_id = :review AND trace_id = deferred.trace_id)",
            whose,
        )
        return together(here, deferred)

    def set_aside(self, review_id: str, among: Collection[str] | None = None) -> set[str]:
        """Return the traces that the reviewer has put off again after they had come back, and nothing since.

        `among`: only of these traces.
        """
        spec = self._spec(review_id)
        limited = "" if among is None else " AND trace_id IN (SELECT value FROM json_each(:among))"
        rows = self._store.rows(
            "WITH put_off AS MATERIALIZED (SELECT seq, trace_id FROM deferred"
            " WHERE destination_id IN (SELECT value FROM json_each(:places))"
            f" AND reviewer = :reviewer AND scope = :scope{limited}) "
            "SELECT json_extract(effect.value, '$.trace_id') AS trace_id FROM changes, json_each(effects) AS effect"
            " WHERE seq IN (SELECT seq FROM put_off) AND act != :undo"
            " AND json_extract(effect.value, '$.state[0]') = :deferred"
            " AND json_extract(effect.value, '$.state[1]') = :deferred"
            " AND (seq, json_extract(effect.value, '$.trace_id')) IN (SELECT seq, trace_id FROM put_off)",
            {
                "places": numbers_at(self._store.rows, spec.backend_uri, spec.workspace),
                "reviewer": person(spec.reviewer),
                "scope": spec.sprint,
                "among": json.dumps(list(among or ())),
                "undo": Act.UNDO,
                "deferred": ItemState.DEFERRED,
            },
        )
        return {row["trace_id"] for row in rows}

    def deferred_among(self, review_id: str, trace_ids: Collection[str]) -> set[str]:
        """Return which of these traces the reviewer of a review has deferred, whether they are items of it or not."""
        spec = self._spec(review_id)
        rows = self._store.rows(
            "SELECT trace_id FROM deferred WHERE destination_id IN (SELECT value FROM json_each(?))"
            " AND reviewer = ? AND scope = ? AND trace_id IN (SELECT value FROM json_each(?))",
            (
                numbers_at(self._store.rows, spec.backend_uri, spec.workspace),
                person(spec.reviewer),
                spec.scope,
                json.dumps(list(trace_ids)),
            ),
        )
        return {row["trace_id"] for row in rows}

    def save_position(self, review_id: str, trace_id: str) -> None:
        """Save which item the reviewer is at."""
        with self._store.writing() as db:
            db.execute("UPDATE reviews SET position = ? WHERE id = ?", (trace_id, review_id))

    def save_filter(self, review_id: str, filter: str | None) -> None:
        """Save what the worklist is narrowed to, in the caller's encoding; None: to nothing."""
        with self._store.writing() as db:
            db.execute("UPDATE reviews SET filter = ? WHERE id = ?", (filter, review_id))

    def save_draft(self, review_id: str, trace_id: str, slot: str, text: str) -> None:
        """Save half-typed text about an item. It is the reviewer's in every worklist with this trace.

        The caller chooses `slot`, the name of the field. An empty text deletes the draft. Raises ValueError for a trace
        that is not an item of the review.
        """
        with self._store.writing() as db:
            spec = spec_of(db, review_id)
            key = (home_of(db, review_id, spec, trace_id), person(spec.reviewer), spec.scope, trace_id, slot)
            if text:
                db.execute(
                    "INSERT OR REPLACE INTO drafts (destination_id, reviewer, scope, trace_id, slot, text)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (*key, to_json(text)),
                )
            else:
                db.execute(
                    "DELETE FROM drafts WHERE destination_id = ? AND reviewer = ? AND scope = ? AND trace_id = ?"
                    " AND slot = ?",
                    key,
                )

    def drafts(self, review_id: str) -> dict[tuple[str, str], str]:
        """Return the reviewer's drafts at the backend of a review, by trace ID and slot, wherever they were typed."""
        spec = self._spec(review_id)
        rows = self._store.rows(
            "SELECT trace_id, slot, text FROM drafts WHERE destination_id IN (SELECT value FROM json_each(?))"
            " AND reviewer = ? AND scope = ?",
            (numbers_at(self._store.rows, spec.backend_uri, spec.workspace), person(spec.reviewer), spec.scope),
        )
        return {(trace_id, slot): json.loads(text) for trace_id, slot, text in rows}

    def _spec(self, review_id: str) -> ReviewSpec:
        row = self._store.row("SELECT spec FROM reviews WHERE id = ?", (review_id,))
        if row is None:
            raise ValueError(f"there is no review {review_id}")
        return spec_from_json(row["spec"])


def _let_go_of_untouched(db: sqlite3.Connection, review_id: str, spec: ReviewSpec, *, is_selected: bool) -> set[str]:
    """Have the items go that the reviewer has never touched, those selected as well or only the others; return which.

    Touched is what has an answer, a deferral or a draft, wherever it was given, or anything done in this worklist.
    """
    gone = db.execute(
        _UNTOUCHED,
        {
            "review": review_id,
            "selected": is_selected,
            "places": numbers_at(db.execute, spec.backend_uri, spec.workspace),
            "reviewer": person(spec.reviewer),
            "scope": spec.scope,
            "holder": holder_of(review_id, spec),
        },
    ).fetchall()
    db.executemany(
        "UPDATE items SET is_gone = 1 WHERE review_id = ? AND ordinal = ?",
        [(review_id, row["ordinal"]) for row in gone],
    )
    return {row["trace_id"] for row in gone}


def spec_of(db: sqlite3.Connection, review_id: str) -> ReviewSpec:
    """Return the spec of a review. Raises ValueError where there is no such review: a defect."""
    row = db.execute("SELECT spec FROM reviews WHERE id = ?", (review_id,)).fetchone()
    if row is None:
        raise ValueError(f"there is no review {review_id}")
    return spec_from_json(row["spec"])


def home_of(db: sqlite3.Connection, review_id: str, spec: ReviewSpec, trace_id: str) -> int:
    """Return the number of the destination of an item. Raises ValueError for a trace that is none of the review's."""
    return homes_of(db, review_id, spec, [trace_id])[trace_id]


def homes_of(db: sqlite3.Connection, review_id: str, spec: ReviewSpec, trace_ids: Collection[str]) -> dict[str, int]:
    """Return the numbers of the destinations of items, by trace ID.

    Raises ValueError for a trace that is none of the review's.
    """
    experiments = dict(
        db.execute(
            # CROSS JOIN keeps the order: one look into the index for each trace, however many items the review has.
            "SELECT items.trace_id, items.experiment_id FROM json_each(?) AS wanted"
            " CROSS JOIN items ON items.review_id = ? AND items.trace_id = wanted.value",
            (to_json(list(trace_ids)), review_id),
        ).fetchall()
    )
    for trace_id in trace_ids:
        if trace_id not in experiments:
            raise ValueError(f"{trace_id} is no item of the review {review_id}")
    places = {
        each: number_of(db, Destination(spec.backend_uri, spec.workspace, each)) for each in set(experiments.values())
    }
    return {trace_id: places[experiment] for trace_id, experiment in experiments.items()}


def _record(row: Any) -> ReviewRecord:
    return ReviewRecord(row["id"], spec_from_json(row["spec"]), row["position"], row["begun_at_ms"], row["filter"])


def _item_fields(review_id: str, ordinal: int, row: WorklistRow) -> tuple[object, ...]:
    return (
        review_id,
        ordinal,
        row.trace_id,
        row.experiment_id,
        _storable(row.title),
        row.requested_at_ms,
        row.state,
        row.queue_state,
        row.queue_by,
    )


def _storable(title: str) -> str:
    """Replace lone surrogates, which UTF-8 and so SQLite cannot hold. A title is only shown, so it may lose them."""
    return title.encode("utf-8", "replace").decode("utf-8")
