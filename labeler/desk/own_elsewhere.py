"""Takes over answers of the reviewer's own that were given elsewhere, and notes which of them were shown."""

from __future__ import annotations

from collections.abc import Callable

from labeler.desk.blindfold import ShownTrace
from labeler.desk.delivery_status import Deliveries
from labeler.desk.document_cache import PreparedTrace
from labeler.desk.events import DeskEvent, ItemChanged
from labeler.desk.intake import AnswersBySpan, Intake, ReadingOfMine
from labeler.desk.journal_tasks import Background
from labeler.desk.known_assessments import KnownAssessments
from labeler.desk.restore import open_anew, take_over
from labeler.domain.answer_metadata import answer_of
from labeler.domain.change import AnswerEffect, Change
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, ParkCause, ReviewRecord
from labeler.journal.outbox_queries import OutboxRow
from labeler.review.state import ReviewState


class OwnElsewhere:
    """Merges what the backend tells of the reviewer's own answers into the state of a review.

    Its parts are the desk's.
    """

    def __init__(
        self,
        record: ReviewRecord,
        state: ReviewState,
        known: KnownAssessments,
        intake: Intake,
        journal: AsyncJournal,
        background: Background,
        deliveries: Deliveries,
        on_screen: ShownTrace,
        destination_of: Callable[[str], Destination],
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._record = record
        self._state = state
        self._known = known
        self._intake = intake
        self._journal = journal
        self._background = background
        self._deliveries = deliveries
        self._on_screen = on_screen
        self._destination_of = destination_of
        self._announce = announce

    @property
    def _agreement(self) -> str:
        """The word by which the journal knows that further answers may be retired in this worklist."""
        return f"retire {self._record.id}"

    async def open(self) -> None:
        """Read whether it was agreed that further answers are retired in this worklist, and what is in conflict."""
        if self._agreement in await self._journal.run(self._journal.remembered.trusted):
            self._state.retires = True
        queries = self._journal.queries
        self._known.in_conflict |= await self._journal.run(queries.conflicting_traces, self._intake.destinations)

    def agree(self, *, retires: bool) -> None:
        """Note whether further answers may be retired. A yes holds for the worklist, a no for this sitting."""
        self._state.retires = retires
        if retires:
            self._background.do(self._journal.run(self._journal.remembered.trust, self._agreement))

    def seen(self, trace_id: str) -> None:
        """Keep which answers from elsewhere were on the screen: others come as a surprise."""
        if new := self._known.not_shown_yet(trace_id):
            self._known.shown |= new
            self._background.do(
                self._journal.run(self._journal.changes.note_shown, self._destination_of(trace_id), new)
            )

    async def settle_conflict(self, row: OutboxRow, *, keeps_other: bool) -> None:
        """Keep one of two answers in conflict: the newest of the others, else the one given here."""
        delivery, outbox = row.delivery, self._journal.outbox
        if keeps_other:
            await self._journal.run(outbox.discard, [delivery.id], wall_clock_ms())
        else:
            await self._journal.run(outbox.retry, [delivery.id])
        home = delivery.destination
        self._known.shown |= await self._journal.run(self._journal.changes.shown_ids, [home])
        given = delivery.assessment
        if keeps_other and given is not None and row.others and self._destination_is_here(delivery):
            kept = answer_of(row.others[0], row.others[0].value)
            self._known.learn({(given.trace_id, given.span_id, given.name): kept})
            self._known.retired.add(given.id)
            self.take_over(given.trace_id, {given.span_id: {given.name: kept}})
        self._state.mine.clear()
        self._deliveries.changed()

    def _destination_is_here(self, delivery: Delivery) -> bool:
        is_here = delivery.trace_id in self._state.index_of
        return is_here and self._destination_of(delivery.trace_id) == delivery.destination

    def changed(self, change: Change) -> None:
        """Learn under which IDs assessments are written again that a change brings back."""
        if any(isinstance(effect, AnswerEffect) and effect.restored for effect in change.effects):
            self._background.do(self._learn_shown(self._destination_of(change.trace_id)))

    async def _learn_shown(self, home: Destination) -> None:
        self._known.shown |= await self._journal.run(self._journal.changes.shown_ids, [home])

    def prepared(self, prepared: PreparedTrace) -> None:
        """Take over answers from a trace just read, unless the journal knows better."""
        trace_id = prepared.raw.summary.id
        self.take_over(trace_id, self._known.unknown_answers(prepared.raw.summary))
        if prepared.raw.summary.read_at_ms and self._known.journaled(trace_id):
            self._background.do(self._take_over_since(prepared.raw.summary))

    async def _take_over_since(self, summary: TraceSummary) -> None:
        """Take over what came after the journal's answers."""
        self.take_in(await self._intake.reading_of_mine(summary))

    def take_in(self, reading: ReadingOfMine) -> None:
        """Take over what was read of answers of mine on a trace.

        One given here that stands beside another which I was never shown waits in the outbox for a word, as it does
        where that other one is found before it is sent; and one that stands alone again waits no longer.
        """
        trace_id = reading.summary.id
        self.take_over(trace_id, self._intake.answers_in(reading))
        if trace_id in self._known.in_conflict:
            self._background.do(self._note_conflicts(reading.summary))

    async def _note_conflicts(self, summary: TraceSummary) -> None:
        home, told = self._destination_of(summary.id), {summary.id: summary.assessments}
        parked = await self._journal.run(self._journal.conflicts.note, [home], told, wall_clock_ms())
        for delivery in parked:
            self.settled(delivery)
        if summary.id not in await self._journal.run(self._journal.queries.conflicting_traces, [home]):
            self._known.in_conflict.discard(summary.id)
        self._deliveries.changed()

    def settled(self, delivery: Delivery) -> None:
        """Note that a delivery came to its end or was parked."""
        if delivery.cause is ParkCause.CONFLICT:
            self._known.in_conflict.add(delivery.trace_id)
        self._deliveries.settled(delivery)

    def take_over(self, trace_id: str, told: AnswersBySpan) -> None:
        """Take over answers that were given elsewhere, by span ID and question."""
        if told:
            take_over(self._state, trace_id, told)
            self._deliveries.told(answer.assessment_id for answers in told.values() for answer in answers.values())
            if self._on_screen.shown != trace_id:
                open_anew(self._state, trace_id)
            self._announce(ItemChanged(trace_id))
