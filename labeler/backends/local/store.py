"""The embedded store: a backend in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from labeler.backends.base import (
    Capabilities,
    Experiment,
    MissingTarget,
    Schemas,
    UnknownName,
)
from labeler.backends.local import assessments, traces
from labeler.backends.local.database import (
    SCHEMA_VERSION,
    OpenDatabase,
    backend_errors,
    check_placement,
    open_database,
    open_or_create_database,
)
from labeler.domain.assessment import Assessment
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import Query
from labeler.storage.worker import Worker

DEFAULT_EXPERIMENT: Final = "demo"

_PAGE: Final = 500
"""Summaries per page of a snapshot."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class LocalStore:
    """Traces and labels in one SQLite file: a `Backend` without a server, and where files are imported.

    All SQL runs on a worker of the store's own. Other processes may have the same file open; a write that finds
    it locked waits up to 10 s, then raises `Unreachable`; so does one after the file was removed or replaced, since
    nobody would find there what was written. There are no queues, no label schemas and no attachments.
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
        return Capabilities(version=f"embedded store {SCHEMA_VERSION}", queues=False, schemas=False, honours_ids=True)

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
        return Schemas((), only_default=False)

    async def queues(self, experiment_id: str) -> list[Queue]:
        return []

    async def queue(self, experiment_id: str | None, name_or_id: str) -> Queue:
        raise UnknownName(f"There is no queue {name_or_id!r}: the embedded store has no review queues.")

    async def my_queue(self, experiment_id: str, reviewer: str) -> Queue:
        raise UnknownName(f"There is no queue of {reviewer}: the embedded store has no review queues.")

    def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        raise MissingTarget(f"There is no queue {queue.name!r}: the embedded store has no review queues.")

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        raise MissingTarget(f"There is no queue {queue_id}: the embedded store has no review queues.")

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        raise MissingTarget(f"There is no queue {queue_id}: the embedded store has no review queues.")

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
