"""The log of what the reviewer did, and what follows from each change: answers, item states, deliveries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind, person, same_reviewer
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect
from labeler.domain.destination import Destination
from labeler.domain.question import NOTE_NAMES
from labeler.domain.sprint import NO_SPRINT
from labeler.domain.worklist import ReviewSpec
from labeler.journal.deliveries_of_changes import settle_answer, settle_status
from labeler.journal.delivery_table import DeliveryTable
from labeler.journal.destinations import number_of, numbers
from labeler.journal.item_states import ItemKey, item_key, note_state, note_touched
from labeler.journal.models import DeliveryState
from labeler.journal.outgoing_assessment import AnswerKey
from labeler.journal.retirement import carrier_of, restore, retire
from labeler.journal.reviews import homes_of, spec_of
from labeler.journal.serialization import (
    answer_fields,
    answer_of,
    effects_from_json,
    effects_to_json,
    to_json,
)
from labeler.journal.store import Store

_READ_AT_ONCE: Final = 500
_NO_CHANGE_IS_AFTER: Final = (1 << 63) - 1


class Changes:
    """The append-only log of changes. Everything else in the journal is derived from it.

    A cell is where one answer can stand: one person, one scope, one trace or span, one question.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, review_id: str, change: Change, on_effect: Callable[[int], None] = lambda count: None) -> None:
        """Commit a change and everything that follows from it, or nothing. Raises `JournalWriteFailed`.

        `on_effect` hears, on the journal's thread, how many effects are written so far. Raises ValueError for a trace
        that is not an item of the review: a defect, since nothing could be delivered.
        """
        with self._store.writing() as db:
            spec = spec_of(db, review_id)
            homes = homes_of(db, review_id, spec, change.trace_ids)
            seq = db.execute(
                "INSERT INTO changes (id, review_id, destination_id, trace_id, act, at_ms, effects, reverses)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    change.id,
                    review_id,
                    homes[change.trace_id],
                    change.trace_id,
                    change.act,
                    change.at_ms,
                    effects_to_json(change.effects),
                    change.reverses,
                ),
            ).lastrowid
            assert seq is not None
            derivation = Derivation(DeliveryTable(db, self._store.run, change.at_ms), review_id, spec, seq)
            for count, effect in enumerate(change.effects, 1):
                derivation.follow(homes[effect.trace_id], effect)
                on_effect(count)

    def of_review(
        self,
        review_id: str,
        *,
        before: str | None = None,
        limit: int = -1,
        names: Mapping[str, str] | None = None,
    ) -> list[Change]:
        """Return the last `limit` changes (-1: all) to the items of a review, oldest first.

        `before` is the ID of a change: only earlier ones are returned. Answers carry the IDs that `names` maps theirs
        to (see `renamed`); without it, the IDs they have now.
        """
        rows = self._store.rows(
            "SELECT * FROM changes WHERE review_id = :review"
            " AND seq < coalesce((SELECT seq FROM changes WHERE id = :before), 9223372036854775807)"
            " AND EXISTS (SELECT 1 FROM items WHERE review_id = :review AND trace_id = changes.trace_id)"
            " ORDER BY seq DESC LIMIT :limit",
            {"review": review_id, "before": before, "limit": limit},
        )
        if names is None:
            names = self.renamed()
        return [_change_of(row, names) for row in reversed(rows)]

    def since(self, reviewer: str, at_ms: int) -> list[tuple[int, Change]]:
        """Return what a reviewer did at or after a moment (ms since the epoch), in every review, oldest first.

        Each change comes with the number of its destination. Answers have the IDs that they were given under. Changes
        are read from the newest back to the first that is older: a clock that was put back hides what was before.
        """
        theirs = {
            row["id"]
            for row in self._store.rows(
                "SELECT id, json_extract(spec, '$.reviewer') AS reviewer, json_extract(spec, '$.role') AS role"
                " FROM reviews"
            )
            if same_reviewer(row["reviewer"] or "", reviewer) and not row["role"]
        }
        found: list[tuple[int, Change]] = []
        before = _NO_CHANGE_IS_AFTER
        while True:
            page = self._store.rows(
                "SELECT * FROM changes WHERE seq < ? ORDER BY seq DESC LIMIT ?", (before, _READ_AT_ONCE)
            )
            for row in page:
                if row["at_ms"] < at_ms:
                    return found[::-1]
                if row["review_id"] in theirs:
                    found.append((row["destination_id"], _change_of(row, {})))
            if len(page) < _READ_AT_ONCE:
                return found[::-1]
            before = page[-1]["seq"]

    def renamed(self) -> dict[str, str]:
        """Return the new ID of each answer that had to be given another, by its old ID."""
        return dict(self._store.rows("SELECT old_id, new_id FROM renamed"))

    def answers(
        self, destinations: Sequence[Destination], reviewer: str, scope: str = NO_SPRINT
    ) -> dict[tuple[str, str | None, str], Answer | None]:
        """Return a reviewer's answers in a scope by trace ID, span ID and question, wherever they were given.

        None: answered here once and cleared since.
        """
        rows = self._store.rows(
            "SELECT trace_id, span_id, question, answer FROM cells"
            " WHERE destination_id IN (SELECT value FROM json_each(?)) AND reviewer = ? AND scope = ?",
            (numbers(self._store, destinations), person(reviewer), scope),
        )
        names = self.renamed()
        # Read in one go: of ten thousand answers, calling the decoder takes longer than decoding.
        written = iter(json.loads(f"[{','.join(row['answer'] for row in rows if row['answer'])}]"))
        return {
            (trace_id, span_id or None, question): _under_new_name(answer_of(next(written)) if answer else None, names)
            for trace_id, span_id, question, answer in rows
        }

    def settled_ids(self, destinations: Sequence[Destination]) -> set[str]:
        """Return the IDs of assessments that were superseded or retracted here, whatever an older listing shows.

        IDs that a server assigned in place of ours are included.
        """
        retired = self._store.rows(
            "SELECT assessment_id FROM retired WHERE destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        settled = {row["assessment_id"] for row in retired}
        # Read apart, by the index of those there are: joined to ten thousand retired ones, of which most servers rename
        # none, this took 20 ms of a start.
        renamed = self._store.rows(
            "SELECT assessment_id, server_id FROM deliveries WHERE server_id IS NOT NULL AND op = 'create'"
        )
        return settled | {row["server_id"] for row in renamed if row["assessment_id"] in settled}

    def note_shown(self, destination: Destination, assessment_ids: Collection[str]) -> None:
        """Note that the reviewer was shown these assessments of their own, which may have been written elsewhere.

        Any other that stands beside an answer given here is a conflict.
        """
        with self._store.writing() as db:
            number = number_of(db, destination)
            db.executemany(
                "INSERT OR IGNORE INTO shown (destination_id, assessment_id) VALUES (?, ?)",
                [(number, assessment_id) for assessment_id in assessment_ids],
            )

    def shown_ids(self, destinations: Sequence[Destination]) -> set[str]:
        """Return the IDs of assessments of reviewers' own that they were shown."""
        rows = self._store.rows(
            "SELECT assessment_id FROM shown WHERE destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return {row["assessment_id"] for row in rows}

    def note_revealed(self, destination: Destination, reviewer: str, scope: str, trace_ids: Collection[str]) -> None:
        """Note that the reviewer saw what others said of these traces."""
        with self._store.writing() as db:
            number = number_of(db, destination)
            db.executemany(
                "INSERT OR IGNORE INTO revealed (destination_id, reviewer, scope, trace_id) VALUES (?, ?, ?, ?)",
                [(number, person(reviewer), scope, trace_id) for trace_id in trace_ids],
            )

    def revealed(self, destinations: Sequence[Destination], reviewer: str, scope: str) -> set[str]:
        """Return the traces of which the reviewer saw what others said."""
        rows = self._store.rows(
            "SELECT trace_id FROM revealed WHERE destination_id IN (SELECT value FROM json_each(?))"
            " AND reviewer = ? AND scope = ?",
            (numbers(self._store, destinations), person(reviewer), scope),
        )
        return {row["trace_id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Derivation:
    """Carries the effects of change number `seq` over to the derived tables, inside the transaction of that change."""

    table: DeliveryTable
    review_id: str
    spec: ReviewSpec
    seq: int

    def follow(self, destination_id: int, effect: Effect) -> None:
        """Write what follows from one effect."""
        if isinstance(effect, AnswerEffect):
            self._follow_answer(self._cell(destination_id, effect), effect)
            if effect.span_id is None:
                note_touched(self.table.db, self._item(destination_id, effect.trace_id), self.seq)
            return
        note_state(self.table.db, self._item(destination_id, effect.trace_id), effect.after, self.seq)
        if self.spec.queue_id is not None and not effect.leaves_queue_alone:
            settle_status(self.table, self._cell(destination_id, effect), effect.before, effect.after)

    def _follow_answer(self, cell: AnswerKey, effect: AnswerEffect) -> None:
        before, after = effect.before, effect.after
        if self.spec.notes_local and cell.question in NOTE_NAMES:
            standing = after
        else:
            standing = settle_answer(self.table, cell, self._stood(cell, before, after), after)
            self.table.hang_retirements(cell, carrier_of(self.table, standing))
            retire(self.table, cell, standing, effect.retired)
            restore(self.table, cell, standing, effect.restored)
        write_cell(self.table.db, cell, standing)
        gone = {answer.assessment_id for answer in (before, after) if answer is not None}
        gone |= {each.id for each in effect.retired}
        gone |= {self.table.resolve(assessment_id) for assessment_id in gone}
        gone -= {self.table.resolve(each.id) for each in effect.restored}
        self.table.db.executemany(
            "INSERT OR IGNORE INTO retired (destination_id, assessment_id) VALUES (?, ?)",
            [(cell.destination_id, assessment_id) for assessment_id in gone],
        )
        for each in effect.restored:
            self.table.db.execute(
                "DELETE FROM retired WHERE destination_id = ? AND assessment_id = ?",
                (cell.destination_id, self.table.resolve(each.id)),
            )
            self.table.db.execute(
                "INSERT OR IGNORE INTO shown (destination_id, assessment_id) VALUES (?, ?)",
                (cell.destination_id, self.table.resolve(each.id)),
            )
        if standing is not None:
            self.table.db.execute(
                "DELETE FROM retired WHERE destination_id = :at AND assessment_id IN (:id,"
                " (SELECT server_id FROM deliveries WHERE assessment_id = :id AND op = 'create'))",
                {"at": cell.destination_id, "id": standing.assessment_id},
            )

    def _stood(self, cell: AnswerKey, before: Answer | None, after: Answer | None) -> Answer | None:
        """Return what stood in the cell: `before`, unless another review or an import has put something else there."""
        row = read_cell(self.table.db, cell)
        known = None if row is None or row["answer"] is None else answer_of(json.loads(row["answer"]))
        is_new = after is None or self.table.create_of(self.table.resolve(after.assessment_id)) is None
        if known is None or not is_new:
            return before
        if before is not None and self.table.resolve(before.assessment_id) == known.assessment_id:
            return before
        return before if before is not None and self._came_after(before, known) else known

    def _came_after(self, told: Answer, known: Answer) -> bool:
        """Return whether an answer that was not given here stands in place of the one that was, which has arrived.

        The reviewer was shown it, given by another program or on the backend's own page, and goes on from there.
        """
        row = self.table.create_of(known.assessment_id)
        if self.table.create_of(self.table.resolve(told.assessment_id)) is not None:
            return False
        if row is not None and row["state"] != DeliveryState.DELIVERED:
            return False
        below = known.overrides if row is None else row["overrides"]
        while below is not None and below != told.assessment_id:
            row = self.table.create_of(below)
            below = None if row is None else row["overrides"]
        return below is None

    def _cell(self, destination_id: int, effect: Effect) -> AnswerKey:
        asked = effect if isinstance(effect, AnswerEffect) else None
        return AnswerKey(
            destination_id=destination_id,
            review_id=self.review_id,
            queue_id=self.spec.queue_id,
            reviewer=self.spec.reviewer,
            trace_id=effect.trace_id,
            span_id=asked.span_id if asked else None,
            question=asked.question if asked else "",
            kind=asked.kind if asked else AssessmentKind.FEEDBACK,
            scope=self.spec.scope,
        )

    def _item(self, destination_id: int, trace_id: str) -> ItemKey:
        return item_key(self.review_id, self.spec, destination_id, trace_id)


def cell_key(cell: AnswerKey) -> tuple[int, str, str, str, str, str]:
    """Return the primary key of a cell's row."""
    return (
        cell.destination_id,
        person(cell.reviewer),
        cell.scope,
        cell.trace_id,
        cell.span_id or "",
        cell.question,
    )


def write_cell(db: sqlite3.Connection, cell: AnswerKey, answer: Answer | None) -> None:
    """Write which answer stands in a cell; None means that it was cleared."""
    db.execute(
        "INSERT OR REPLACE INTO cells (destination_id, reviewer, scope, trace_id, span_id, question, kind, review_id,"
        " answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*cell_key(cell), cell.kind, cell.review_id, None if answer is None else to_json(answer_fields(answer))),
    )


def read_cell(db: sqlite3.Connection, cell: AnswerKey) -> Any | None:
    """Return the row of a cell, or None when it was never answered. `answer` is JSON, or NULL when it was cleared."""
    return db.execute(
        "SELECT answer FROM cells WHERE destination_id = ? AND reviewer = ? AND scope = ? AND trace_id = ?"
        " AND span_id = ? AND question = ?",
        cell_key(cell),
    ).fetchone()


def _change_of(row: Any, names: Mapping[str, str]) -> Change:
    """Return the change of a row, with its answers under the IDs that `names` maps theirs to."""
    return Change(
        row["id"],
        Act(row["act"]),
        row["trace_id"],
        row["at_ms"],
        tuple(_renamed(effect, names) for effect in effects_from_json(row["effects"])),
        row["reverses"],
    )


def _renamed(effect: Effect, names: Mapping[str, str]) -> Effect:
    if isinstance(effect, StateEffect) or not names:
        return effect
    return replace(effect, before=_under_new_name(effect.before, names), after=_under_new_name(effect.after, names))


def _under_new_name(answer: Answer | None, names: Mapping[str, str]) -> Answer | None:
    if answer is None or not names:
        return answer
    overrides = None if answer.overrides is None else _newest(answer.overrides, names)
    return replace(answer, assessment_id=_newest(answer.assessment_id, names), overrides=overrides)


def _newest(assessment_id: str, names: Mapping[str, str]) -> str:
    while assessment_id in names:
        assessment_id = names[assessment_id]
    return assessment_id
