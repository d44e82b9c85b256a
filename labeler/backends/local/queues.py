"""Review queues in the store and their items, with the rules of MLflow's.

The names of an experiment's queues differ in more than their case. A queue's questions are fixed once it has items. An
item keeps who ended it first: setting the state that it has changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Final

from labeler.backends.base import AlreadyThere, MissingTarget, Refused, UnknownName
from labeler.backends.local.traces import experiment
from labeler.domain.assessment import person
from labeler.domain.clock import wall_clock_ms
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.value import MAX_NAME_LENGTH, UnusableValue, check_text
from labeler.storage.sqlite_file import transaction

MOST_USERS: Final = 10
_RESERVED_NAME: Final = "default"

_QUEUE_COLUMNS: Final = "queue_id, experiment_id, name, is_personal, users, schema_ids"
_ITEM_COLUMNS: Final = "queue_id, trace_id, state, completed_by, completed_at_ms"


def queues(connection: sqlite3.Connection, experiment_id: str) -> list[Queue]:
    """Return the queues of an experiment, the newest first."""
    rows = connection.execute(
        f"SELECT {_QUEUE_COLUMNS} FROM review_queues WHERE experiment_id = ? ORDER BY number DESC", (experiment_id,)
    )
    return [_queue(row) for row in rows]


def queue(connection: sqlite3.Connection, experiment_id: str | None, name_or_id: str) -> Queue:
    """Return the queue with that ID, else with that name, in one experiment or (None) in all. Raises `UnknownName`."""
    rows = connection.execute(f"SELECT {_QUEUE_COLUMNS} FROM review_queues ORDER BY number DESC")
    there = [_queue(row) for row in rows]
    for each in there:
        if each.id == name_or_id:
            return each
    if experiment_id is not None:
        there = [each for each in there if each.experiment_id == experiment_id]
    named = [each for each in there if person(each.name) == person(name_or_id)]
    if len(named) == 1:
        return named[0]
    if named:
        places = ", ".join(f"{each.id} in experiment {each.experiment_id}" for each in named)
        raise UnknownName(f"More than one queue is called {name_or_id!r}; name one by its ID: {places}")
    names = ", ".join(sorted(repr(each.name) for each in there)) or "none yet"
    raise UnknownName(f"The store has no queue {name_or_id!r}. It has: {names}.")


def queue_of(connection: sqlite3.Connection, experiment_id: str, reviewer: str) -> Queue:
    """Return the reviewer's own queue, and make it if there is none. Raises `UnknownName`."""
    name = person(reviewer)
    with transaction(connection):
        experiment(connection, experiment_id)
        standing = _named(connection, experiment_id, name)
        if standing is None:
            return _insert(connection, experiment_id, name, [name], (), is_personal=True)
    if not standing.personal:
        raise UnknownName(f"{standing.name!r} is a queue for others, so that {reviewer} can have none of that name.")
    return standing


def create(
    connection: sqlite3.Connection, experiment_id: str, name: str, users: Sequence[str], schema_ids: Sequence[str]
) -> Queue:
    """Make a queue. Raises `AlreadyThere` where one has this name in any case, `Refused` and `UnknownName`."""
    name, members = _checked_name(name, "A queue"), _checked_users(users)
    if person(name) == _RESERVED_NAME:
        raise Refused(f"A queue cannot be called {name!r}.")
    with transaction(connection):
        experiment(connection, experiment_id)
        if _named(connection, experiment_id, name) is not None:
            raise AlreadyThere(f"A queue {name!r} is already in the experiment, in this case or another.")
        _check_schemas(connection, experiment_id, schema_ids)
        return _insert(connection, experiment_id, name, members, schema_ids, is_personal=False)


def set_users(connection: sqlite3.Connection, queue_id: str, users: Sequence[str]) -> Queue:
    """Set the users of a queue. Raises `MissingTarget` and `Refused`."""
    members = _checked_users(users)
    with transaction(connection):
        _check_shared(_queue_of_id(connection, queue_id))
        connection.execute(
            "UPDATE review_queues SET users = ? WHERE queue_id = ?", (json.dumps(sorted(members)), queue_id)
        )
        return _queue_of_id(connection, queue_id)


def set_questions(connection: sqlite3.Connection, queue_id: str, schema_ids: Sequence[str]) -> Queue:
    """Set the questions of a queue without items. Raises `MissingTarget` and `Refused`."""
    with transaction(connection):
        changed = _queue_of_id(connection, queue_id)
        _check_shared(changed)
        if connection.execute("SELECT 1 FROM queue_items WHERE queue_id = ?", (queue_id,)).fetchone():
            raise Refused(f"The questions of the queue {changed.name!r} are locked: it has items.")
        _check_schemas(connection, changed.experiment_id, schema_ids)
        connection.execute(
            "UPDATE review_queues SET schema_ids = ? WHERE queue_id = ?", (json.dumps([*schema_ids]), queue_id)
        )
        return _queue_of_id(connection, queue_id)


def delete(connection: sqlite3.Connection, queue_id: str) -> None:
    """Delete a queue and its items, if it exists."""
    with transaction(connection):
        connection.execute("DELETE FROM review_queues WHERE queue_id = ?", (queue_id,))


def items(connection: sqlite3.Connection, queue_id: str) -> list[QueueItem]:
    """Return the items of a queue as they are at one moment, the oldest first. Raises `MissingTarget`."""
    rows = connection.execute(
        "SELECT queue.queue_id, trace_id, state, completed_by, completed_at_ms FROM review_queues AS queue "
        "LEFT JOIN queue_items AS item ON item.queue_id = queue.queue_id "
        "WHERE queue.queue_id = ? ORDER BY item.number",
        (queue_id,),
    ).fetchall()
    if not rows:
        raise _missing_queue(queue_id)
    return [_item(row) for row in rows if row["trace_id"] is not None]


def item(connection: sqlite3.Connection, queue_id: str, trace_id: str) -> QueueItem:
    """Return one item of a queue. Raises `MissingTarget`."""
    row = connection.execute(
        f"SELECT {_ITEM_COLUMNS} FROM queue_items WHERE queue_id = ? AND trace_id = ?", (queue_id, trace_id)
    ).fetchone()
    if row is None:
        _queue_of_id(connection, queue_id)
        raise MissingTarget(f"The trace {trace_id} is no longer in its review queue.")
    return _item(row)


def set_item_state(
    connection: sqlite3.Connection, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str
) -> QueueItem:
    """Set an item's state, unless it has it, and return the item. Raises `MissingTarget`."""
    with transaction(connection):
        if item(connection, queue_id, trace_id).state is not state:
            is_ended = state is not QueueItemState.PENDING
            connection.execute(
                "UPDATE queue_items SET state = ?, completed_by = ?, completed_at_ms = ? "
                "WHERE queue_id = ? AND trace_id = ?",
                (
                    state.value,
                    person(reviewer) if is_ended else None,
                    wall_clock_ms() if is_ended else None,
                    queue_id,
                    trace_id,
                ),
            )
        return item(connection, queue_id, trace_id)


def add_items(connection: sqlite3.Connection, queue_id: str, trace_ids: Sequence[str]) -> None:
    """Put traces into a queue: all of them, or none. Those that are in it stay as they are. Raises `MissingTarget`."""
    with transaction(connection):
        filled = _queue_of_id(connection, queue_id)
        missing = connection.execute(
            "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT trace_id FROM traces WHERE experiment_id = ?)",
            (json.dumps([*trace_ids]), filled.experiment_id),
        ).fetchall()
        if missing:
            named = ", ".join(row["value"] for row in missing)
            raise MissingTarget(f"The experiment of the queue {filled.name!r} has no trace {named}.")
        connection.executemany(
            "INSERT OR IGNORE INTO queue_items (queue_id, trace_id, state) VALUES (?, ?, ?)",
            [(queue_id, trace_id, QueueItemState.PENDING.value) for trace_id in trace_ids],
        )


def remove_items(connection: sqlite3.Connection, queue_id: str, trace_ids: Sequence[str]) -> None:
    """Take traces out of a queue, those that are in it. Raises `MissingTarget`."""
    with transaction(connection):
        _queue_of_id(connection, queue_id)
        connection.execute(
            "DELETE FROM queue_items WHERE queue_id = ? AND trace_id IN (SELECT value FROM json_each(?))",
            (queue_id, json.dumps([*trace_ids])),
        )


def _insert(
    connection: sqlite3.Connection,
    experiment_id: str,
    name: str,
    users: Sequence[str],
    schema_ids: Sequence[str],
    *,
    is_personal: bool,
) -> Queue:
    queue_id = f"rq-{uuid.uuid4().hex}"
    connection.execute(
        "INSERT INTO review_queues (queue_id, experiment_id, name, name_key, is_personal, users, schema_ids) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            queue_id,
            experiment_id,
            name,
            person(name),
            is_personal,
            json.dumps(sorted(users)),
            json.dumps([*dict.fromkeys(schema_ids)]),
        ),
    )
    return _queue_of_id(connection, queue_id)


def _named(connection: sqlite3.Connection, experiment_id: str, name: str) -> Queue | None:
    row = connection.execute(
        f"SELECT {_QUEUE_COLUMNS} FROM review_queues WHERE experiment_id = ? AND name_key = ?",
        (experiment_id, person(name)),
    ).fetchone()
    return None if row is None else _queue(row)


def _queue_of_id(connection: sqlite3.Connection, queue_id: str) -> Queue:
    row = connection.execute(f"SELECT {_QUEUE_COLUMNS} FROM review_queues WHERE queue_id = ?", (queue_id,)).fetchone()
    if row is None:
        raise _missing_queue(queue_id)
    return _queue(row)


def _missing_queue(queue_id: str) -> MissingTarget:
    return MissingTarget(f"There is no queue {queue_id} in the store.")


def _check_shared(changed: Queue) -> None:
    if changed.personal:
        raise Refused(f"{changed.name}'s own queue stays as it is: it is theirs alone, and asks every question.")


def _check_schemas(connection: sqlite3.Connection, experiment_id: str, schema_ids: Sequence[str]) -> None:
    rows = connection.execute("SELECT schema_id FROM label_schemas WHERE experiment_id = ?", (experiment_id,))
    there = {row["schema_id"] for row in rows}
    if missing := [schema_id for schema_id in schema_ids if schema_id not in there]:
        raise Refused(f"The experiment has no label schema {missing[0]}.")


def _checked_users(users: Sequence[str]) -> list[str]:
    members = [*dict.fromkeys(person(_checked_name(user, "A user")) for user in users)]
    if len(members) > MOST_USERS:
        raise Refused(f"A queue has at most {MOST_USERS} users, not {len(members)}.")
    return members


def _checked_name(name: str, what: str) -> str:
    trimmed = name.strip()
    if not trimmed or len(trimmed) > MAX_NAME_LENGTH:
        raise Refused(f"{what} has a name of 1 to {MAX_NAME_LENGTH} characters, not {len(trimmed)}.")
    try:
        return check_text(trimmed, f"The name of {what.lower()}")
    except UnusableValue as problem:
        raise Refused(f"{problem}.") from problem


def _queue(row: sqlite3.Row) -> Queue:
    return Queue(
        id=row["queue_id"],
        experiment_id=row["experiment_id"],
        name=row["name"],
        users=tuple(json.loads(row["users"])),
        schema_ids=tuple(json.loads(row["schema_ids"])),
        personal=bool(row["is_personal"]),
    )


def _item(row: sqlite3.Row) -> QueueItem:
    return QueueItem(
        queue_id=row["queue_id"],
        trace_id=row["trace_id"],
        state=QueueItemState(row["state"]),
        completed_by=row["completed_by"],
        completed_at_ms=row["completed_at_ms"],
    )
