"""Assessments that a sprint puts on the server in another role than a reviewer's: the consensus, and gold answers.

Each has an ID that follows from sprint, role, trace and question. So a run that was cut off is simply run again, and
of two leads who do it at once each finds what the other wrote. What is written is read back.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final

from labeler import __version__
from labeler.backends.base import AlreadyThere, LacksPermission, TeamBackend
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import TraceSummary, short_id
from labeler.domain.value import JsonValue, same_value
from labeler.domain.value_words import value_words
from labeler.sprint.errors import MissingRight
from labeler.sprint.reading import read_traces

CONSENSUS: Final = "consensus"
"""The role of what a sprint's people agree on."""

HOW: Final = "labeler.how"
"""How a consensus came about: adjudicated, majority or median."""

OnRoleRowsWritten = Callable[[int, int], None]
"""Hears how many rows of how many are written."""

_NAMESPACE: Final = uuid.UUID("0b1f5d1c-3f4e-4f0b-8f53-1f0c7f6d2a44")
_IN_FLIGHT: Final = 2


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What is to be on the server about a trace and a question. `further` are metadata beside role, sprint and ID."""

    trace_id: str
    name: str
    kind: AssessmentKind
    value: JsonValue
    further: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What has to be written so that the server has certain rows, and no others of their role.

    `same` counts those that are there already. `withdrawn` are there and wanted no more.
    """

    wanted: tuple[Assessment, ...]
    new: tuple[Assessment, ...]
    changed: tuple[Assessment, ...]
    withdrawn: tuple[Assessment, ...]

    @property
    def same(self) -> int:
        """How many rows are there as they are wanted."""
        return len(self.wanted) - len(self.new) - len(self.changed)

    @property
    def is_nothing(self) -> bool:
        """Whether the server has exactly what is wanted."""
        return not (self.new or self.changed or self.withdrawn)


def row_id(slug: str, role: str, trace_id: str, name: str) -> str:
    """Return the ID of the row of a sprint in a role about a question and a trace."""
    return f"a-{uuid.uuid5(_NAMESPACE, json.dumps([slug, role, trace_id, name])).hex}"


def changes_for(
    rows: Iterable[RoleRow], role: str, slug: str, by: str, at_ms: int, traces: Mapping[str, TraceSummary]
) -> RowChanges:
    """Compare rows with what is on the server. `by` is who writes them, at a time in milliseconds since the epoch."""
    wanted = [_assessment(row, role, slug, by, at_ms) for row in rows]
    there = {each.id: each for trace in traces.values() for each in trace.assessments}
    ids = {each.id for each in wanted}
    known = [(each, there.get(each.id)) for each in wanted]
    return RowChanges(
        wanted=tuple(wanted),
        new=tuple(each for each, standing in known if standing is None),
        changed=tuple(each for each, standing in known if standing is not None and not _is_same(each, standing)),
        withdrawn=tuple(
            each
            for each in there.values()
            if each.id not in ids and each.id == row_id(slug, role, each.trace_id, each.name)
        ),
    )


async def write_rows(backend: TeamBackend, changes: RowChanges, notify: OnRoleRowsWritten) -> None:
    """Write what is missing, change what differs, and delete what is withdrawn. Raises `MissingRight`."""
    total, done = len(changes.new) + len(changes.changed) + len(changes.withdrawn), 0
    try:
        for each in _in_parts(changes.withdrawn):
            await asyncio.gather(*(backend.retract(row.trace_id, row.id) for row in each))
            notify(done := done + len(each), total)
        for each in _in_parts(changes.changed):
            await asyncio.gather(*(backend.update(row, ["metadata", "value"]) for row in each))
            notify(done := done + len(each), total)
        for each in _in_parts(changes.new):
            await asyncio.gather(*(_create(backend, row) for row in each))
            notify(done := done + len(each), total)
    except LacksPermission as error:
        raise MissingRight(
            f"{done:,} of {total:,} assessments were written: that takes EDIT on the experiment. Ask for EDIT, "
            f"then run the same command again ({error})"
        ) from error


async def differences_read_back(
    backend: TeamBackend, experiment_id: str, changes: RowChanges, notify: OnRoleRowsWritten
) -> list[str]:
    """Read the rows from the server, and return a sentence for each that is not there as it was written."""
    about = sorted({each.trace_id for each in (*changes.wanted, *changes.withdrawn)})
    traces = await read_traces(backend, experiment_id, about, notify)
    there = {each.id: each for trace in traces.values() for each in trace.assessments}
    said = []
    for each in changes.wanted:
        found, what = there.get(each.id), f"{short_id(each.trace_id)}, “{each.name}”"
        if found is None:
            said.append(f"{what}: not on the server after it was written")
        elif not _is_same(each, found):
            said.append(f"{what}: the server has {value_words(found.value)} instead of {value_words(each.value)}")
    said += [
        f"{short_id(each.trace_id)}, “{each.name}”: still on the server after it was withdrawn"
        for each in changes.withdrawn
        if each.id in there
    ]
    return said


def others_expectations(
    names: Collection[str], changes: RowChanges, traces: Mapping[str, TraceSummary]
) -> dict[str, int]:
    """Count the expectations of these names that somebody else wrote on the same traces, by whose they are."""
    about = {(each.trace_id, each.name) for each in changes.wanted}
    ids = {each.id for each in changes.wanted}
    counts: dict[str, int] = {}
    for trace in traces.values():
        for each in trace.assessments:
            is_expectation = each.valid and each.kind is AssessmentKind.EXPECTATION and each.name in names
            if is_expectation and (each.trace_id, each.name) in about and each.id not in ids:
                counts[each.source.id] = counts.get(each.source.id, 0) + 1
    return dict(sorted(counts.items()))


async def _create(backend: TeamBackend, row: Assessment) -> None:
    try:
        await backend.create(row)
    except AlreadyThere:  # another lead, or a run that was cut off, was faster: reading back compares it
        await backend.update(row, ["metadata", "value"])


def _assessment(row: RoleRow, role: str, slug: str, by: str, at_ms: int) -> Assessment:
    identifier = row_id(slug, role, row.trace_id, row.name)
    return Assessment(
        id=identifier,
        trace_id=row.trace_id,
        name=row.name,
        kind=row.kind,
        value=row.value,
        source=Source(SourceType.HUMAN, by),
        rationale=row.rationale,
        metadata={
            answer_metadata.ID: identifier,
            answer_metadata.VERSION: __version__,
            answer_metadata.SPRINT: slug,
            answer_metadata.ROLE: role,
            **row.further,
        },
        created_at_ms=at_ms,
        updated_at_ms=at_ms,
    )


def _is_same(wanted: Assessment, standing: Assessment) -> bool:
    """Return whether the server has what is wanted, whoever wrote it and with whichever version of labeler."""
    said = {name: text for name, text in wanted.metadata.items() if name != answer_metadata.VERSION}
    return (
        standing.valid
        and standing.kind is wanted.kind
        and same_value(wanted.value, standing.value)
        and said.items() <= dict(standing.metadata).items()
    )


def _in_parts(rows: Sequence[Assessment]) -> list[Sequence[Assessment]]:
    return [rows[start : start + _IN_FLIGHT] for start in range(0, len(rows), _IN_FLIGHT)]
