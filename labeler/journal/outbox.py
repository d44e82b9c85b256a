"""The outbox: which deliveries may be sent now, and how the ones that were sent ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from labeler.domain.adjudication import ADJUDICATION
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.scope import sprint_and_role
from labeler.journal.attempt_outcomes import (
    Claim,
    Delivered,
    Outcome,
    Overtaken,
    Parked,
    PayloadRefused,
    RecheckLater,
    RetryLater,
    TargetGone,
)
from labeler.journal.conflicts import keep_other, send_mine
from labeler.journal.decisions import overtake
from labeler.journal.delivery_table import DeliveryTable
from labeler.journal.destinations import known, numbers
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState
from labeler.journal.outbox_queries import delivery_of_row
from labeler.journal.reissue import is_still_wanted, replace_in_place_of
from labeler.journal.serialization import assessment_of
from labeler.journal.store import Store

CLOCK_JUMP_MS: Final = 600_000
"""A delivery that has to wait longer than this was given its time by a clock that has jumped back since."""

BULK_HOLD_MS: Final = 25_000
"""How much later than others the deliveries of a bulk answer may be sent: 30 s after it, with the usual grace."""

_DUE: Final = """
SELECT d.* FROM deliveries d
WHERE d.state = 'waiting' AND d.destination_id IN (SELECT value FROM json_each(:places))
  AND d.released_at_ms IS NOT NULL
  AND (:grace = 0 OR :now >= d.released_at_ms + :grace OR :now < d.released_at_ms - :bulk_hold)
  AND (d.not_before_ms IS NULL OR :now >= d.not_before_ms OR :now < d.not_before_ms - :jump)
  AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.id = d.depends_on AND e.state IN ('waiting', 'parked', 'refused'))
  AND (d.op != 'status' OR NOT EXISTS (
      SELECT 1 FROM deliveries e
      WHERE e.trace_id = d.trace_id AND e.destination_id = d.destination_id AND e.reviewer = d.reviewer
        AND e.op != 'status' AND e.state IN ('waiting', 'parked', 'refused') AND e.not_before_ms IS NULL
        AND e.cause IS NOT 'conflict'
        AND NOT EXISTS (SELECT 1 FROM deliveries f WHERE f.id = e.depends_on AND f.cause = 'conflict')))
ORDER BY d.seq
"""

_HOLDING: Final = "SELECT DISTINCT run FROM deliveries WHERE released_at_ms IS NULL AND +state = 'waiting'"
"""The runs with unreleased deliveries. The plus makes SQLite use the index of those, not of all that wait."""

_RELEASE: Final = """
UPDATE deliveries SET released_at_ms = ?
WHERE released_at_ms IS NULL AND run IN (SELECT value FROM json_each(?))
"""


class Outbox:
    """The deliveries as delivery processes them. Methods that write raise `JournalWriteFailed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def release(self, trace_id: str, now_ms: int) -> None:
        """Let this run's deliveries for a trace be sent once the grace period is over: the reviewer has left it."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE deliveries SET released_at_ms = ? WHERE trace_id = ? AND released_at_ms IS NULL AND run = ?",
                (now_ms, trace_id, self._store.run),
            )

    def release_bulk(self, trace_ids: Collection[str], now_ms: int) -> None:
        """Let this run's deliveries for these traces be sent once the grace period of a bulk answer is over.

        Who does not wait for a grace period does not wait for this one either.
        """
        with self._store.writing() as db:
            db.execute(
                "UPDATE deliveries SET released_at_ms = ? WHERE released_at_ms IS NULL AND run = ?"
                " AND trace_id IN (SELECT value FROM json_each(?))",
                (now_ms + BULK_HOLD_MS, self._store.run, json.dumps(list(trace_ids))),
            )

    def release_all(self, now_ms: int) -> None:
        """Let all deliveries of this run be sent once the grace period is over: the reviewer has left."""
        with self._store.writing() as db:
            db.execute(_RELEASE, (now_ms, json.dumps([self._store.run])))

    def release_earlier(self, now_ms: int) -> None:
        """Release what ended runs left behind, killed ones included; nothing that a living run may still change."""
        runs = {row["run"] for row in self._store.rows(_HOLDING)}
        # The living are looked up afterwards: a run that has begun meanwhile is not among `runs`.
        ended = runs - self._store.runs.living() if runs else runs
        if ended:
            with self._store.writing() as db:
                db.execute(_RELEASE, (now_ms, json.dumps(sorted(ended))))

    def claim(
        self,
        destinations: Sequence[Destination],
        now_ms: int,
        grace_ms: int,
        limit: int,
        busy: Collection[str] = (),
        checked: Collection[str] | None = None,
    ) -> list[Claim]:
        """Claim at most `limit` due deliveries, one per trace, none for the traces in `busy`.

        Answers of a review that were never sent are claimed for the traces in `checked` only; None: for any. They count
        as attempted from here on, before anything is sent: a crash must not make them look unsent.
        """
        asked = self._circumstances(destinations, now_ms, grace_ms)
        if self._store.row(_DUE, asked) is None:
            return []
        places = known(self._store)
        with self._store.writing() as db:
            rows = list(_one_a_trace(db.execute(_DUE, asked), limit, busy, checked))
            claims = [_claim(db, row, delivery_of_row(row, places), now_ms) for row in rows]
            db.executemany(
                "UPDATE deliveries SET attempts = attempts + 1, not_before_ms = NULL, ambiguous_at_ms = ?,"
                " claimed_at_ms = ? WHERE id = ?",
                [(claim.ambiguous_at_ms, now_ms, claim.delivery.id) for claim in claims],
            )
        return claims

    def to_check(
        self,
        destinations: Sequence[Destination],
        now_ms: int,
        grace_ms: int,
        limit: int,
        checked: Collection[str],
    ) -> list[str]:
        """Return the first traces with an answer of a review that is due and was never sent, but for `checked`."""
        due = self._store.rows(
            f"SELECT trace_id, min(seq) AS seq FROM ({_DUE}) AS due WHERE op = 'create' AND attempts = 0"
            " AND review_id IS NOT NULL AND trace_id NOT IN (SELECT value FROM json_each(:checked))"
            " GROUP BY trace_id ORDER BY 2 LIMIT :limit",
            self._circumstances(destinations, now_ms, grace_ms)
            | {"checked": json.dumps(list(checked)), "limit": limit},
        )
        return [row["trace_id"] for row in due]

    def due_traces(self, destinations: Sequence[Destination], now_ms: int, grace_ms: int) -> set[str]:
        """Return the IDs of the traces for which a delivery could be claimed now."""
        rows = self._store.rows(
            f"SELECT DISTINCT trace_id FROM ({_DUE})", self._circumstances(destinations, now_ms, grace_ms)
        )
        return {row["trace_id"] for row in rows}

    def settle(self, settled: Sequence[tuple[int, Outcome]], now_ms: int) -> list[Delivery]:
        """Record how attempts ended. Return the deliveries as they are now; for a replaced one, its replacement."""
        places = known(self._store)
        with self._store.writing() as db:
            ids = [_settle(db, delivery_id, outcome, now_ms) for delivery_id, outcome in settled]
            rows = [db.execute("SELECT * FROM deliveries WHERE id = ?", (each,)).fetchone() for each in ids]
        return [delivery_of_row(row, places) for row in rows]

    def next_due_ms(self, destinations: Sequence[Destination], now_ms: int, grace_ms: int) -> int | None:
        """Return when the next delivery that waits only for time becomes due (ms since the epoch), or None."""
        row = self._store.row(
            "SELECT min(max(released_at_ms + :grace, coalesce(not_before_ms, 0))) FROM deliveries"
            " WHERE state = 'waiting' AND released_at_ms IS NOT NULL"
            " AND destination_id IN (SELECT value FROM json_each(:places))"
            " AND max(released_at_ms + :grace, coalesce(not_before_ms, 0)) > :now",
            {"places": numbers(self._store, destinations), "grace": grace_ms, "now": now_ms},
        )
        return None if row is None or row[0] is None else int(row[0])

    def unpark(self, destinations: Sequence[Destination]) -> int:
        """Queue parked deliveries again, as every start does. Return how many there were."""
        # The second condition is redundant, but lets SQLite use the index of undone deliveries.
        with self._store.writing() as db:
            return db.execute(
                "UPDATE deliveries SET state = 'waiting', cause = NULL WHERE state = 'parked'"
                " AND cause IS NOT 'conflict'"
                " AND state IN ('waiting', 'parked', 'refused')"
                " AND destination_id IN (SELECT value FROM json_each(?))",
                (numbers(self._store, destinations),),
            ).rowcount

    def retry(self, delivery_ids: Collection[int]) -> int:
        """Queue parked and refused deliveries again. Return how many there were.

        An answer that is in conflict with another of the reviewer's own supersedes that one.
        """
        with self._store.writing() as db:
            in_conflict = self._in_conflict(db, delivery_ids)
            for row in in_conflict:
                send_mine(DeliveryTable(db, self._store.run, row["settled_at_ms"] or 0), row)
            return (
                len(in_conflict)
                + db.execute(
                    "UPDATE deliveries SET state = 'waiting', cause = NULL, failures = 0 WHERE state IN"
                    " ('parked', 'refused') AND id IN (SELECT value FROM json_each(?))",
                    (json.dumps(list(delivery_ids)),),
                ).rowcount
            )

    def discard(self, delivery_ids: Collection[int], now_ms: int) -> int:
        """Close deliveries for good; the answers stay in the journal. Return how many were still to be delivered.

        In place of an answer that is in conflict with another of the reviewer's own, that one is theirs from now on.
        """
        with self._store.writing() as db:
            in_conflict = self._in_conflict(db, delivery_ids)
            for row in in_conflict:
                keep_other(DeliveryTable(db, self._store.run, now_ms), row)
            return (
                len(in_conflict)
                + db.execute(
                    "UPDATE deliveries SET state = 'closed', cause = NULL, reason = 'discarded', settled_at_ms = ?"
                    " WHERE state IN ('waiting', 'parked', 'refused') AND id IN (SELECT value FROM json_each(?))",
                    (now_ms, json.dumps(list(delivery_ids))),
                ).rowcount
            )

    def _in_conflict(self, db: sqlite3.Connection, delivery_ids: Collection[int]) -> list[Any]:
        return db.execute(
            "SELECT * FROM deliveries WHERE state = 'parked' AND cause = 'conflict'"
            " AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(delivery_ids)),),
        ).fetchall()

    def _circumstances(self, destinations: Sequence[Destination], now_ms: int, grace_ms: int) -> dict[str, object]:
        """Return the parameters of `_DUE`."""
        return {
            "places": numbers(self._store, destinations),
            "now": now_ms,
            "grace": grace_ms,
            "jump": CLOCK_JUMP_MS,
            "bulk_hold": BULK_HOLD_MS,
        }


def _one_a_trace(
    due: Iterator[Any], limit: int, busy: Collection[str], checked: Collection[str] | None
) -> Iterator[Any]:
    """Yield the first `limit` due rows of different traces, in order. The rest of the query is not read."""
    taken = set(busy)
    left = limit
    while left > 0 and (row := next(due, None)) is not None:
        if row["trace_id"] not in taken and (checked is None or row["trace_id"] in checked or not _is_to_check(row)):
            taken.add(row["trace_id"])
            left -= 1
            yield row


def _is_to_check(row: Any) -> bool:
    return row["op"] == DeliveryOp.CREATE and row["attempts"] == 0 and row["review_id"] is not None


def _claim(db: sqlite3.Connection, row: Any, delivery: Delivery, now_ms: int) -> Claim:
    payload = json.loads(row["payload"])
    sprint, role = sprint_and_role(row["scope"])
    doubts = [at for at in (row["ambiguous_at_ms"], row["claimed_at_ms"]) if at is not None]
    return Claim(
        delivery=delivery,
        assessment=_on_the_wire(db, row, payload),
        wire_id=_wire_id(db, row["assessment_id"]),
        is_repeat=row["attempts"] > 0,
        failures=row["failures"],
        ambiguous_at_ms=min(max(doubts), now_ms) if doubts else None,
        rival_at_ms=_rival_at_ms(db, row, payload, now_ms),
        is_journaled=_is_journaled(db, row["assessment_id"]),
        follows_overrides=bool(payload.get("follow")),
        restored=_restored(db, payload),
        decided_in=sprint if role == ADJUDICATION else "",
    )


def _on_the_wire(db: sqlite3.Connection, row: Any, payload: dict[str, Any]) -> Assessment | None:
    if "assessment" not in payload:
        return None
    assessment = assessment_of(payload["assessment"])
    wire_id = _wire_id(db, assessment.id) if row["op"] == "update" else assessment.id
    return replace(assessment, id=wire_id or "", overrides=_wire_id(db, assessment.overrides))


def _wire_id(db: sqlite3.Connection, assessment_id: str | None) -> str | None:
    """Return the ID by which the backend knows an assessment: the one it assigned, if any."""
    row = db.execute(
        "SELECT server_id FROM deliveries WHERE assessment_id = ? AND op = 'create' AND server_id IS NOT NULL",
        (assessment_id,),
    ).fetchone()
    return assessment_id if row is None else str(row[0])


def _restored(db: sqlite3.Connection, payload: dict[str, Any]) -> Assessment | None:
    if "restored" not in payload:
        return None
    restored = assessment_of(payload["restored"])
    return replace(restored, id=_wire_id(db, restored.id) or "")


def _is_journaled(db: sqlite3.Connection, assessment_id: str | None) -> bool:
    created = "SELECT 1 FROM deliveries WHERE assessment_id = ? AND op = 'create'"
    return db.execute(created, (assessment_id,)).fetchone() is not None


def _rival_at_ms(db: sqlite3.Connection, row: Any, payload: dict[str, Any], now_ms: int) -> int | None:
    """Return when another request ended in doubt that would undo this delivery if it took effect late, or None."""
    rivals = {
        "create": "FALSE",
        "delete": "op = 'create' AND assessment_id = :assessment",
        "update": "op = 'update' AND assessment_id = :assessment AND id != :id",
        "status": "op = 'status' AND trace_id = :trace AND json_extract(payload, '$.queue_id') = :queue"
        " AND json_extract(payload, '$.state') != :state",
    }[row["op"]]
    asked = {
        "assessment": row["assessment_id"],
        "id": row["id"],
        "trace": row["trace_id"],
        "queue": payload.get("queue_id"),
        "state": payload.get("state"),
        "now": now_ms,
    }
    # A clock that jumped back must not make this delivery wait until the clock has caught up.
    for moment in ("ambiguous_at_ms", "claimed_at_ms"):
        db.execute(f"UPDATE deliveries SET {moment} = :now WHERE {moment} > :now AND {rivals}", asked)
    found = db.execute(
        f"SELECT max(max(coalesce(ambiguous_at_ms, 0), coalesce(claimed_at_ms, 0))) FROM deliveries WHERE {rivals}",
        asked,
    ).fetchone()[0]
    return min(found, now_ms) if found else None


def _settle(db: sqlite3.Connection, delivery_id: int, outcome: Outcome, now_ms: int) -> int:
    """Record one outcome; for a delivery that was closed meanwhile, only what may matter to its successors."""
    db.execute("UPDATE deliveries SET claimed_at_ms = NULL WHERE id = ?", (delivery_id,))
    if isinstance(outcome, Delivered | RecheckLater) and outcome.server_id is not None:
        db.execute("UPDATE deliveries SET server_id = ? WHERE id = ?", (outcome.server_id, delivery_id))
    if isinstance(outcome, Delivered | RecheckLater | RetryLater | Parked | PayloadRefused) and outcome.ambiguous:
        db.execute("UPDATE deliveries SET ambiguous_at_ms = ? WHERE id = ?", (now_ms, delivery_id))
    row = db.execute("SELECT * FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
    if row["state"] == DeliveryState.CLOSED:
        return delivery_id
    match outcome:
        case Delivered(note=note):
            _set_state(db, delivery_id, DeliveryState.DELIVERED, note, None, now_ms)
        case RetryLater(reason=reason, failed=failed):
            db.execute(
                "UPDATE deliveries SET reason = ?, failures = failures + ? WHERE id = ?", (reason, failed, delivery_id)
            )
        case RecheckLater(not_before_ms=not_before_ms, reason=reason):
            db.execute(
                "UPDATE deliveries SET reason = ?, not_before_ms = ? WHERE id = ?",
                (reason, not_before_ms, delivery_id),
            )
        case Parked(cause=cause, reason=reason):
            _set_state(db, delivery_id, DeliveryState.PARKED, reason, cause, None)
        case Overtaken(reason=reason):
            overtake(db, row, reason, now_ms)
        case PayloadRefused(reason=reason):
            _set_state(db, delivery_id, DeliveryState.REFUSED, reason, None, now_ms)
        case TargetGone(reason=reason):
            is_done = row["op"] == DeliveryOp.DELETE
            state = DeliveryState.DELIVERED if is_done else DeliveryState.CLOSED
            _set_state(db, delivery_id, state, reason, None, now_ms)
            return replace_in_place_of(db, row, now_ms) if is_still_wanted(db, row) else delivery_id
    return delivery_id


def _set_state(
    db: sqlite3.Connection,
    delivery_id: int,
    state: DeliveryState,
    reason: str | None,
    cause: str | None,
    settled_at_ms: int | None,
) -> None:
    db.execute(
        "UPDATE deliveries SET state = ?, reason = ?, cause = ?, settled_at_ms = ? WHERE id = ?",
        (state, reason, cause, settled_at_ms, delivery_id),
    )
