"""What `labeler verify` does: the journal's delivered answers beside what the backend has."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from labeler.backends.base import Backend
from labeler.cli.assembly import configure, destinations_in_scope, open_journal_to_read, reach_backend
from labeler.cli.progress import Progress
from labeler.delivery.comparison import differences
from labeler.domain.assessment import Assessment
from labeler.journal.journal import Journal
from labeler.journal.rows import DeliveryState, StandingAnswer

_TRACES_A_PAGE: Final = 100
_ID_KEY: Final = "labeler.id"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An answer that is not at the backend as it was delivered.

    `kind` is ``missing``, ``duplicate``, ``changed`` or ``superseded``; `by` the source that superseded it.
    """

    kind: str
    assessment_id: str
    trace_id: str
    by: str | None = None


async def verify(arguments: argparse.Namespace) -> tuple[int, list[Mismatch]]:
    """How many delivered answers were checked, and what is wrong with some."""
    configuration = configure(arguments)
    async with open_journal_to_read(configuration.paths) as journal:
        scope = await destinations_in_scope(configuration, journal)
        standing = await journal.run(Journal.standing, scope)
        delivered = [answer for answer in standing if answer.state is DeliveryState.DELIVERED]
        async with reach_backend(configuration, journal) as backend:
            return len(delivered), await _mismatches(backend, delivered)


async def _mismatches(backend: Backend, delivered: Sequence[StandingAnswer]) -> list[Mismatch]:
    trace_ids = list(dict.fromkeys(answer.assessment.trace_id for answer in delivered))
    there: dict[str, tuple[Assessment, ...]] = {}
    with Progress("Verifying") as progress:
        for start in range(0, len(trace_ids), _TRACES_A_PAGE):
            page = trace_ids[start : start + _TRACES_A_PAGE]
            there |= {summary.id: summary.assessments for summary in await backend.summaries(page)}
            progress.show(start + len(page), len(trace_ids))
    return [
        mismatch for answer in delivered for mismatch in _compared(answer, there.get(answer.assessment.trace_id, ()))
    ]


def _compared(answer: StandingAnswer, there: Sequence[Assessment]) -> Iterator[Mismatch]:
    sent = answer.assessment
    stored_id = answer.server_id or sent.id
    copies = [each for each in there if each.id == stored_id or each.metadata.get(_ID_KEY) == sent.id]
    stored = next((each for each in copies if each.id == stored_id), None)
    if stored is None:
        yield Mismatch("missing", sent.id, sent.trace_id)
        return
    if len(copies) > 1:
        yield Mismatch("duplicate", sent.id, sent.trace_id)
    if not stored.valid:
        later = next((each for each in there if each.overrides == stored.id), None)
        yield Mismatch("superseded", sent.id, sent.trace_id, later.source.id if later else None)
    elif differences(sent, stored):
        yield Mismatch("changed", sent.id, sent.trace_id)
