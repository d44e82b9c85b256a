"""What items came to: submitted or declined in a queue or a selection, deferred wherever the trace turns up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from labeler.dataclass import dataclass
from labeler.domain.assessment import person
from labeler.domain.worklist import ItemState, ReviewSpec


@dataclass(frozen=True, slots=True)
class ItemKey:
    """Where the state of an item stands: whose, of which trace, in which scope and which queue or selection.

    `holder` is the ID of the queue, outside queues that of the review. `reviewer` is in the form that is compared.
    """

    destination_id: int
    reviewer: str
    scope: str
    holder: str
    trace_id: str


def item_key(review_id: str, spec: ReviewSpec, destination_id: int, trace_id: str) -> ItemKey:
    """Return the key of an item of a review."""
    return ItemKey(destination_id, person(spec.reviewer), spec.scope, holder_of(review_id, spec), trace_id)


def holder_of(review_id: str, spec: ReviewSpec) -> str:
    """Return what a review's submissions belong to: its queue, else the review itself."""
    return spec.queue_id or review_id


def note_touched(db: sqlite3.Connection, item: ItemKey, seq: int) -> None:
    """Note that change number `seq` was about this item. A state that it has stays."""
    db.execute(
        "INSERT OR IGNORE INTO states (destination_id, reviewer, holder, trace_id, state, seq)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (item.destination_id, item.reviewer, item.holder, item.trace_id, ItemState.OPEN, seq),
    )


def note_state(db: sqlite3.Connection, item: ItemKey, state: ItemState, seq: int) -> None:
    """Note that change number `seq` has put an item into a state. Any other than deferred ends that the trace is."""
    is_deferred = state is ItemState.DEFERRED
    here = ItemState.OPEN if is_deferred else state
    db.execute(
        "INSERT OR REPLACE INTO states (destination_id, reviewer, holder, trace_id, state, seq)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (item.destination_id, item.reviewer, item.holder, item.trace_id, here, seq),
    )
    trace = (item.destination_id, item.reviewer, item.scope, item.trace_id)
    if is_deferred:
        db.execute(
            "INSERT OR REPLACE INTO deferred (destination_id, reviewer, scope, trace_id, seq) VALUES (?, ?, ?, ?, ?)",
            (*trace, seq),
        )
    else:
        db.execute(
            "DELETE FROM deferred WHERE destination_id = ? AND reviewer = ? AND scope = ? AND trace_id = ?", trace
        )


def together(here: Iterable[Any], deferred: Iterable[Any]) -> dict[str, ItemState]:
    """Return the states of items by trace ID, in the order of the changes that led to them.

    `here` are rows of what was done in this queue or selection: trace ID, state and number of the change; `deferred` of
    the traces that are deferred: trace ID and number. What was submitted or declined here stays so, wherever its trace
    is deferred.
    """
    states = {state.value: state for state in ItemState}
    reached = {trace_id: (seq, states[state]) for trace_id, state, seq in here}
    for trace_id, deferred_seq in deferred:
        seq, state = reached.get(trace_id, (0, ItemState.OPEN))
        if state is ItemState.OPEN:
            reached[trace_id] = (max(seq, deferred_seq), ItemState.DEFERRED)
    return {trace_id: state for trace_id, (_, state) in sorted(reached.items(), key=lambda each: each[1][0])}
