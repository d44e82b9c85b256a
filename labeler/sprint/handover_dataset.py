"""Hands the consensus of a sprint over to an evaluation dataset: made once, filled, and read back.

A dataset takes one record for equal inputs. Its name is not unique on a server, so that its ID is kept in the plan.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from labeler.backends.base import LacksPermission, TeamBackend
from labeler.backends.datasets import Dataset, DatasetBackend, DatasetRecord
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.trace import NOT_RECORDED, NotRecorded, short_id
from labeler.domain.value import JsonValue, same_value
from labeler.domain.value_words import value_words
from labeler.sprint.agreed import Agreed
from labeler.sprint.errors import MissingRight, SprintError
from labeler.sprint.plan_tags import Sprint, write_plan
from labeler.sprint.role_rows import HOW

OnRecordsWritten = Callable[[int, int], None]
"""Hears how many records of how many are written."""

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class PlannedRecords:
    """The records that a dataset is to have.

    `same_inputs` counts the traces whose inputs another trace has too. `contradicting` are those of them that are left
    out, because people agree on different answers there. `without_inputs` have no inputs that a dataset takes: none
    were recorded, or they are no object.
    """

    records: tuple[DatasetRecord, ...]
    same_inputs: int
    contradicting: tuple[str, ...]
    without_inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """What has to be written so that a dataset has certain records.

    `new` are to be added, `changed` to be written over. `removed` are records of this sprint that are wanted no more,
    or not as they are: those that hold an answer that is none any more are made anew.
    """

    wanted: tuple[DatasetRecord, ...]
    new: tuple[DatasetRecord, ...]
    changed: tuple[DatasetRecord, ...]
    removed: tuple[DatasetRecord, ...]

    @property
    def same(self) -> int:
        """How many records are there as they are wanted."""
        return len(self.wanted) - len(self.new) - len(self.changed)


def records_for(rows: Iterable[Agreed], inputs: Mapping[str, JsonValue | NotRecorded], slug: str) -> PlannedRecords:
    """Return the records of a consensus. `inputs` has those of the root span of each trace."""
    by_trace: dict[str, list[Agreed]] = defaultdict(list)
    for row in rows:
        by_trace[row.trace_id].append(row)
    by_inputs: dict[str, list[str]] = defaultdict(list)
    without: list[str] = []
    for trace_id in sorted(by_trace):
        found = inputs.get(trace_id, NOT_RECORDED)
        if isinstance(found, Mapping):
            by_inputs[_key(found)].append(trace_id)
        else:
            without.append(trace_id)
    records: list[DatasetRecord] = []
    contradicting: list[str] = []
    for trace_ids in by_inputs.values():
        rows_here = [row for trace_id in trace_ids for row in by_trace[trace_id]]
        if _contradict(rows_here):
            contradicting += trace_ids
            continue
        how = {row.name: row.how.value for row in reversed(rows_here)}
        found = inputs[trace_ids[0]]
        records.append(
            DatasetRecord(
                inputs=found if isinstance(found, Mapping) else {},
                expectations={row.name: row.value for row in reversed(rows_here)},
                trace_id=trace_ids[0],
                tags={answer_metadata.SPRINT: slug, HOW: json.dumps(how, sort_keys=True, ensure_ascii=False)},
            )
        )
    return PlannedRecords(
        records=tuple(sorted(records, key=lambda record: record.trace_id)),
        same_inputs=sum(len(trace_ids) for trace_ids in by_inputs.values() if len(trace_ids) > 1),
        contradicting=tuple(contradicting),
        without_inputs=tuple(without),
    )


async def dataset_of(backend: DatasetBackend, sprint: Sprint, name: str) -> Dataset | None:
    """Return the dataset that this sprint was handed over to before, None where there is none yet.

    That is the one in the plan, or one that a run made which was cut off before it wrote the plan. Raises `SprintError`
    where the sprint has a dataset of another name, or another dataset has this name.
    """
    plan = sprint.plan
    found = None if plan.dataset_id is None else await backend.dataset(plan.dataset_id)
    there = await backend.datasets(sprint.experiment_id)
    if found is None:
        found = next((each for each in there if each.tags.get(answer_metadata.SPRINT) == plan.slug), None)
    if found is not None and found.name != name:
        raise SprintError(
            f"“{plan.name}” was handed over to the dataset “{found.name}” before ({found.id}): give --dataset that "
            "name. Nothing was written"
        )
    if found is None and (other := next((each for each in there if each.name == name), None)) is not None:
        raise SprintError(
            f"There is a dataset “{name}” already ({other.id}), which is not this sprint's: give another name. Nothing "
            "was written"
        )
    return found


async def make_dataset(
    team: TeamBackend, datasets: DatasetBackend, sprint: Sprint, name: str, standing: Dataset | None
) -> tuple[Dataset, Sprint]:
    """Make the dataset of a sprint unless it stands, and return it with the sprint whose plan names it.

    Raises `MissingRight`, and `SprintError` where somebody else wrote the plan meanwhile: what was made is gone then.
    """
    dataset = standing
    if dataset is None:
        with dataset_rights_told("Nothing was written"):
            dataset = await datasets.create_dataset(
                sprint.experiment_id, name, {answer_metadata.SPRINT: sprint.plan.slug}
            )
    if sprint.plan.dataset_id == dataset.id:
        return dataset, sprint
    try:
        plan = await write_plan(team, sprint.experiment_id, replace(sprint.plan, dataset_id=dataset.id))
    except SprintError:
        if standing is None:
            await datasets.delete_dataset(dataset.id)
        raise
    return dataset, replace(sprint, plan=plan)


async def record_changes(
    backend: DatasetBackend, dataset: Dataset | None, planned: PlannedRecords, slug: str
) -> RecordChanges:
    """Compare the records that a dataset has with those that it is to have."""
    there: dict[str, DatasetRecord] = {}
    if dataset is not None:
        async for page in backend.records(dataset.id):
            there |= {_key(record.inputs): record for record in page}
    wanted = {_key(record.inputs): record for record in planned.records}
    new, changed, removed = [], [], []
    for key, record in wanted.items():
        standing = there.get(key)
        if standing is None:
            new.append(record)
        elif not _is_same(record, standing):
            changed.append(record)
            if _is_of(standing, slug) and standing.expectations.keys() - record.expectations.keys():
                removed.append(standing)
    removed += [record for key, record in there.items() if key not in wanted and _is_of(record, slug)]
    return RecordChanges(planned.records, tuple(new), tuple(changed), tuple(removed))


async def write_records(
    backend: DatasetBackend, dataset: Dataset, changes: RecordChanges, notify: OnRecordsWritten
) -> None:
    """Write what a dataset lacks, and remove what is wanted no more. Raises `MissingRight`."""
    writing = (*changes.new, *changes.changed)
    total = len(writing) + len(changes.removed)
    with dataset_rights_told("The records were not written, or not all of them"):
        for removed in _in_parts(changes.removed):
            await backend.remove_records(dataset.id, [record.id for record in removed])
        done = len(changes.removed)
        for part in _in_parts(writing):
            await backend.put_records(dataset.id, part)
            done += len(part)
            notify(done, total)


async def records_read_back(backend: DatasetBackend, dataset: Dataset, changes: RecordChanges, slug: str) -> list[str]:
    """Read the records of a dataset, and return a sentence for each that is not there as it was written."""
    there: dict[str, DatasetRecord] = {}
    async for page in backend.records(dataset.id):
        there |= {_key(record.inputs): record for record in page}
    said = []
    wanted = {_key(record.inputs): record for record in changes.wanted}
    for key, record in wanted.items():
        about = short_id(record.trace_id)
        standing = there.get(key)
        if standing is None:
            said.append(f"{about}: its record is not in the dataset after it was written")
            continue
        for name, value in record.expectations.items():
            found = standing.expectations.get(name)
            if not same_value(value, found):
                said.append(f"{about}, “{name}”: the dataset has {value_words(found)} instead of {value_words(value)}")
    said += [
        f"{short_id(record.trace_id)}: its record is still in the dataset after it was withdrawn"
        for key, record in there.items()
        if key not in wanted and _is_of(record, slug)
    ]
    return said


@contextmanager
def dataset_rights_told(what_happened: str) -> Iterator[None]:
    """Turn a lack of rights on datasets into a sentence that says which to ask for. Raises `MissingRight`."""
    try:
        yield
    except LacksPermission as error:
        raise MissingRight(
            f"{what_happened}: datasets take EDIT on the experiment. Ask for EDIT, then run the same command again "
            f"({error})"
        ) from error


def _key(inputs: Mapping[str, JsonValue]) -> str:
    """Return what tells inputs apart, as the server does."""
    return json.dumps(inputs, sort_keys=True)


def _contradict(rows: Sequence[Agreed]) -> bool:
    """Return whether rows about traces of equal inputs say different things to one question."""
    said: dict[str, JsonValue] = {}
    return any(not same_value(said.setdefault(row.name, row.value), row.value) for row in rows)


def _is_of(record: DatasetRecord, slug: str) -> bool:
    return record.tags.get(answer_metadata.SPRINT) == slug


def _is_same(wanted: DatasetRecord, standing: DatasetRecord) -> bool:
    """Return whether a record is there as it is wanted."""
    is_ours = _is_of(standing, wanted.tags[answer_metadata.SPRINT])
    return (
        is_ours
        and standing.tags.get(HOW) == wanted.tags[HOW]
        and standing.expectations.keys() == wanted.expectations.keys()
        and all(same_value(value, standing.expectations[name]) for name, value in wanted.expectations.items())
    )


def _in_parts(records: Sequence[DatasetRecord]) -> list[Sequence[DatasetRecord]]:
    return [records[start : start + _AT_ONCE] for start in range(0, len(records), _AT_ONCE)]
