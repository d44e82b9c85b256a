"""The desk: a review at work. One queue of actions; each change committed, applied, announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.dataclass import dataclass
from labeler.delivery.listing import ListedTrace
from labeler.desk.blindfold import Blindfold
from labeler.desk.delivery_status import Deliveries
from labeler.desk.document_cache import Library, PreparedTrace, reader_of
from labeler.desk.drafts import Drafts, kept_slot
from labeler.desk.events import DeskEvent, DocumentReady, ItemChanged, ItemsAdded, Notice, StatusChanged
from labeler.desk.filter_json import filter_to_json
from labeler.desk.filters import Filters
from labeler.desk.history_loader import Past
from labeler.desk.incoming_news import DeskNews
from labeler.desk.intake import Intake
from labeler.desk.journal_tasks import Background
from labeler.desk.known_assessments import KnownAssessments
from labeler.desk.media_content import Contents
from labeler.desk.outbox import DeskOutbox
from labeler.desk.own_agreement import OwnAgreement
from labeler.desk.own_elsewhere import OwnElsewhere
from labeler.desk.progress import WorkDone
from labeler.desk.remote import OFFLINE, Remote
from labeler.desk.restore import Cells, stand_at
from labeler.desk.sessions import Sessions
from labeler.desk.steps import Steps, left_with
from labeler.desk.working_time import ActiveTime, Pace
from labeler.domain.change import AnswerEffect, Change
from labeler.domain.clock import monotonic_ms, wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.worklist import ItemState
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, JournalError, OutboxCounts, ReviewRecord
from labeler.journal.outgoing_assessment import mint_id
from labeler.reading.sanitise import one_line
from labeler.review.action import Action, ActionContext
from labeler.review.apply import Changed, apply
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.state import ReviewState
from labeler.review.worklist import Item

AHEAD = 3
"""Documents prepared ahead of the current item; one behind it as well."""

EFFECTS_IN_SIGHT = 40
"""How many effects of the last change are looked at for what became of its answers."""


@dataclass(frozen=True, slots=True)
class Done:
    """An action that was carried out: what was decided and what it changed."""

    decision: Decision
    changed: Changed


class Desk:
    """A running review. The screen reads `state` and the methods here, acts with `act`, and listens by `on_event`.

    Everything is called on one event loop. `past`, `cells` and `drafts` are what the journal held at the start;
    `remote` is the backend's side of the review.
    """

    def __init__(
        self,
        record: ReviewRecord,
        state: ReviewState,
        past: Past,
        cells: Cells,
        drafts: dict[tuple[str, str], str],
        journal: AsyncJournal,
        cache: AsyncCache,
        remote: Remote = OFFLINE,
    ) -> None:
        self.record = record
        self.state = state
        self.on_event: Callable[[DeskEvent], None] = lambda event: None
        self.connection = ConnectionStatus.UNKNOWN
        self.not_online_since_ms = 0
        """Since when the backend is not reached as it should be, in milliseconds since the epoch; 0: it always was."""
        self.left_alone_until_ms = 0
        """When the backend may be asked again, where it said so, in milliseconds since the epoch; 0 otherwise."""
        read = reader_of(state, record.spec.reviewer)
        self.library = Library(cache, self.destination_of, read, self._prepared, self._strayed, state.hides_others_of)
        self.sessions = Sessions(cache, self.destination_of, self.library.get, remote, self._emit)
        self.contents = Contents(cache, journal, self.destination_of, remote)
        self.pace = Pace()
        self.steps = Steps(record.id, state, journal, past)
        self._journal = journal
        self._cache = cache
        self._remote = remote
        self.note_key = remote.note_key
        """To be called with every key: somebody is there."""
        self._active = ActiveTime()
        self._acting = asyncio.Lock()
        self._background = Background(self.tell)
        self.known = KnownAssessments(state, record.spec, cells, self.library)
        self.drafts = Drafts(record.id, drafts, journal, self._background, state.worklist.note_changed)
        self.deliveries = Deliveries(
            journal, self._background, lambda: self.destinations, self._answers_in_sight, self._emit
        )
        self.blindfold = Blindfold(
            record.spec, state, self.library, self._active, self.destination_of, journal, self._background, self._emit
        )
        self.outbox = DeskOutbox(journal, remote, self.deliveries.changed)
        self.intake = Intake(record, state, self.known, journal)
        self.filters = Filters(state, self.intake.facts, self.drafts, cache, self.destination_of)
        self.work_done = WorkDone(record, state, self.drafts, journal)
        self.agreement = OwnAgreement(state, self.known, cache, self.destination_of, remote)
        self.own_elsewhere = OwnElsewhere(
            record, state, self.known, self.intake, journal, self._background, self.deliveries, self._active,
            self.destination_of, self._emit
        )  # fmt: skip
        take_in_mine = self.own_elsewhere.take_in
        self.news = DeskNews(
            record, state, self.intake, self.library, journal, self._acting, self.take_in, take_in_mine, self._emit
        )
        self._missing: dict[str, str] = {}
        self._brought_anew: set[str] = set()

    @property
    def reviewer(self) -> str:
        return self.record.spec.reviewer

    @property
    def title(self) -> str:
        return self.record.spec.label

    @property
    def last_change(self) -> Change | None:
        """What the reviewer did last in this review, undo included."""
        return self.state.history.last

    def destination_of(self, trace_id: str) -> Destination:
        spec = self.record.spec
        item = self.state.items[self.state.index_of[trace_id]]
        return Destination(spec.backend_uri, spec.workspace, item.experiment_id)

    async def open(self) -> None:
        """Take up the work: release what an earlier run left, and prepare the first document.

        The documents after it are left to `need`, once the first is painted, so that they do not compete for the
        processor.
        """
        await self.intake.open()
        await self.own_elsewhere.open()
        await self.blindfold.open(self.destinations)
        await self._journal.run(self._journal.outbox.release_earlier, wall_clock_ms())
        await self.deliveries.refresh()
        self.library.prepare(self.wanted()[:1])

    @property
    def destinations(self) -> list[Destination]:
        """Every destination this review writes to."""
        return self.intake.destinations

    async def act(self, action: Action) -> Done | Refusal:
        """Decide, commit and apply, in order of arrival. A refusal has changed nothing and says why."""
        self._active.touch(monotonic_ms())
        if self.steps.total:
            return self._carry_out(self.steps.meanwhile(action, self._stamp()))
        async with self._acting:
            return self._carry_out(await self.steps.take(action, self._stamp()))

    def _carry_out(self, decision: Decision | Refusal) -> Done | Refusal:
        if isinstance(decision, Refusal):
            return decision
        state = self.state
        left, aim = state.item, state.aim
        changed = apply(state, decision)
        if left is not None:
            self.drafts.save(left.trace_id, kept_slot(aim), state.kept_comments.get((left.trace_id, aim), ""))
        if decision.change is not None:
            self._after_change(decision.change, left)
        if decision.shows is not None:
            self._save_filter()
        if decision.aim is not None:
            self.deliveries.shown_changed()
        if left is not None and (changed.moved or decision.submits):
            self._leave(left.trace_id, moved=changed.moved)
        self.blindfold.note_in_view()
        return Done(decision, changed)

    def seen(self, trace_id: str) -> None:
        """Note that this trace is on the screen now: the active time on it begins, or goes on."""
        self._active.show(trace_id, monotonic_ms())
        self.own_elsewhere.seen(trace_id)
        self.blindfold.note_in_view()
        if (prepared := self.library.get(trace_id)) is not None:
            self._remote.show(trace_id, prepared.raw.summary.read_at_ms)

    def document(self, trace_id: str) -> PreparedTrace | None:
        """Return the document of a trace if it is ready; otherwise prepare it, and an event tells when it is."""
        prepared = self.library.get(trace_id)
        if prepared is None:
            self.library.prepare([trace_id])
        return prepared

    def why_absent(self, trace_id: str) -> str:
        """Say in a sentence, which may name actions, why a document is not on the screen."""
        reason = self._missing.get(trace_id)
        if reason is not None:
            why = verbatim(reason)
            return f"This trace cannot be shown: {why} It can be deferred or declined; nothing else is affected."
        if trace_id in self.state.absent:
            return "Not downloaded: the backend cannot be reached. {item.next_open} goes to the next item that is here."
        return "Loading…"

    def connected(self, status: ConnectionStatus, until_ms: int = 0) -> None:
        """Note how the backend can be reached now.

        `until_ms` is when the backend may be asked again, where it said so, in milliseconds since the epoch; 0
        otherwise.
        """
        if status is self.connection:
            until_ms = max(until_ms, self.left_alone_until_ms)
        if (status, until_ms) == (self.connection, self.left_alone_until_ms):
            return
        self.left_alone_until_ms = until_ms
        if status is not self.connection:
            if self.connection in (ConnectionStatus.ONLINE, ConnectionStatus.UNKNOWN):
                self.not_online_since_ms = wall_clock_ms()
            self.connection = status
            self._background.do(self._note_absent())
        self.on_event(StatusChanged())

    def tell(self, sentence: str) -> None:
        """Show the reviewer a sentence."""
        self.on_event(Notice(sentence))

    def counts_changed(self) -> None:
        """Note that there is more or less to deliver than before."""
        self.deliveries.changed()

    def settled(self, trace_id: str, delivery: Delivery) -> None:
        """Note that a delivery of this trace came to an end or was parked; tell of a refusal or a conflict."""
        self.own_elsewhere.settled(delivery)
        is_done = delivery.op is DeliveryOp.DELETE and delivery.state is DeliveryState.DELIVERED
        if delivery.reason and (delivery.op is DeliveryOp.STATUS or is_done):
            self.tell(self.blindfold.reason_of(delivery))
        elif delivery.state is DeliveryState.REFUSED:
            self.tell(f"{one_line(delivery.name, 40)} was refused: {one_line(delivery.reason or '', 80)}")
        self.on_event(ItemChanged(trace_id))

    def missing(self, trace_id: str, reason: str) -> None:
        """Note that the backend cannot provide this trace. `reason` is a sentence."""
        self._missing[trace_id] = reason
        self.on_event(DocumentReady(trace_id))

    def session_came(self, trace_id: str, problem: str, turns: Sequence[str] = ()) -> None:
        """Note that the earlier traces of this one's session are in the cache, or why not. See `Sessions.came`."""
        self.sessions.came(trace_id, problem, turns)

    def wanted(self) -> list[str]:
        """List the traces to have ready: the current one, its neighbours, and the next ones that are not labelled."""
        state = self.state
        if not state.items:
            return []
        here = state.position
        around = [here, state.worklist.neighbour(here, 1), state.worklist.neighbour(here, -1)]
        ahead = islice(state.worklist.unlabelled_after(here), AHEAD)
        return [state.items[index].trace_id for index in dict.fromkeys([*around, *ahead]) if index is not None]

    async def take_in(self, page: Sequence[ListedTrace], *, only_unlabelled: bool) -> int:
        """Append what is new in a page of the backend's listing, moving nothing; return how many were added."""
        was_empty = not self.state.items
        added = await self.intake.take_in(page, only_unlabelled=only_unlabelled)
        if added:
            if was_empty:
                stand_at(self.state, None)
            self.on_event(ItemsAdded(added))
            self.need()
        return added

    def need(self) -> None:
        """Prepare the documents that are wanted now, and ask for the traces that are wanted now and later."""
        wanted = self.wanted()
        self.library.prepare(wanted)
        self.deliveries.shown_changed()
        here = self.state.position
        self._remote.need(wanted, [item.trace_id for item in self.state.items[here : here + 2000]])

    def refresh(self) -> None:
        """Ask the backend for traces that are new since the worklist was taken."""
        self._remote.refresh()

    def arrived(self, trace_id: str) -> None:
        """Note that a trace is in the cache now."""
        self.state.worklist.set_present(trace_id)
        self._missing.pop(trace_id, None)
        if trace_id in self.state.index_of and trace_id in self.wanted():
            self.library.arrived(trace_id)

    async def close(self) -> OutboxCounts:
        """Leave the review: release everything and save the drafts; return what is still queued."""
        async with self._acting:
            self.blindfold.save()
            await self._background.finish()
            with suppress(JournalError):  # the next start releases what this one could not
                await self._journal.run(self._journal.outbox.release_all, wall_clock_ms())
                if self.state.item is not None:
                    await self._journal.run(
                        self._journal.reviews.save_position, self.record.id, self.state.item.trace_id
                    )
            await self.library.close()
            self._background.close()
            return await self.deliveries.counts_now()

    async def _note_absent(self) -> None:
        """Find out which items cannot be shown: while offline, those whose traces are not in the cache."""
        state = self.state
        if self.connection is not ConnectionStatus.OFFLINE:
            state.worklist.set_absent(frozenset())
        elif state.items:
            home = self.destination_of(state.items[0].trace_id)
            here = await self._cache.run(Cache.have, home, list(state.index_of))
            state.worklist.set_absent(set(state.index_of) - here)
        self.on_event(ItemsAdded(0))

    def _emit(self, event: DeskEvent) -> None:
        self.on_event(event)

    def _answers_in_sight(self) -> list[str]:
        """List the IDs of the last answers, and of those on the current item and on those that may be next."""
        change, state = self.last_change, self.state
        effects = change.effects[:EFFECTS_IN_SIGHT] if change else ()
        last = [effect.after for effect in effects if isinstance(effect, AnswerEffect) and effect.after]
        here = list(state.given.values()) if state.items else []
        around = [answer for each in self.wanted() for answer in state.answers_of(each).values()]
        return [answer.assessment_id for answer in (*last, *here, *around)]

    def _stamp(self) -> ActionContext:
        item = self.state.item
        spent = 0 if item is None else self._active.spent_ms(item.trace_id)
        return ActionContext(wall_clock_ms(), spent, mint_id)

    def _after_change(self, change: Change, left: Item | None) -> None:
        self.known.changed(change)
        self.own_elsewhere.changed(change)
        for effect in change.effects:
            if isinstance(effect, AnswerEffect) and effect.after is not None:
                self.deliveries.given(effect.after.assessment_id)
        if beyond := left_with(change, left, self.state.item):
            self._background.do(self.steps.release(change, beyond), then=self._remote.wake)
            self.need()
        self.deliveries.changed()

    def _leave(self, trace_id: str, *, moved: bool) -> None:
        self._background.do(
            self._journal.run(self._journal.outbox.release, trace_id, wall_clock_ms()), then=self._remote.wake
        )
        item = self.state.item
        if not moved or item is None:
            return
        if self.state.items[self.state.index_of[trace_id]].state is ItemState.LABELLED:
            self.pace.add(trace_id, self._active.spent_ms(trace_id))
        self._active.show(None, monotonic_ms())
        self._background.do(self._journal.run(self._journal.reviews.save_position, self.record.id, item.trace_id))
        self.need()

    def _save_filter(self) -> None:
        """Keep the filter in the journal, so that the worklist opens with it again."""
        filter = self.state.filter
        kept = None if filter is None else filter_to_json(filter, self.state.items)
        self._background.do(self._journal.run(self._journal.reviews.save_filter, self.record.id, kept))

    def _strayed(self, trace_id: str, reason: str) -> None:
        """Have a trace fetched again for which the cache held spans of another.

        The second time, say that it cannot be had.
        """
        if trace_id in self._brought_anew:
            self.missing(trace_id, reason)
            return
        self._brought_anew.add(trace_id)
        self._background.do(self._note_absent())
        self.need()

    def _prepared(self, prepared: PreparedTrace) -> None:
        """Take over the reviewer's own answers from a trace just read, unless the journal knows better."""
        trace_id = prepared.raw.summary.id
        self.intake.facts.learn(prepared.raw.summary, prepared.name)
        if trace_id in self.state.index_of:
            item, title = self.state.items[self.state.index_of[trace_id]], prepared.document.title
            if title and item.title != title:
                self.state.worklist.set_title(trace_id, title)
                self.on_event(ItemChanged(trace_id))
            if self.known.note_read(prepared):
                self.on_event(ItemChanged(trace_id))
            self.own_elsewhere.prepared(prepared)
        self.on_event(DocumentReady(trace_id))
