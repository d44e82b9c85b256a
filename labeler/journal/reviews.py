"""Reviews: what each is about, its items and their states, the reviewer's position, and drafts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from labeler.domain.assessment import same_reviewer
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ItemState, ReviewSpec, WorklistRow
from labeler.journal.models import ReviewRecord
from labeler.journal.serialization import spec_from_json, spec_key, spec_to_json, to_json
from labeler.journal.store import Store


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
        """Return the review that was begun or continued last, or None."""
        row = self._store.row("SELECT * FROM reviews ORDER BY opened DESC LIMIT 1")
        return None if row is None else _record(row)

    def last_opened_first(self) -> Iterator[ReviewRecord]:
        """Yield every review, the most recently opened first. Each is read when it is asked for."""
        for row in self._store.rows("SELECT id FROM reviews ORDER BY opened DESC"):
            yield _record(self._store.rows("SELECT * FROM reviews WHERE id = ?", (row["id"],))[0])

    def find(self, backend_uri: str, workspace: str, reviewer: str, label: str) -> ReviewRecord | None:
        """Find the review with this label that was opened last, or None. A start without a network uses it."""
        found = self._reviews_at(backend_uri, workspace, reviewer)
        return next((record for record in found if record.spec.label == label), None)

    def find_of(self, backend_uri: str, workspace: str, reviewer: str, trace_ids: Sequence[str]) -> ReviewRecord | None:
        """Find the review of exactly these traces that was opened last, or None."""
        found = self._reviews_at(backend_uri, workspace, reviewer)
        return next((record for record in found if record.spec.trace_ids == tuple(trace_ids)), None)

    def _reviews_at(self, backend_uri: str, workspace: str, reviewer: str) -> Iterator[ReviewRecord]:
        """Yield a reviewer's reviews of a backend, the most recently opened first."""
        for record in map(_record, self._store.rows("SELECT * FROM reviews ORDER BY opened DESC")):
            spec = record.spec
            if (spec.backend_uri, spec.workspace) == (backend_uri, workspace) and same_reviewer(
                spec.reviewer, reviewer
            ):
                yield record

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
        """Append items in the given order, except those already there. Return how many were new."""
        with self._store.writing() as db:
            start = db.execute(
                "SELECT coalesce(max(ordinal) + 1, 0) FROM items WHERE review_id = ?", (review_id,)
            ).fetchone()[0]
            before = db.total_changes
            db.executemany(
                "INSERT INTO items (review_id, ordinal, trace_id, experiment_id, title, requested_at_ms, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (review_id, trace_id) DO NOTHING",
                (
                    (review_id, ordinal, i.trace_id, i.experiment_id, _storable(i.title), i.requested_at_ms, i.state)
                    for ordinal, i in enumerate(items, start)
                ),
            )
            return db.total_changes - before

    def items(self, review_id: str) -> list[WorklistRow]:
        """Return the items of a review in worklist order."""
        rows = self._store.rows(
            "SELECT trace_id, experiment_id, title, requested_at_ms, state FROM items"
            " WHERE review_id = ? ORDER BY ordinal",
            (review_id,),
        )
        states = {state.value: state for state in TraceState}
        return [
            WorklistRow(trace, experiment, title, at, states[state]) for trace, experiment, title, at, state in rows
        ]

    def states(self, review_id: str) -> dict[str, ItemState]:
        """Return the states of the items that the reviewer has acted on, by trace ID, in the order of the acts.

        Every other item is open. An answer about a span alone is no act on an item.
        """
        rows = self._store.rows("SELECT trace_id, state FROM states WHERE review_id = ? ORDER BY seq", (review_id,))
        states = {state.value: state for state in ItemState}
        return {trace_id: states[state] for trace_id, state in rows}

    def save_position(self, review_id: str, trace_id: str) -> None:
        """Save which item the reviewer is at."""
        with self._store.writing() as db:
            db.execute("UPDATE reviews SET position = ? WHERE id = ?", (trace_id, review_id))

    def save_draft(self, review_id: str, trace_id: str, slot: str, text: str) -> None:
        """Save half-typed text. The caller chooses `slot`, the name of the field. An empty text deletes the draft."""
        with self._store.writing() as db:
            if text:
                db.execute(
                    "INSERT OR REPLACE INTO drafts (review_id, trace_id, slot, text) VALUES (?, ?, ?, ?)",
                    (review_id, trace_id, slot, to_json(text)),
                )
            else:
                db.execute(
                    "DELETE FROM drafts WHERE review_id = ? AND trace_id = ? AND slot = ?", (review_id, trace_id, slot)
                )

    def drafts(self, review_id: str) -> dict[tuple[str, str], str]:
        """Return the drafts of a review by trace ID and slot."""
        rows = self._store.rows("SELECT trace_id, slot, text FROM drafts WHERE review_id = ?", (review_id,))
        return {(trace_id, slot): json.loads(text) for trace_id, slot, text in rows}


def _record(row: Any) -> ReviewRecord:
    return ReviewRecord(row["id"], spec_from_json(row["spec"]), row["position"], row["begun_at_ms"])


def _storable(title: str) -> str:
    """Replace lone surrogates, which UTF-8 and so SQLite cannot hold. A title is only shown, so it may lose them."""
    return title.encode("utf-8", "replace").decode("utf-8")
