"""The embedded store: a backend in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from labeler.backends.base import Capabilities, Experiment, MissingTarget, Schemas
from labeler.backends.local import assessments, experiment_tags, label_schemas, queues, traces
from labeler.backends.local.database import (
    SCHEMA_VERSION,
    OpenDatabase,
    backend_errors,
    check_placement,
    open_database,
    open_or_create_database,
)
from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import Query
from labeler.storage.worker import Worker

DEFAULT_EXPERIMENT: Final = "demo"

_PAGE: Final = 500
"""Summaries per page of a snapshot, and items per page of a queue."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class LocalStore:
    """Traces, labels and review queues in one SQLite file: a `TeamBackend` without a server, and where files go.

    All SQL runs on a worker of the store's own. Other processes may have the same file open; a write that finds
    it locked waits up to 10 s, then raises `Unreachable`; so does one after the file was removed or replaced, since
    nobody would find there what was written. There are no users who sign in, and no attachments.
    """

    def __init__(self, path: Path, worker: Worker, opened: OpenDatabase) -> None:
        self._path = path
        self._worker = worker
        self._connection = opened.connection
        self._placement = opened.placement
        self._uri = f"local:{opened.store_id}"

    @classmethod
    async def open(cls, path: Path) -> LocalStore:
        """Open the store in an existing file. Raises `NotABackend`, also when there is none, and `Unreachable`."""
        return await cls._opened(path, open_database)

    @classmethod
    async def open_or_create(cls, path: Path) -> LocalStore:
        """Open the store in a file that is made if it is missing. Raises `NotABackend` and `Unreachable`."""
        return await cls._opened(path, open_or_create_database)

    @classmethod
    async def _opened(cls, path: Path, opener: Callable[[Path], OpenDatabase]) -> LocalStore:
        worker = Worker("store")
        try:
            return cls(path, worker, await worker.run(opener, path))
        except BaseException:
            worker.end()
            raise

    @property
    def uri(self) -> str:
        return self._uri

    @property
    def workspace(self) -> str:
        return ""

    async def capabilities(self) -> Capabilities:
        return Capabilities(version=f"embedded store {SCHEMA_VERSION}", queues=True, schemas=True, honours_ids=True)

    async def whoami(self) -> str | None:
        return None

    async def import_traces(self, raw: Sequence[RawTrace], experiment_name: str = DEFAULT_EXPERIMENT) -> int:
        """Add the traces that are not here yet to an experiment, made when there is none; return how many were new.

        A trace that is here already keeps its content, its labels and its experiment; labels with an ID that are not
        here yet are added to it. All are added or none.
        Raises `Malformed`.
        """
        return await self._write(traces.import_all, raw, experiment_name)

    async def experiments(self) -> list[Experiment]:
        return await self._run(traces.experiments)

    async def experiment(self, name_or_id: str) -> Experiment:
        return await self._run(traces.experiment, name_or_id)

    async def count(self, experiment_id: str) -> int | None:
        return await self._run(traces.count, experiment_id)

    async def snapshot(self, query: Query) -> AsyncIterator[list[TraceSummary]]:
        """Yield pages of a search, which is pinned by reading all its IDs in one statement."""
        trace_ids = await self._run(traces.search, query)
        for start in range(0, len(trace_ids), _PAGE):
            yield await self._run(traces.summaries, trace_ids[start : start + _PAGE])

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        return await self._run(traces.summaries, list(trace_ids))

    async def summary(self, trace_id: str) -> TraceSummary:
        return await self._run(traces.summary, trace_id)

    async def trace(self, trace_id: str) -> RawTrace:
        return await self._run(traces.trace, trace_id)

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        await self.summary(trace_id)
        raise MissingTarget(f"The attachment {path} was not imported with the trace {trace_id}.")

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        return await self._run(assessments.find, trace_id, assessment_id)

    async def create(self, assessment: Assessment) -> Assessment:
        return await self._write(assessments.create, assessment)

    async def update(self, assessment: Assessment, fields: Sequence[str]) -> Assessment:
        return await self._write(assessments.update, assessment, fields)

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        await self._write(assessments.retract, trace_id, assessment_id)

    async def may_label(self, experiment_id: str) -> bool | None:
        return True

    async def schemas(self, experiment_id: str) -> Schemas:
        return Schemas(await self._run(label_schemas.schemas, experiment_id), only_default=False)

    async def queues(self, experiment_id: str) -> list[Queue]:
        return await self._run(queues.queues, experiment_id)

    async def queue(self, experiment_id: str | None, name_or_id: str) -> Queue:
        return await self._run(queues.queue, experiment_id, name_or_id)

    async def my_queue(self, experiment_id: str, reviewer: str) -> Queue:
        return await self._write(queues.queue_of, experiment_id, reviewer)

    async def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        listed = await self._run(queues.items, queue.id)
        for start in range(0, len(listed), _PAGE):
            yield listed[start : start + _PAGE]

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        return await self._run(queues.item, queue_id, trace_id)

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        return await self._write(queues.set_item_state, queue_id, trace_id, state, reviewer)

    async def users(self) -> Sequence[str] | None:
        return None

    async def experiment_tags(self, experiment_id: str) -> Mapping[str, str]:
        return await self._run(experiment_tags.tags, experiment_id)

    async def set_experiment_tag(self, experiment_id: str, name: str, text: str) -> None:
        await self._write(experiment_tags.set_tag, experiment_id, name, text)

    async def delete_experiment_tag(self, experiment_id: str, name: str) -> None:
        await self._write(experiment_tags.delete_tag, experiment_id, name)

    async def create_schema(self, experiment_id: str, question: Question) -> Question:
        return await self._write(label_schemas.create, experiment_id, question)

    async def create_queue(
        self, experiment_id: str, name: str, users: Sequence[str], schema_ids: Sequence[str] = ()
    ) -> Queue:
        return await self._write(queues.create, experiment_id, name, users, schema_ids)

    async def set_queue_users(self, queue_id: str, users: Sequence[str]) -> Queue:
        return await self._write(queues.set_users, queue_id, users)

    async def set_queue_questions(self, queue_id: str, schema_ids: Sequence[str]) -> Queue:
        return await self._write(queues.set_questions, queue_id, schema_ids)

    async def delete_queue(self, queue_id: str) -> None:
        await self._write(queues.delete, queue_id)

    async def add_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        await self._write(queues.add_items, queue_id, trace_ids)

    async def remove_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        await self._write(queues.remove_items, queue_id, trace_ids)

    def cautions(self) -> list[str]:
        return []

    async def close(self) -> None:
        await self._worker.close(self._connection.close)

    async def _write(
        self, job: Callable[Concatenate[sqlite3.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Run a job that writes. It counts only if the file that it wrote to is the one at the path."""

        def kept_job(connection: sqlite3.Connection) -> _T:
            check_placement(self._placement)
            result = job(connection, *args, **kwargs)
            check_placement(self._placement)
            return result

        return await self._run(kept_job)

    async def _run(
        self, job: Callable[Concatenate[sqlite3.Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Run a job on the store's worker. It is finished there even if the caller is cancelled."""

        def told_job() -> _T:
            with backend_errors(self._path):
                return job(self._connection, *args, **kwargs)

        return await self._worker.run(told_job)
