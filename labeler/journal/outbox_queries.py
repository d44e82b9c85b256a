"""Queries about deliveries: counts, lists, and how far each answer got."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment, same_reviewer
from labeler.domain.destination import Destination
from labeler.domain.question import NOTE_NAMES
from labeler.domain.queue import QueueItemState
from labeler.journal.delivery_table import OTHERS
from labeler.journal.destinations import known, numbers
from labeler.journal.models import (
    AnswerDelivery,
    Delivery,
    DeliveryOp,
    DeliveryState,
    OutboxCounts,
    ParkCause,
    StandingAnswer,
)
from labeler.journal.serialization import assessment_of
from labeler.journal.store import Store

UNDONE: Final = (DeliveryState.WAITING, DeliveryState.PARKED, DeliveryState.REFUSED)


class DeliveryStanding(IntEnum):
    """The state of a delivery that is not acknowledged, as the outbox shows it, the worst first."""

    REFUSED = 0
    PARKED = 1
    RETRYING = 2
    """It is queued, and was attempted before."""
    QUEUED = 3


@dataclass(frozen=True, slots=True)
class OutboxPlace:
    """What is not acknowledged at one destination: delivery IDs, by standing, the newest of each first.

    `counts` holds the number of each, indexed by `DeliveryStanding`.
    """

    destination: Destination
    ids: Sequence[int]
    counts: tuple[int, int, int, int]

    @property
    def problems(self) -> Sequence[int]:
        """The IDs of the deliveries that are refused or parked."""
        return self.ids[: self.counts[DeliveryStanding.REFUSED] + self.counts[DeliveryStanding.PARKED]]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A delivery to show. `title` is that of its item in the review in which it was made, or empty.

    `is_held`: it depends on another delivery that is not acknowledged yet. `others` are the valid answers of the same
    reviewer that it is in conflict with, newest first.
    """

    delivery: Delivery
    standing: DeliveryStanding
    title: str
    is_held: bool
    others: tuple[Assessment, ...] = ()


_STANDING: Final = """CASE d.state WHEN 'refused' THEN 0 WHEN 'parked' THEN 1
    ELSE CASE WHEN d.attempts > 0 THEN 2 ELSE 3 END END"""

_UNDONE: Final = "('waiting', 'parked', 'refused')"


_COUNTS: Final = f"""
WITH RECURSIVE behind (id, trace_id) AS (
    SELECT d.id, d.trace_id FROM deliveries d
    WHERE d.state IN {_UNDONE} AND d.released_at_ms IS NOT NULL
      AND d.trace_id IN (SELECT trace_id FROM deliveries WHERE released_at_ms IS NULL)
      AND EXISTS (SELECT 1 FROM deliveries h
                  WHERE h.trace_id = d.trace_id AND h.released_at_ms IS NULL AND +h.state IN {_UNDONE}
                    AND (h.id = d.depends_on
                         OR d.op = 'status' AND h.op != 'status'
                            AND h.destination_id = d.destination_id AND h.reviewer = d.reviewer))
    UNION
    SELECT d.id, d.trace_id FROM behind b JOIN deliveries d ON d.trace_id = b.trace_id AND d.depends_on = b.id
    WHERE d.state IN {_UNDONE})
SELECT state, cause, count(*) AS n, count(*) - count(released_at_ms) + sum(id IN (SELECT id FROM behind)) AS held
FROM deliveries
WHERE state IN {_UNDONE} AND destination_id IN (SELECT value FROM json_each(?)) GROUP BY destination_id, state, cause
"""
"""What is held was not released, or waits for what was not."""


class OutboxQueries:
    """Reads how far delivery got and what is in the outbox."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def destinations(self) -> list[Destination]:
        """Return every destination that the journal knows, in order of first use."""
        return list(known(self._store).values())

    def version(self) -> int:
        """Return a number that changes when another process writes to the journal."""
        row = self._store.row("PRAGMA data_version")
        return 0 if row is None else int(row[0])

    def counts(self, destinations: Sequence[Destination]) -> OutboxCounts:
        """Count what is not delivered there."""
        rows = self._store.rows(
            _COUNTS,
            (numbers(self._store, destinations),),
        )
        by_state = dict.fromkeys(UNDONE, 0)
        for row in rows:
            by_state[DeliveryState(row["state"])] += row["n"]
        wanting = sum(row["n"] for row in rows if row["cause"] == ParkCause.CREDENTIALS)
        conflicts = sum(row["n"] for row in rows if row["cause"] == ParkCause.CONFLICT)
        return OutboxCounts(
            waiting=by_state[DeliveryState.WAITING],
            parked=by_state[DeliveryState.PARKED],
            refused=by_state[DeliveryState.REFUSED],
            unreleased=sum(row["held"] for row in rows if row["state"] == DeliveryState.WAITING),
            needs_credentials=wanting,
            conflicts=conflicts,
        )

    def parked_because(self, destinations: Sequence[Destination]) -> tuple[tuple[str, int], ...]:
        """Return why deliveries are parked there, with the number for each reason, the commonest first."""
        rows = self._store.rows(
            "SELECT reason, count(*) AS n FROM deliveries WHERE state = 'parked' AND reason IS NOT NULL"
            " AND destination_id IN (SELECT value FROM json_each(?)) GROUP BY reason ORDER BY n DESC, min(id)",
            (numbers(self._store, destinations),),
        )
        return tuple((row["reason"], row["n"]) for row in rows)

    def elsewhere(self, destinations: Sequence[Destination]) -> dict[Destination, int]:
        """Count what is not delivered at every other destination."""
        rows = self._store.rows(
            "SELECT destination_id, count(*) AS n FROM deliveries WHERE state IN ('waiting', 'parked', 'refused')"
            " AND destination_id NOT IN (SELECT value FROM json_each(?)) GROUP BY destination_id",
            (numbers(self._store, destinations),),
        )
        places = known(self._store)
        return {places[row["destination_id"]]: row["n"] for row in rows}

    def delivered_since(self, destinations: Sequence[Destination], since_ms: int) -> int:
        """Count the deliveries that were acknowledged there at or after `since_ms` (ms since the epoch)."""
        row = self._store.row(
            "SELECT count(*) FROM deliveries WHERE state = 'delivered' AND settled_at_ms >= ?"
            " AND destination_id IN (SELECT value FROM json_each(?))",
            (since_ms, numbers(self._store, destinations)),
        )
        return 0 if row is None else int(row[0])

    def delivered_of(self, review_id: str) -> int:
        """Count the answers of a review that were acknowledged and not taken back or changed since. Notes are none."""
        row = self._store.row(
            """
            WITH given(id) AS (
                SELECT json_extract(answer, '$.assessment_id') FROM cells
                WHERE review_id = ? AND answer IS NOT NULL AND question NOT IN (SELECT value FROM json_each(?))
            )
            SELECT count(*) FROM given LEFT JOIN renamed ON renamed.old_id = given.id
            WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.assessment_id = coalesce(renamed.new_id, given.id)
                          AND d.op IN ('create', 'update') AND d.state = 'delivered')
            """,
            (review_id, json.dumps(sorted(NOTE_NAMES))),
        )
        return 0 if row is None else int(row[0])

    def deliveries(
        self, destinations: Sequence[Destination], states: Iterable[DeliveryState] = UNDONE
    ) -> list[Delivery]:
        """Return the deliveries there that are in these states, in the order of delivery."""
        rows = self._store.rows(
            "SELECT * FROM deliveries WHERE state IN (SELECT value FROM json_each(?))"
            " AND destination_id IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (json.dumps(list(states)), numbers(self._store, destinations)),
        )
        places = known(self._store)
        return [delivery_of_row(row, places) for row in rows]

    def deliveries_by_id(self, delivery_ids: Collection[int]) -> dict[int, Delivery]:
        """Return these deliveries, whatever their state and destination, without those that do not exist."""
        rows = self._store.rows(
            "SELECT * FROM deliveries WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(delivery_ids)),)
        )
        places = known(self._store)
        return {row["id"]: delivery_of_row(row, places) for row in rows}

    def delivery_of(self, assessment_ids: Collection[str]) -> dict[str, AnswerDelivery]:
        """Return how far answers got, by assessment ID, without those that were not given here.

        An answer that an open retraction will make valid again is as far as that retraction.
        """
        rows = self._store.rows(
            """
            WITH RECURSIVE asked(id, now) AS (
                SELECT value, value FROM json_each(?)
                UNION SELECT asked.id, renamed.new_id FROM asked JOIN renamed ON renamed.old_id = asked.now
            )
            SELECT asked.id, d.op, d.state, d.reason, d.seq FROM asked
            JOIN deliveries d ON d.assessment_id = asked.now AND d.op IN ('create', 'update')
            WHERE asked.now NOT IN (SELECT old_id FROM renamed) AND (d.op = 'create' OR d.state != 'closed')
            UNION ALL
            SELECT asked.id, x.op, x.state, x.reason, x.seq FROM asked
            JOIN deliveries d ON d.assessment_id = asked.now AND d.op = 'create'
            JOIN deliveries x ON x.trace_id = d.trace_id AND +x.destination_id = d.destination_id AND x.op = 'delete'
             AND x.overrides = asked.now AND +x.state IN ('waiting', 'parked', 'refused')
            ORDER BY seq
            """,
            (json.dumps(list(assessment_ids)),),
        )
        return {row["id"]: AnswerDelivery(DeliveryState(row["state"]), row["reason"]) for row in rows}

    def settled_in(
        self, destination: Destination, trace_id: str, reviewer: str, scope: str
    ) -> dict[tuple[str | None, str], int | None]:
        """Return when the last delivery of each answer of a reviewer about a trace was acknowledged, by span and name.

        In milliseconds since the epoch; None while one is on its way. Where nothing was ever sent, there is no entry.
        """
        rows = self._store.rows(
            "SELECT span_id, name, reviewer, max(state IN ('waiting', 'parked', 'refused')) AS is_on_its_way,"
            " max(settled_at_ms) AS settled_at_ms FROM deliveries WHERE trace_id = ? AND +destination_id IN"
            " (SELECT value FROM json_each(?)) AND scope = ? AND op != 'status' AND state != 'closed'"
            " GROUP BY span_id, name, reviewer",
            (trace_id, numbers(self._store, [destination]), scope),
        )
        return {
            (row["span_id"] or None, row["name"]): None if row["is_on_its_way"] else row["settled_at_ms"]
            for row in rows
            if same_reviewer(row["reviewer"], reviewer)
        }

    def statuses_settled(
        self, destinations: Sequence[Destination], queue_id: str, reviewer: str, trace_ids: Collection[str]
    ) -> dict[str, int | None]:
        """Return when the last state that a reviewer gave items of a queue was acknowledged, by trace ID.

        In milliseconds since the epoch; None while one is on its way. An item that was given none has no entry.
        """
        rows = self._store.rows(
            "SELECT trace_id, reviewer, max(state IN ('waiting', 'parked', 'refused')) AS is_on_its_way,"
            " max(settled_at_ms) AS settled_at_ms FROM deliveries WHERE trace_id IN (SELECT value FROM json_each(?))"
            " AND +destination_id IN (SELECT value FROM json_each(?)) AND op = 'status' AND state != 'closed'"
            " AND json_extract(payload, '$.queue_id') = ? GROUP BY trace_id, reviewer",
            (json.dumps(list(trace_ids)), numbers(self._store, destinations), queue_id),
        )
        return {
            row["trace_id"]: None if row["is_on_its_way"] else row["settled_at_ms"]
            for row in rows
            if same_reviewer(row["reviewer"], reviewer)
        }

    def standing(self, destinations: Sequence[Destination]) -> list[StandingAnswer]:
        """Return every standing answer that was given here, in the form in which it was or will be delivered."""
        rows = self._store.rows(
            """
            SELECT d.*, (SELECT u.payload FROM deliveries u WHERE u.assessment_id = d.assessment_id AND u.op = 'update'
                         AND u.state != 'closed' ORDER BY u.seq DESC LIMIT 1) AS changed,
                   EXISTS (SELECT 1 FROM deliveries u WHERE u.assessment_id = d.assessment_id AND u.op = 'update'
                           AND u.state IN ('waiting', 'parked', 'refused')) AS changing
            FROM cells c JOIN deliveries d
              ON d.assessment_id = json_extract(c.answer, '$.assessment_id') AND d.op = 'create'
            WHERE c.destination_id IN (SELECT value FROM json_each(?)) ORDER BY d.seq
            """,
            (numbers(self._store, destinations),),
        )
        places = known(self._store)
        return [
            StandingAnswer(
                destination=places[row["destination_id"]],
                assessment=assessment_of(json.loads(row["changed"] or row["payload"])["assessment"]),
                state=DeliveryState.WAITING if row["changing"] else DeliveryState(row["state"]),
                delivery_id=row["id"],
                server_id=row["server_id"],
            )
            for row in rows
        ]

    def outbox_places(self) -> list[OutboxPlace]:
        """Return every destination at which something is not acknowledged, in order of first use."""
        rows = self._store.rows(
            f"SELECT d.destination_id AS place, d.id, {_STANDING} AS standing FROM deliveries d"
            f" WHERE d.state IN {_UNDONE} ORDER BY 1, 3, coalesce(d.settled_at_ms, 0) DESC, d.seq DESC"
        )
        ids: dict[int, list[int]] = {}
        counts: dict[int, list[int]] = {}
        for place, delivery_id, standing in rows:
            ids.setdefault(place, []).append(delivery_id)
            counts.setdefault(place, [0, 0, 0, 0])[standing] += 1
        places = known(self._store)
        return [
            OutboxPlace(places[place], found, (each[0], each[1], each[2], each[3]))
            for (place, found), each in zip(ids.items(), counts.values(), strict=True)
        ]

    def outbox_rows(self, delivery_ids: Collection[int]) -> dict[int, OutboxRow]:
        """Return these deliveries by ID, without those that are acknowledged or closed by now."""
        rows = self._store.rows(
            f"SELECT d.*, {_STANDING} AS standing, i.title AS title, EXISTS (SELECT 1 FROM deliveries e"
            f" WHERE e.id = d.depends_on AND e.state IN {_UNDONE}) AS is_held"
            " FROM deliveries d LEFT JOIN items i ON i.review_id = d.review_id AND i.trace_id = d.trace_id"
            f" WHERE d.id IN (SELECT value FROM json_each(?)) AND d.state IN {_UNDONE}",
            (json.dumps(list(delivery_ids)),),
        )
        places = known(self._store)
        return {
            row["id"]: OutboxRow(
                delivery_of_row(row, places),
                DeliveryStanding(row["standing"]),
                row["title"] or "",
                bool(row["is_held"]),
                _others(row) if row["cause"] == ParkCause.CONFLICT else (),
            )
            for row in rows
        }

    def conflicting_traces(self, destinations: Sequence[Destination]) -> set[str]:
        """Return the IDs of the traces on which an answer is in conflict with another of the reviewer's own."""
        rows = self._store.rows(
            "SELECT DISTINCT trace_id FROM deliveries WHERE state = 'parked' AND cause = 'conflict'"
            " AND state IN ('waiting', 'parked', 'refused')"
            " AND destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return {row["trace_id"] for row in rows}

    def in_conflict(self, delivery_ids: Collection[int]) -> set[int]:
        """Return those of these deliveries that are in conflict with another answer of the reviewer's own."""
        rows = self._store.rows(
            "SELECT id FROM deliveries WHERE state = 'parked' AND cause = 'conflict'"
            " AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(delivery_ids)),),
        )
        return {row["id"] for row in rows}

    def refused_traces(self, destinations: Sequence[Destination]) -> set[str]:
        """Return the IDs of the traces for which a delivery was refused there."""
        # The second condition is redundant, but lets SQLite use the index of undone deliveries.
        rows = self._store.rows(
            "SELECT DISTINCT trace_id FROM deliveries WHERE state = 'refused'"
            " AND state IN ('waiting', 'parked', 'refused')"
            " AND destination_id IN (SELECT value FROM json_each(?))",
            (numbers(self._store, destinations),),
        )
        return {row["trace_id"] for row in rows}


def _others(row: Any) -> tuple[Assessment, ...]:
    payload = json.loads(row["payload"])
    ours = {payload["assessment"]["id"], row["server_id"]}
    found = [each for each in map(assessment_of, payload.get(OTHERS, ())) if each.valid and each.id not in ours]
    return tuple(sorted(found, key=lambda each: (each.created_at_ms, each.id), reverse=True))


def delivery_of_row(row: Any, places: Mapping[int, Destination]) -> Delivery:
    """Convert a row of the deliveries table."""
    payload = json.loads(row["payload"])
    assessment: Assessment | None = assessment_of(payload["assessment"]) if "assessment" in payload else None
    return Delivery(
        id=row["id"],
        destination=places[row["destination_id"]],
        op=DeliveryOp(row["op"]),
        trace_id=row["trace_id"],
        name=row["name"],
        reviewer=row["reviewer"],
        state=DeliveryState(row["state"]),
        created_at_ms=row["created_at_ms"],
        attempts=row["attempts"],
        reason=row["reason"],
        cause=ParkCause(row["cause"]) if row["state"] == DeliveryState.PARKED else None,
        assessment_id=row["assessment_id"],
        assessment=assessment,
        queue_id=payload.get("queue_id"),
        item_state=QueueItemState(payload["state"]) if "state" in payload else None,
        server_id=row["server_id"],
        released_at_ms=row["released_at_ms"],
        not_before_ms=row["not_before_ms"],
        settled_at_ms=row["settled_at_ms"],
    )
