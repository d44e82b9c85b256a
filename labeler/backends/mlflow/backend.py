"""The MLflow backend: one tracking server behind the protocol of `backends.base`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing

from labeler.backends.base import Capabilities, Experiment, Schemas, UnknownName
from labeler.backends.datasets import Dataset, DatasetRecord
from labeler.backends.mlflow.asking import Cautions
from labeler.backends.mlflow.assessments import Assessments
from labeler.backends.mlflow.credentials import Credentials, Tls, endpoint
from labeler.backends.mlflow.datasets import Datasets
from labeler.backends.mlflow.detection import DATABRICKS, detect, signed_in_user, users
from labeler.backends.mlflow.experiments import Experiments
from labeler.backends.mlflow.queues import Queues
from labeler.backends.mlflow.runs import Runs
from labeler.backends.mlflow.schemas import create_schema, schemas
from labeler.backends.mlflow.search import snapshot
from labeler.backends.mlflow.served import ServedStore, local_store, serve
from labeler.backends.mlflow.traces import Traces
from labeler.backends.mlflow.transport import Timeouts, Transport
from labeler.backends.pulse import Pulse
from labeler.backends.runs import Run
from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import Query


async def open_backend(
    uri: str,
    credentials: Credentials | None = None,
    workspace: str = "",
    *,
    tls: Tls = Tls(),  # noqa: B008 - frozen
    timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
    pulse: Pulse | None = None,
) -> MlflowBackend:
    """Open the backend at an ``http(s)://``, ``databricks[://PROFILE]``, ``sqlite:`` or ``file:`` URI, or a path.

    Only `credentials` are sent, and only to that server. Credentials in the environment or in `uri` are ignored, unless
    the caller took them from `credentials.credentials_for` and passed them here. A local store is served by an
    ``mlflow server`` of ours for as long as the backend is open; otherwise nothing is connected to yet. `pulse` watches
    the requests. Raises `NotABackend`, and `UnusableSettings` for a URI or settings that cannot work.
    """
    if (store := local_store(uri)) is not None:
        served = await serve(store)
        return MlflowBackend(
            store.canonical_uri,
            Transport(served.url, workspace=workspace, timeouts=timeouts, pulse=pulse),
            served=served,
        )
    there = endpoint(uri)
    transport = await asyncio.to_thread(Transport, there.url, credentials, workspace, tls, timeouts, pulse)
    return MlflowBackend(there.url, transport, known=DATABRICKS if there.databricks else None)


class MlflowBackend:
    """An open tracking server, made by `open_backend`.

    `backends.base.TeamBackend`, `backends.datasets.DatasetBackend` and `backends.runs.RunBackend` document what it
    does.
    """

    def __init__(
        self, uri: str, transport: Transport, *, known: Capabilities | None = None, served: ServedStore | None = None
    ) -> None:
        self._uri = uri
        self._transport = transport
        self._capabilities = known
        self._served = served
        self._detecting = asyncio.Lock()
        self._cautions = Cautions()
        self._experiments = Experiments(transport, self._cautions)
        self._traces = Traces(transport, self._cautions)
        self._assessments = Assessments(transport, self._traces)
        self._queues = Queues(transport, self._experiments, self._cautions)
        self._datasets = Datasets(transport)
        self._runs = Runs(transport)

    @property
    def uri(self) -> str:
        return self._uri

    @property
    def workspace(self) -> str:
        return self._transport.workspace

    async def capabilities(self) -> Capabilities:
        async with self._detecting:
            if self._capabilities is None:
                self._capabilities = await detect(self._transport)
            return self._capabilities

    async def whoami(self) -> str | None:
        return await signed_in_user(self._transport)

    async def experiments(self) -> list[Experiment]:
        return await self._experiments.all()

    async def experiment(self, name_or_id: str) -> Experiment:
        found = await self._experiments.one(name_or_id)
        self._traces.expect_in([found.id])
        return found

    async def count(self, experiment_id: str) -> int | None:
        return await self._experiments.count(experiment_id)

    def snapshot(self, query: Query) -> AsyncGenerator[list[TraceSummary], None]:
        self._traces.expect_in(query.experiment_ids)
        return self._remembered(snapshot(self._transport, self._cautions, query))

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        self._traces.expect_in(experiment_ids)
        return await self._traces.summaries(trace_ids)

    async def summary(self, trace_id: str) -> TraceSummary:
        return await self._traces.summary(trace_id)

    async def trace(self, trace_id: str) -> RawTrace:
        return await self._traces.whole(trace_id)

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        return await self._traces.attachment(trace_id, path, size)

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        return await self._assessments.find(trace_id, assessment_id)

    async def create(self, assessment: Assessment) -> Assessment:
        return await self._assessments.create(assessment)

    async def update(self, assessment: Assessment, fields: Sequence[str]) -> Assessment:
        return await self._assessments.update(assessment, fields)

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        await self._assessments.retract(trace_id, assessment_id)

    async def may_label(self, experiment_id: str) -> bool | None:
        async with aclosing(self.snapshot(Query((experiment_id,), limit=1))) as pages:
            async for page in pages:
                for summary in page:
                    return await self._assessments.are_allowed_on(summary.id)
        return None

    async def schemas(self, experiment_id: str) -> Schemas:
        if not (await self.capabilities()).schemas:
            return Schemas((), only_default=False)
        return await schemas(self._transport, self._cautions, experiment_id)

    async def queues(self, experiment_id: str) -> list[Queue]:
        if not (await self.capabilities()).queues:
            return []
        return await self._queues.all(experiment_id)

    async def queue(self, experiment_id: str | None, name_or_id: str) -> Queue:
        await self._check_queues()
        found = await self._queues.one(experiment_id, name_or_id)
        self._traces.expect_in([found.experiment_id])
        return found

    async def my_queue(self, experiment_id: str, reviewer: str) -> Queue:
        await self._check_queues()
        self._traces.expect_in([experiment_id])
        return await self._queues.of(experiment_id, reviewer)

    def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        self._traces.expect_in([queue.experiment_id])
        return self._queues.items(queue)

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        return await self._queues.item(queue_id, trace_id)

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        return await self._queues.set_item_state(queue_id, trace_id, state, reviewer)

    async def users(self) -> Sequence[str] | None:
        return await users(self._transport)

    async def experiment_tags(self, experiment_id: str) -> Mapping[str, str]:
        return await self._experiments.tags(experiment_id)

    async def set_experiment_tag(self, experiment_id: str, name: str, text: str) -> None:
        await self._experiments.set_tag(experiment_id, name, text)

    async def delete_experiment_tag(self, experiment_id: str, name: str) -> None:
        await self._experiments.delete_tag(experiment_id, name)

    async def create_schema(self, experiment_id: str, question: Question) -> Question:
        return await create_schema(self._transport, experiment_id, question)

    async def create_queue(
        self, experiment_id: str, name: str, users: Sequence[str], schema_ids: Sequence[str] = ()
    ) -> Queue:
        await self._check_queues()
        return await self._queues.create(experiment_id, name, users, schema_ids)

    async def set_queue_users(self, queue_id: str, users: Sequence[str]) -> Queue:
        return await self._queues.set_users(queue_id, users)

    async def set_queue_questions(self, queue_id: str, schema_ids: Sequence[str]) -> Queue:
        return await self._queues.set_questions(queue_id, schema_ids)

    async def delete_queue(self, queue_id: str) -> None:
        await self._queues.delete(queue_id)

    async def add_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        await self._queues.add(queue_id, trace_ids)

    async def remove_items(self, queue_id: str, trace_ids: Sequence[str]) -> None:
        await self._queues.remove(queue_id, trace_ids)

    async def datasets(self, experiment_id: str) -> list[Dataset]:
        return await self._datasets.of(experiment_id)

    async def dataset(self, dataset_id: str) -> Dataset | None:
        return await self._datasets.one(dataset_id)

    async def create_dataset(self, experiment_id: str, name: str, tags: Mapping[str, str]) -> Dataset:
        return await self._datasets.create(experiment_id, name, tags)

    async def delete_dataset(self, dataset_id: str) -> None:
        await self._datasets.delete(dataset_id)

    def records(self, dataset_id: str) -> AsyncIterator[list[DatasetRecord]]:
        return self._datasets.records(dataset_id)

    async def put_records(self, dataset_id: str, records: Sequence[DatasetRecord]) -> None:
        await self._datasets.put(dataset_id, records)

    async def remove_records(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        await self._datasets.remove(dataset_id, record_ids)

    async def create_run(self, experiment_id: str, name: str, tags: Mapping[str, str], at_ms: int) -> Run:
        return await self._runs.create(experiment_id, name, tags, at_ms)

    async def log_metrics(self, run_id: str, metrics: Mapping[str, float], at_ms: int) -> None:
        await self._runs.log_metrics(run_id, metrics, at_ms)

    async def attach(self, run: Run, name: str, content: bytes, media_type: str) -> None:
        await self._runs.attach(run, name, content, media_type)

    async def end_run(self, run_id: str, at_ms: int) -> None:
        await self._runs.end(run_id, at_ms)

    def cautions(self) -> list[str]:
        return self._cautions.take()

    async def _remembered(
        self, pages: AsyncGenerator[list[TraceSummary], None]
    ) -> AsyncGenerator[list[TraceSummary], None]:
        async with aclosing(pages):
            async for page in pages:
                self._traces.recent.add(page)
                yield page

    async def _check_queues(self) -> None:
        if not (await self.capabilities()).queues:
            raise UnknownName("This server has no review queues; MLflow has them from 3.14 on, with a database")

    async def close(self) -> None:
        await self._transport.close()
        if self._served is not None:
            await self._served.close()
