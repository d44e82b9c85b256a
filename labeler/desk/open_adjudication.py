"""Opening an adjudication: what the journal has of earlier sittings, and what the backend says now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labeler.cache.async_cache import AsyncCache
from labeler.desk.adjudication import AdjudicationDesk
from labeler.desk.decision_sitting import DecisionRemote, Sitting
from labeler.desk.standing_decisions import StandingDecisions
from labeler.domain.change import Act, Change
from labeler.domain.clock import wall_clock_ms
from labeler.domain.trace import TraceSummary
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import DeliveryState


def standing_changes(changes: Sequence[Change]) -> list[Change]:
    """Return the changes that were not taken back since, oldest first."""
    stack: list[Change] = []
    for change in changes:
        if change.act is Act.UNDO:
            stack = [each for each in stack if each.id != change.reverses]
        else:
            stack.append(change)
    return stack


async def open_adjudication(
    sitting: Sitting,
    summaries: Mapping[str, TraceSummary],
    journal: AsyncJournal,
    cache: AsyncCache,
    remote: DecisionRemote,
) -> AdjudicationDesk:
    """Open a desk, with what the journal has of earlier sittings. Raises `JournalError`."""
    record, spec = sitting.record, sitting.record.spec
    await journal.run(journal.outbox.release_earlier, wall_clock_ms())
    changes = await journal.run(journal.changes.of_review, record.id)
    cells = await journal.run(journal.changes.answers, [sitting.home], spec.reviewer, spec.scope)
    mine = {(trace, name): each for (trace, span, name), each in cells.items() if each is not None and span is None}
    fates = await journal.run(journal.queries.delivery_of, [each.assessment_id for each in mine.values()])
    renamed = await journal.run(journal.changes.renamed)
    standing = StandingDecisions(spec.sprint, spec.reviewer, mine, changes, renamed)
    for key, answer in mine.items():
        fate = fates.get(answer.assessment_id)
        if fate is not None and fate.state is DeliveryState.DELIVERED:
            standing.arrived(key, 0)
    for summary in summaries.values():
        standing.read(replace(summary, read_at_ms=sitting.read_at_ms))
    drafts = await journal.run(journal.reviews.drafts, record.id)
    desk = AdjudicationDesk(sitting, standing, standing_changes(changes), drafts, journal, cache, remote)
    desk.fates.update({each: fate.state for each, fate in fates.items()})
    return desk
