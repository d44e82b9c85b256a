"""Which traces a sprint is about: those that a search finds up to a moment, or those of a list; a sample of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType

from labeler.backends.base import TeamBackend
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import SourceType, person
from labeler.domain.sprint import in_no_sprint
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query
from labeler.sprint.errors import SprintError
from labeler.sprint.plan import SprintSelection

OnTracesFound = Callable[[int], None]
"""Hears how many traces have been read."""


@dataclass(frozen=True, slots=True)
class SelectedTrace:
    """A trace of a sprint.

    `answered` has the names of what people have answered about it, and who, as people are compared, with the time of
    the last such answer that stands, in milliseconds since the epoch; `answered_freely` those that are of no sprint.
    """

    id: str
    requested_at_ms: int
    answered: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))
    answered_freely: frozenset[tuple[str, str]] = frozenset()

    def is_answered_by(self, reviewer: str, names: Collection[str]) -> bool:
        """Return whether a reviewer has answered all of these questions outside any sprint."""
        return all((name, person(reviewer)) in self.answered_freely for name in names)


@dataclass(frozen=True, slots=True)
class SelectedTraces:
    """The traces of a sprint. `selection` is pinned to what there was, and `found` is before the sample."""

    traces: tuple[SelectedTrace, ...]
    selection: SprintSelection
    found: int


async def search(
    backend: TeamBackend, experiment_id: str, selection: SprintSelection, progress: OnTracesFound
) -> SelectedTraces:
    """Return what a selection finds, pinned to the newest trace. Raises `SprintError` and what the backend raises."""
    query = Query((experiment_id,), selection.filter, (), selection.since_ms, selection.until_ms)
    found: list[SelectedTrace] = []
    async for page in backend.snapshot(query):
        found += map(selected, page)
        progress(len(found))
    if selection.until_ms is None and found:
        selection = replace(selection, until_ms=max(each.requested_at_ms for each in found))
    return drawn(found, selection)


def drawn(found: Sequence[SelectedTrace], selection: SprintSelection) -> SelectedTraces:
    """Draw the sample of a selection. The same seed draws the same traces, also after others are gone.

    Raises `SprintError` where there is nothing to draw from, or too little.
    """
    if not found:
        said = f"the filter {selection.filter}" if selection.filter else "it"
        raise SprintError(f"There is no trace to label: {said} finds none")
    if selection.sample is None:
        return SelectedTraces(tuple(found), selection, len(found))
    if selection.sample > len(found):
        raise SprintError(f"A sample of {selection.sample:,} is more than there is: the selection has {len(found):,}")
    chosen = draw([each.id for each in found], selection.sample, selection.seed or 0, "sample")
    return SelectedTraces(tuple(each for each in found if each.id in chosen), selection, len(found))


def draw(trace_ids: Iterable[str], count: int, seed: int, what: str) -> frozenset[str]:
    """Return `count` of some traces by hash. `what` tells draws with the same seed apart."""

    def rank(trace_id: str) -> bytes:
        return hashlib.sha256(f"{seed}\0{what}\0{trace_id}".encode(errors="surrogatepass")).digest()

    return frozenset(sorted(trace_ids, key=rank)[:count])


def selected(summary: TraceSummary) -> SelectedTrace:
    """Return what a sprint needs to know of a trace."""
    said = [each for each in summary.assessments if each.valid and each.source.type is SourceType.HUMAN]
    answered: dict[tuple[str, str], int] = {}
    for each in said:
        if each.span_id is None and answer_metadata.ROLE not in each.metadata:
            by = (each.name, person(each.source.id))
            answered[by] = max(answered.get(by, 0), each.created_at_ms)
    freely = frozenset((each.name, person(each.source.id)) for each in said if in_no_sprint(each))
    return SelectedTrace(summary.id, summary.requested_at_ms, answered, freely)
