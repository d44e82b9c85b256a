"""Takes what the backend lists into the worklist: new items at its end, with what the journal knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet

from labeler.delivery.listing import ListedTrace
from labeler.desk.known_assessments import KnownAssessments
from labeler.desk.restore import take_up, to_item
from labeler.desk.worklist_rows import worklist_rows
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord
from labeler.review.state import ReviewState


class Intake:
    """Merges evaluations of what a review selects into its worklist.

    `is_drawn` says whether the worklist is a sample, or so many of all, and was drawn before: nothing is added to it.
    `gone` are the traces that are no longer selected and will be left out when the worklist is opened next; while it is
    open nothing moves.
    """

    def __init__(
        self, record: ReviewRecord, state: ReviewState, known: KnownAssessments, journal: AsyncJournal
    ) -> None:
        self.is_drawn = False
        self.gone: set[str] = set()
        self._record = record
        self._state = state
        self._known = known
        self._journal = journal
        self._experiments = {*record.spec.experiment_ids, *(item.experiment_id for item in state.items)}

    @property
    def destinations(self) -> list[Destination]:
        """Every destination that the review writes to."""
        return self._destinations(self._experiments)

    async def open(self) -> None:
        """Read from the journal how far the worklist was taken."""
        self.is_drawn = await self._journal.run(self._journal.reviews.is_drawn, self._record.id)
        self._known.retired = await self._journal.run(self._journal.changes.settled_ids, self.destinations)
        self._known.shown = await self._journal.run(self._journal.changes.shown_ids, self.destinations)

    async def take_in(self, page: Sequence[ListedTrace], *, only_unlabelled: bool) -> int:
        """Append what is new in a page of the backend's listing, moving nothing; return how many were added."""
        state, spec = self._state, self._record.spec
        new = [] if self.is_drawn else [each for each in page if each.summary.id not in state.index_of]
        if not new:
            return 0
        await self._learn_of({each.summary.experiment_id for each in new})
        rows = worklist_rows(
            new,
            spec.reviewer,
            state.questions,
            self._known.retired,
            spec.sprint,
            self._known.journaled_of_trace,
            only_unlabelled=only_unlabelled,
        )
        await self._journal.run(self._journal.reviews.add_items, self._record.id, rows)
        states = await self._journal.run(
            self._journal.reviews.states, self._record.id, among=[row.trace_id for row in rows]
        )
        rows = [row for row in rows if row.trace_id not in state.index_of]
        added = state.add_items(map(to_item, rows))
        for row in rows:
            take_up(state, row, self._known.journaled(row.trace_id), states.get(row.trace_id))
        return added

    async def end_listing(self, selected: Collection[str]) -> None:
        """Note that a listing came to its end: these trace IDs are all that is selected now.

        What was never touched and is no longer selected goes.
        """
        self.gone |= await self._journal.run(self._journal.reviews.end_listing, self._record.id, selected)
        self.gone -= set(selected)
        self.is_drawn = await self._journal.run(self._journal.reviews.is_drawn, self._record.id)

    async def _learn_of(self, experiments: AbstractSet[str]) -> None:
        """Read what the journal has of experiments that nothing was listed of before."""
        homes = self._destinations(experiments - self._experiments)
        if homes:
            self._experiments |= experiments
            spec = self._record.spec
            self._known.learn(await self._journal.run(self._journal.changes.answers, homes, spec.reviewer, spec.sprint))
            self._known.retired |= await self._journal.run(self._journal.changes.settled_ids, homes)
            self._known.shown |= await self._journal.run(self._journal.changes.shown_ids, homes)

    def _destinations(self, experiments: Iterable[str]) -> list[Destination]:
        spec = self._record.spec
        return [Destination(spec.backend_uri, spec.workspace, each) for each in sorted(experiments)]
