"""The contract of a backend that keeps evaluation datasets, beside that of `backends.base`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue


@dataclass(frozen=True, slots=True)
class Dataset:
    """An evaluation dataset: a named list of records. Several may have one name."""

    id: str
    name: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A record of a dataset: what goes in, and what is expected of it. Its inputs are unique in a dataset.

    `id` is empty until the backend has given it one. `trace_id` is the trace it was made from, or empty.
    """

    inputs: Mapping[str, JsonValue]
    expectations: Mapping[str, JsonValue]
    trace_id: str
    tags: Mapping[str, str]
    id: str = ""


@runtime_checkable
class DatasetBackend(Protocol):
    """A backend with evaluation datasets. Each method may raise what any method of a backend may."""

    async def datasets(self, experiment_id: str) -> list[Dataset]:
        """Return the datasets of an experiment."""
        ...

    async def dataset(self, dataset_id: str) -> Dataset | None:
        """Return the dataset with that ID, None where there is none."""
        ...

    async def create_dataset(self, experiment_id: str, name: str, tags: Mapping[str, str]) -> Dataset:
        """Make a dataset, whether or not another has its name."""
        ...

    async def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset with its records. Deleting one that does not exist succeeds."""
        ...

    def records(self, dataset_id: str) -> AsyncIterator[list[DatasetRecord]]:
        """Yield the records of a dataset in pages. Raises `MissingTarget`."""
        ...

    async def put_records(self, dataset_id: str, records: Sequence[DatasetRecord]) -> None:
        """Add records, or merge them into those with the same inputs: expectations and tags that are there stay."""
        ...

    async def remove_records(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        """Remove records, those that are there."""
        ...
