"""Takes what the backend lists into the worklist: new items at its end, with what the journal knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from labeler.dataclass import dataclass
from labeler.delivery.listing import ListedTrace
from labeler.delivery.news import LearntItems
from labeler.desk.known_assessments import KnownAssessments
from labeler.desk.restore import note_deferred, note_labelled, set_aside, take_up, to_item
from labeler.desk.trace_facts import KnownFacts
from labeler.desk.worklist_rows import worklist_rows
from labeler.domain.change import Answer
from labeler.domain.destination import Destination
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import ItemState
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord
from labeler.review.shared_queue import learn_item, open_again, take_out
from labeler.review.state import ReviewState
from labeler.review.worklist import TO_DO

AnswersBySpan = Mapping[str | None, Mapping[str, Answer]]
"""Answers by span ID and question."""

SettledAt = Mapping[tuple[str | None, str], int | None]
"""When the last delivery of each answer about a trace was acknowledged (`OutboxQueries.settled_in`)."""


@dataclass(frozen=True, slots=True)
class ReadingOfMine:
    """What was read about a trace with answers of mine, and what the journal had of it then."""

    summary: TraceSummary
    journaled: Mapping[tuple[str | None, str], Answer | None]
    settled: SettledAt


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a reading of infos came to: the IDs of traces that changed by it, and what told of more answers of mine.

    Each of `readings` is to be looked at by `Intake.answers_in` when it is taken over, and not before: an answer may be
    given meanwhile.
    """

    changed: set[str]
    readings: Sequence[ReadingOfMine]


def _is_before(settled_ms: int | None, began_ms: int) -> bool:
    """Return whether what was settled then (None: not yet) was known to a reading that began at `began_ms`."""
    return settled_ms is not None and settled_ms < began_ms


class Intake:
    """Merges evaluations of what a review selects into its worklist.

    `is_drawn` says whether the worklist is a sample, or so many of all, and was drawn before: nothing is added to it.
    `gone` are the traces that are no longer selected and will be left out when the worklist is opened next; while it is
    open nothing moves. `has_more_coming`: files are still being read, so that the worklist grows.
    """

    def __init__(
        self, record: ReviewRecord, state: ReviewState, known: KnownAssessments, journal: AsyncJournal
    ) -> None:
        self.is_drawn = False
        self.gone: set[str] = set()
        self.has_more_coming = False
        self.facts = KnownFacts(record.spec.reviewer, state.worklist.note_changed)
        self._record = record
        self._state = state
        self._known = known
        self._journal = journal
        self._marks: dict[str, int] = {}
        """What was said of each trace when it was read last, as `KnownAssessments.mark_of` numbers it."""
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
        for trace in page:
            self.facts.learn(trace.summary)
            if trace.place is not None:
                state.places[trace.summary.id] = trace.place
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
        new_ids = [row.trace_id for row in rows]
        states = await self._journal.run(self._journal.reviews.states, self._record.id, among=new_ids)
        aside = await self._journal.run(self._journal.reviews.set_aside, self._record.id, among=new_ids)
        rows = [row for row in rows if row.trace_id not in state.index_of]
        self._marks.update((each.summary.id, self._known.mark_of(each.summary)) for each in new)
        added = state.add_items(map(to_item, rows))
        for row in rows:
            take_up(state, row, self._known.journaled(row.trace_id), states.get(row.trace_id))
        set_aside(state, (row.trace_id for row in rows if row.trace_id in aside))
        return added

    async def take_over_deferrals(self, earlier: Mapping[str, str]) -> None:
        """Defer the items that were deferred under the IDs of earlier versions, unless something was done since.

        `earlier` has an item's ID by the one that an earlier version gave its trace.
        """
        found = await self._journal.run(self._journal.reviews.deferred_among, self._record.id, list(earlier))
        items = [earlier[each] for each in found if earlier[each] in self._state.index_of]
        if not items:
            return
        acted_on = await self._journal.run(self._journal.reviews.states, self._record.id, among=items)
        for trace_id in items:
            if trace_id not in acted_on:
                note_deferred(self._state, trace_id)

    async def end_listing(self, selected: Collection[str]) -> set[str]:
        """Note that a listing came to its end: these trace IDs are all that is selected now.

        What was never touched and is no longer selected goes. Returns the traces of which that is new.
        """
        state, went = self._state, set[str]()
        draws, was_drawn = self._record.spec.draws, self.is_drawn
        before = self.gone | state.queue.removed
        self.gone |= await self._journal.run(self._journal.reviews.end_listing, self._record.id, selected)
        self.gone -= set(selected)
        self.is_drawn = await self._journal.run(self._journal.reviews.is_drawn, self._record.id)
        if state.rules.for_queue and (not draws or (selected and was_drawn)):
            here = set(selected)
            for trace_id in state.index_of:
                if trace_id not in here and trace_id not in state.queue.removed:
                    take_out(state, trace_id)
                    went.add(trace_id)
        return (went | self.gone) - before

    async def learn_items(self, items: Sequence[QueueItem], began_ms: int) -> LearntItems:
        """Take over how items of the queue stand. `began_ms` is when they were asked for, by the wall clock.

        An item that the reviewer's own word is on its way to, or reached while it was being read, is left undecided.
        """
        state, here = self._state, [item for item in items if item.trace_id in self._state.index_of]
        differing = [item for item in here if self._differs_from_mine(item)]
        settled = await self._statuses_settled([item.trace_id for item in differing])
        undecided = {
            item.trace_id
            for item in differing
            if item.trace_id in settled and not _is_before(settled[item.trace_id], began_ms)
        }
        changed: list[QueueItem] = []
        own_doing = set[str]()
        for item in here:
            if item.trace_id in undecided:
                continue
            was_to_do = self._state_of(item) in TO_DO
            known = state.queue.as_known(item.trace_id)
            if known != (item.state, item.completed_by) or item.trace_id in state.queue.removed:
                changed.append(item)
            learn_item(state, item)
            if not was_to_do and state.queue.finished_by_me(item.trace_id, item.state):
                own_doing.add(item.trace_id)
            if not was_to_do and item.state is QueueItemState.PENDING:
                open_again(state, item.trace_id)
            note_labelled(state, item.trace_id)
        return LearntItems({item.trace_id for item in changed} - own_doing, undecided)

    async def keep_items(self, items: Sequence[QueueItem]) -> None:
        """Keep in the journal how items of the queue stand, for a start without a network."""
        await self._journal.run(self._journal.reviews.note_queue_items, self._record.id, items)

    async def learn_of(self, summaries: Sequence[TraceSummary]) -> Learnt:
        """Compare what was just read about traces of the worklist with what is known of them."""
        marks = {each.id: self._known.mark_of(each) for each in summaries}
        changed = {each for each, mark in marks.items() if self._marks.get(each, mark) != mark}
        self._marks |= marks
        readings: list[ReadingOfMine] = []
        for summary in summaries:
            self.facts.learn(summary)
            if self._known.is_told_of_more(summary) or summary.id in self._known.in_conflict:
                readings.append(await self.reading_of_mine(summary))
        return Learnt(changed, readings)

    async def reading_of_mine(self, summary: TraceSummary) -> ReadingOfMine:
        """Put what was read about a trace beside what the journal has of it now."""
        journaled = dict(self._known.journaled(summary.id))
        return ReadingOfMine(summary, journaled, await self._settled(summary) if journaled else {})

    def answers_in(self, reading: ReadingOfMine) -> AnswersBySpan:
        """Return the answers of mine in what was read that are to be taken over now.

        Where one was given here since, the journal's answers count.
        """
        known, summary = self._known, reading.summary
        is_as_then = known.journaled(summary.id) == reading.journaled
        return known.told_since(summary, reading.settled) if is_as_then else known.unknown_answers(summary)

    async def _settled(self, summary: TraceSummary) -> SettledAt:
        """Ask the journal when the last delivery of each answer about a trace was acknowledged."""
        spec = self._record.spec
        home = Destination(spec.backend_uri, spec.workspace, summary.experiment_id)
        return await self._journal.run(self._journal.queries.settled_in, home, summary.id, spec.reviewer, spec.sprint)

    def _state_of(self, item: QueueItem) -> ItemState:
        return self._state.items[self._state.index_of[item.trace_id]].state

    def _differs_from_mine(self, item: QueueItem) -> bool:
        """Return whether an item stands otherwise in the queue than the reviewer left it."""
        return (item.state is QueueItemState.PENDING) is not (self._state_of(item) in TO_DO)

    async def _statuses_settled(self, trace_ids: Sequence[str]) -> Mapping[str, int | None]:
        spec = self._record.spec
        if not trace_ids or spec.queue_id is None:
            return {}
        return await self._journal.run(
            self._journal.queries.statuses_settled, self.destinations, spec.queue_id, spec.reviewer, trace_ids
        )

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
