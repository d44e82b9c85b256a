"""Evaluation datasets of an MLflow server and their records."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from labeler.backends.base import Malformed, MissingTarget
from labeler.backends.datasets import Dataset, DatasetRecord
from labeler.backends.mlflow.transport import Transport

_ROUTE: Final = "/api/3.0/mlflow/datasets"
_A_PAGE: Final = 1_000


class Datasets:
    """The evaluation datasets of one server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def of(self, experiment_id: str) -> list[Dataset]:
        """Return the datasets of an experiment."""
        found: list[Dataset] = []
        token = ""
        while True:
            asked = {"experiment_ids": [experiment_id], "max_results": _A_PAGE, "page_token": token}
            page = await self._transport.query(f"{_ROUTE}/search", asked)
            found += [_dataset(each) for each in _listed(page, "datasets")]
            token = str(page.get("next_page_token") or "")
            if not token:
                return found

    async def one(self, dataset_id: str) -> Dataset | None:
        """Return the dataset with that ID, None where there is none."""
        try:
            return _dataset((await self._transport.get(_path(dataset_id))).get("dataset"))
        except MissingTarget:
            return None

    async def create(self, experiment_id: str, name: str, tags: Mapping[str, str]) -> Dataset:
        """Make a dataset."""
        asked = {"name": name, "experiment_ids": [experiment_id], "tags": json.dumps(dict(tags))}
        return _dataset((await self._transport.send("POST", f"{_ROUTE}/create", asked)).get("dataset"))

    async def delete(self, dataset_id: str) -> None:
        """Delete a dataset, if it exists."""
        with suppress(MissingTarget):
            await self._transport.send("DELETE", _path(dataset_id))

    async def records(self, dataset_id: str) -> AsyncIterator[list[DatasetRecord]]:
        """Yield the records of a dataset in pages. Raises `MissingTarget`."""
        token = ""
        while True:
            asked: dict[str, str | int] = {"max_results": _A_PAGE, **({"page_token": token} if token else {})}
            page = await self._transport.get(f"{_path(dataset_id)}/records", asked)
            yield [_record(each) for each in _decoded(page.get("records"))]
            token = str(page.get("next_page_token") or "")
            if not token:
                return

    async def put(self, dataset_id: str, records: Sequence[DatasetRecord]) -> None:
        """Add records, or merge them into those that have the same inputs."""
        wire = [
            {
                "inputs": record.inputs,
                "expectations": record.expectations,
                "source": {"source_type": "TRACE", "source_data": {"trace_id": record.trace_id}},
                "tags": dict(record.tags),
            }
            for record in records
        ]
        await self._transport.send("POST", f"{_path(dataset_id)}/records", {"records": json.dumps(wire)})

    async def remove(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        """Remove records."""
        with suppress(MissingTarget):
            asked = {"dataset_record_ids": list(record_ids)}
            await self._transport.send("DELETE", f"{_path(dataset_id)}/records", asked)


def _path(dataset_id: str) -> str:
    return f"{_ROUTE}/{quote(dataset_id, safe='')}"


def _dataset(found: object) -> Dataset:
    if not isinstance(found, Mapping) or not isinstance(found.get("dataset_id"), str):
        raise Malformed("A dataset from the server is not of MLflow's form")
    return Dataset(found["dataset_id"], str(found.get("name") or ""), _strings(found.get("tags")))


def _record(found: object) -> DatasetRecord:
    if not isinstance(found, Mapping) or not isinstance(found.get("inputs"), Mapping):
        raise Malformed("A record of a dataset from the server is not of MLflow's form")
    source = found.get("source")
    data = source.get("source_data") if isinstance(source, Mapping) else None
    expectations = found.get("expectations")
    return DatasetRecord(
        inputs=dict(found["inputs"]),
        expectations=dict(expectations) if isinstance(expectations, Mapping) else {},
        trace_id=str(data.get("trace_id") or "") if isinstance(data, Mapping) else "",
        tags=_strings(found.get("tags")),
        id=str(found.get("dataset_record_id") or ""),
    )


def _strings(tags: object) -> dict[str, str]:
    """Return tags, which come as an object or as the JSON text of one."""
    if isinstance(tags, str):
        try:
            tags = json.loads(tags)
        except ValueError:
            return {}
    return {str(name): str(text) for name, text in tags.items()} if isinstance(tags, Mapping) else {}


def _decoded(records: object) -> list[Any]:
    try:
        listed = json.loads(records) if isinstance(records, str) else []
    except ValueError:
        raise Malformed("The records of a dataset from the server are no JSON") from None
    return listed if isinstance(listed, list) else []


def _listed(page: Mapping[str, Any], name: str) -> list[Any]:
    listed = page.get(name) or []
    if not isinstance(listed, list):
        raise Malformed("The server's list of datasets is not of MLflow's form")
    return listed
