"""A queue of an embedded store as whoever runs it sees it, changed beside the review by a connection of its own."""

from __future__ import annotations

import dataclasses
import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labeler.backends.base import TeamBackend
from labeler.backends.local import assessments, label_schemas, queues, traces
from labeler.backends.local.database import OpenDatabase, open_or_create_database
from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.clock import wall_clock_ms
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.question_json import questions_from_json, questions_to_json
from labeler.domain.queue import QueueItemState
from labeler.storage.sqlite_file import transaction
from tests.backends.local.samples import trace


@dataclasses.dataclass
class StoredQueue:
    """The same to a test as `tests.desk.at_a_queue.ServedQueue`."""

    path: Path
    opened: OpenDatabase
    experiment: str
    id: str
    trace_ids: list[str]

    @property
    def address(self) -> str:
        return f"local:{self.path}"

    @property
    def backend_uri(self) -> str:
        return f"local:{self.opened.store_id}"

    @property
    def _connection(self) -> sqlite3.Connection:
        return self.opened.connection

    async def connect(self) -> TeamBackend:
        return await LocalStore.open(self.path)

    def set(self, trace_id: str, status: str, by: str | None = None) -> None:
        queues.set_item_state(self._connection, self.id, trace_id, QueueItemState(status), by or "")

    def remove(self, *trace_ids: str) -> None:
        queues.remove_items(self._connection, self.id, trace_ids)

    def add(self, *trace_ids: str) -> None:
        queues.add_items(self._connection, self.id, trace_ids)

    def answer(self, trace_id: str, name: str, value: bool | str, by: str) -> str:
        said = Assessment(
            id=f"a-{secrets.token_hex(16)}",
            trace_id=trace_id,
            name=name,
            kind=AssessmentKind.FEEDBACK,
            value=value,
            source=Source(SourceType.HUMAN, by),
            created_at_ms=wall_clock_ms(),
        )
        return assessments.create(self._connection, said).id

    def change_schema(self, name: str, **changes: Any) -> None:
        if "input" in changes:
            changes["input"] = Categorical(tuple(changes["input"]["categorical"]["options"]))
        found = self._connection.execute("SELECT question FROM label_schemas WHERE name = ?", (name,)).fetchone()
        [question] = questions_from_json(found["question"])
        changed = questions_to_json((dataclasses.replace(question, **changes),))
        with transaction(self._connection):
            self._connection.execute("UPDATE label_schemas SET question = ? WHERE name = ?", (changed, name))

    def delete_schema(self, name: str) -> None:
        with transaction(self._connection):
            self._connection.execute("DELETE FROM label_schemas WHERE name = ?", (name,))

    def delete(self) -> None:
        queues.delete(self._connection, self.id)

    def let_in(self, *users: str) -> None:
        queues.set_users(self._connection, self.id, users)

    def items(self) -> dict[str, dict[str, Any]]:
        listed = queues.items(self._connection, self.id)
        return {item.trace_id: {"status": item.state.value, "completed_by": item.completed_by} for item in listed}

    def said(self, trace_id: str) -> list[dict[str, Any]]:
        return [
            {
                "assessment_name": each.name,
                "source": {"source_id": each.source.id},
                "feedback": {"value": each.value},
                "valid": each.valid,
            }
            for each in assessments.of_traces(self._connection, [trace_id]).get(trace_id, [])
        ]


def stored_queue(directory: Path, number: int, users: Sequence[str] = (), *, more: int = 0) -> StoredQueue:
    """A queue of so many traces in a store of its own, which asks `helpful` and `tone`; `more` are not in it."""
    path = directory / "store.db"
    opened = open_or_create_database(path)
    connection = opened.connection
    trace_ids = [f"tr-{position:032x}" for position in range(number + more)]
    raw = [trace(each, at_ms=1_000 + position) for position, each in enumerate(trace_ids)]
    traces.import_all(connection, raw, "desk")
    asked = (Question("helpful", PassFail("Yes", "No")), Question("tone", Categorical(("warm", "cold"))))
    made = [label_schemas.create(connection, "1", each).schema_id or "" for each in asked]
    queue = queues.create(connection, "1", "autumn", users, made)
    queues.add_items(connection, queue.id, trace_ids[:number])
    return StoredQueue(path, opened, "1", queue.id, trace_ids)
