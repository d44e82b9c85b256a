"""A lead's decisions at work: one case after another, each decision committed to the journal before the next is shown.

It shares the journal and the outbox with reviews, and nothing else: a decision is no answer of a reviewer's.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from labeler.cache.async_cache import AsyncCache
from labeler.desk.case_agenda import CaseAgenda
from labeler.desk.decision_sitting import DecisionRemote, Sitting
from labeler.desk.document_cache import Library, PreparedTrace, read_blind
from labeler.desk.drafts import Drafts
from labeler.desk.events import DeskEvent, DocumentReady, ItemChanged, Notice, StatusChanged
from labeler.desk.journal_tasks import Background
from labeler.desk.standing_decisions import Decided, StandingDecisions, decided_words
from labeler.desk.working_time import ActiveTime
from labeler.domain.adjudication import next_decision
from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Blind, Change
from labeler.domain.clock import monotonic_ms, wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.domain.value import JsonValue, same_value
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, JournalError, OutboxCounts
from labeler.reading.sanitise import one_line
from labeler.sprint.adjudication import Case

_AHEAD: Final = 3
"""Documents prepared ahead of the case in view."""

_DOWNLOADED: Final = 500
"""Traces that are fetched ahead at most."""


class AdjudicationDesk:
    """A running adjudication. The screen reads it, acts with its methods, and listens by `on_event`.

    Everything is called on one event loop. `history` are the lead's changes that stand, oldest first.
    """

    def __init__(
        self,
        sitting: Sitting,
        standing: StandingDecisions,
        history: Sequence[Change],
        drafts: dict[tuple[str, str], str],
        journal: AsyncJournal,
        cache: AsyncCache,
        remote: DecisionRemote,
    ) -> None:
        self.sitting = sitting
        self.cases = sitting.cases
        self.standing = standing
        self._agenda = CaseAgenda(sitting.cases, standing)
        self.on_event: Callable[[DeskEvent], None] = lambda event: None
        self.connection = ConnectionStatus.UNKNOWN
        self.counts = OutboxCounts()
        self.names_are_shown = False  # of the reviewers of the case in view
        self.last: Change | None = None
        """What was done last in this sitting."""
        self.fates: dict[str, DeliveryState] = {}
        """How far decisions of this sitting got, by their IDs."""
        home = sitting.home
        self.library = Library(
            cache, lambda trace_id: home, read_blind, self._prepared, self._strayed, is_hidden=lambda trace_id: False
        )
        self._history = list(history)
        self._began_with = len(history)
        self._journal = journal
        self._remote = remote
        self._background = Background(self.tell)
        self.drafts = Drafts(sitting.record.id, drafts, journal, self._background, changed=lambda trace_id: None)
        self._beside: dict[str, list[Case]] = {}
        for case in sitting.labelled:
            self._beside.setdefault(case.trace_id, []).append(case)
        self._acting = asyncio.Lock()
        self._active = ActiveTime()
        self._missing: dict[str, str] = {}
        self._strays, self._overtaken = set[str](), set[tuple[str, str]]()
        self._is_counting = False
        self.position = self._agenda.after(-1) or 0

    # What is shown

    @property
    def case(self) -> Case:
        """The case in view."""
        return self.cases[self.position]

    @property
    def reviewer(self) -> str:
        return self.sitting.record.spec.reviewer

    @property
    def title(self) -> str:
        return self.sitting.record.spec.label

    @property
    def destinations(self) -> list[Destination]:
        """Where decisions go."""
        return [self.sitting.home]

    @property
    def decision(self) -> Decided | None:
        """What is decided about the case in view."""
        return self.standing.of(self.case.key)

    @property
    def shows_verdicts(self) -> bool:
        """Whether what judges said may be seen: only once it is decided, unless that was asked for."""
        return self.sitting.shows_judges or self.decision is not None

    @property
    def decided(self) -> int:
        """How many of the cases are decided."""
        return sum(self.standing.of(case.key) is not None for case in self.cases)

    @property
    def decided_here(self) -> int:
        """How many cases were decided in this sitting, by decisions that stand."""
        keys = {(change.trace_id, _effect_of(change).question) for change in self._history[self._began_with :]}
        return sum(self.standing.mine(key) is not None for key in keys)

    @property
    def put_off(self) -> int:
        """How many of the cases were put off and are not decided."""
        return len(self._agenda.put_off)

    @property
    def is_finished(self) -> bool:
        """Whether no case is open but those that were put off."""
        return not self._agenda.has_open

    def beside(self, trace_id: str) -> Sequence[Case]:
        """Return what people said to all questions about a trace."""
        return self._beside.get(trace_id, ())

    def document(self) -> PreparedTrace | None:
        """Return the document of the trace in view if it is ready; otherwise an event tells when it is."""
        prepared = self.library.get(self.case.trace_id)
        if prepared is None:
            self.library.prepare([self.case.trace_id])
        return prepared

    def why_absent(self) -> str:
        """Say in a sentence why there is no document."""
        if (reason := self._missing.get(self.case.trace_id)) is not None:
            return f"This trace cannot be shown: {reason}"
        if self.connection is ConnectionStatus.OFFLINE:
            return "Not downloaded: the backend cannot be reached. Other cases may be here."
        return "Loading…"

    def comment(self) -> str:
        """Return the comment of the lead's on the case in view: of the decision, else the one that waits for it."""
        kept = self.drafts.of(self.case.trace_id, self._slot)
        mine = self.standing.mine(self.case.key)
        return kept or (mine.comment if mine is not None else None) or ""

    def keep_comment(self, text: str) -> None:
        """Keep a comment on the case in view, perhaps half typed, until a decision takes it along."""
        self.drafts.save(self.case.trace_id, self._slot, text)

    # Deciding

    async def decide(self, value: JsonValue, comment: str | None = None) -> str:
        """Decide the case in view; None: no answer is right. Return why it could not be, or nothing.

        Without a `comment` the one that waits goes with it.
        """
        case = self.case
        async with self._acting:
            self._active.touch(monotonic_ms())
            said = self.comment() if comment is None else comment
            before = self.standing.answer(case.key)
            mine = self.standing.mine(case.key)
            if mine is not None and same_value(mine.value, value) and (mine.comment or "") == said:
                return ""
            after = Answer(
                next_decision(self.sitting.record.spec.sprint, *case.key, self.standing.is_taken),
                value,
                said or None,
                wall_clock_ms(),
                self._active.spent_ms(case.trace_id),
                Blind.REVEALED,
                overrides=None if before is None else before.assessment_id,
                adjudicates=tuple(vote.assessment_id for vote in case.votes),
            )
            if problem := await self._commit(Act.ANSWER, case, before, after):
                return problem
            self.drafts.save(case.trace_id, self._slot, "")
        return ""

    async def undo(self) -> str:
        """Take back the last decision that stands, and go to its case. Return why it could not be, or nothing."""
        async with self._acting:
            if not self._history:
                return "There is nothing to take back"
            change = self._history[-1]
            effect = _effect_of(change)
            key, given = (effect.trace_id, effect.question), effect.after
            mine = self.standing.mine(key)
            place = next((at for at, case in enumerate(self.cases) if case.key == key), None)
            if place is None or mine is None or given is None or mine.answered_at_ms != given.answered_at_ms:
                self._history.pop()
                return f"{one_line(effect.question, 40)} was decided otherwise since: nothing was taken back"
            before = effect.before if effect.before is not None and self.standing.is_own(effect.before) else None
            self._leave()
            self.position = place
            if problem := await self._commit(Act.UNDO, self.case, mine, before, reverses=change):
                return problem
        self._came()
        return ""

    async def _commit(
        self, act: Act, case: Case, before: Answer | None, after: Answer | None, reverses: Change | None = None
    ) -> str:
        effect = AnswerEffect(case.trace_id, case.question.name, AssessmentKind.FEEDBACK, before, after)
        reversed_id = None if reverses is None else reverses.id
        change = Change(f"c-{uuid.uuid4().hex}", act, case.trace_id, wall_clock_ms(), (effect,), reversed_id)
        try:
            await self._journal.run(self._journal.changes.record, self.sitting.record.id, change)
        except JournalError as error:
            return str(error)
        if reverses is None:
            self._history.append(change)
        else:
            self._history.pop()
            self._began_with = min(self._began_with, len(self._history))
        if after is not None:
            names = await self._journal.run(self._journal.changes.renamed)
            after = replace(after, assessment_id=names.get(after.assessment_id, after.assessment_id))
            self.fates.setdefault(after.assessment_id, DeliveryState.WAITING)
        self.standing.decided(case.key, after)
        self.last = change
        self.counts_changed()
        return ""

    def put_off_case(self) -> str:
        """Put the case in view off to the end. Return why it cannot be, or nothing."""
        if self.decision is not None:
            return "This is decided"
        self._agenda.put_off_case(self.case.key)
        self.go_on()
        return ""

    # Going

    def go_on(self) -> bool:
        """Go to the next case that is open, those put off last; tells whether there is one."""
        return self.go_to(self._agenda.after(self.position))

    def go_by(self, step: int) -> bool:
        """Go so many cases on; tells whether there is one."""
        place = self.position + step
        return self.go_to(place if 0 <= place < len(self.cases) else None)

    def go_to(self, place: int | None) -> bool:
        """Go to a case, counted from 0; tells whether that is another one."""
        self._leave()
        if place is None or place == self.position:
            return False
        self.position = place
        self._came()
        return True

    def seen(self) -> None:
        """Note that the trace in view is on the screen: the active time on it begins, or goes on."""
        self._active.show(self.case.trace_id, monotonic_ms())

    def _leave(self) -> None:
        """Let what was decided about the trace in view be delivered, after its grace."""
        release = self._journal.outbox.release
        self._background.do(self._journal.run(release, self.case.trace_id, wall_clock_ms()), then=self._remote.wake)

    def _came(self) -> None:
        self.names_are_shown = False
        self._active.show(None, monotonic_ms())
        self.need()

    @property
    def _slot(self) -> str:
        return f"decision {self.case.question.name}"

    # The traffic beside it

    def need(self) -> None:
        """Prepare the documents that are wanted now, and ask for the traces that are wanted now and later."""
        here = self.position
        wanted = list(dict.fromkeys(case.trace_id for case in self.cases[max(here - 1, 0) : here + 1 + _AHEAD]))
        wanted.sort(key=lambda trace_id: trace_id != self.case.trace_id)
        self.library.prepare(wanted)
        self._remote.need(wanted, [case.trace_id for case in self.cases[here : here + _DOWNLOADED]])
        trace_id = self.case.trace_id
        self._remote.show(trace_id, self.standing.read_at_ms(trace_id, self.sitting.read_at_ms))

    def tell(self, sentence: str) -> None:
        """Show the lead a sentence."""
        self.on_event(Notice(sentence))

    def connected(self, status: ConnectionStatus) -> None:
        """Note how the backend can be reached now."""
        if status is not self.connection:
            self.connection = status
            self.on_event(StatusChanged())

    def arrived(self, trace_id: str) -> None:
        """Note that a trace is in the cache now."""
        self._missing.pop(trace_id, None)
        self.library.arrived(trace_id)

    def missing(self, trace_id: str, reason: str) -> None:
        """Note that the backend cannot provide this trace. `reason` is a sentence."""
        self._missing[trace_id] = reason
        self.on_event(DocumentReady(trace_id))

    def settled(self, delivery: Delivery) -> None:
        """Note how far a delivery got; of a decision that another lead's came before, tell once that was read."""
        key = delivery.trace_id, delivery.name
        if delivery.assessment_id is not None and delivery.op is DeliveryOp.CREATE:
            self.fates[delivery.assessment_id] = delivery.state
            if self.standing.settled(key, delivery, wall_clock_ms()):
                self._overtaken.add(key)
        elif delivery.op is DeliveryOp.DELETE and delivery.state is DeliveryState.DELIVERED:
            self._brought_back(key)
        if delivery.state is DeliveryState.REFUSED:
            self.tell(f"{one_line(delivery.name, 40)} was refused: {one_line(delivery.reason or '', 80)}")
        self.on_event(ItemChanged(delivery.trace_id))
        self.counts_changed()

    def _brought_back(self, key: tuple[str, str]) -> None:
        """Note that what overrode a decision of this lead's was deleted, if that is what was."""
        mine = self.standing.mine(key)
        if mine is not None and self.fates.get(mine.assessment_id) is DeliveryState.DELIVERED:
            self.standing.arrived(key, wall_clock_ms())

    def read(self, summary: TraceSummary) -> None:
        """Note what is said about a trace now, and tell where another lead decided in place of this one."""
        lost = self.standing.read(summary)
        for case in self.cases:
            if case.trace_id == summary.id and case.key in {*lost, *self._overtaken}:
                self._overtaken.discard(case.key)
                self._tell_other(case)
        self.on_event(ItemChanged(summary.id))

    def _tell_other(self, case: Case) -> None:
        found, name = self.standing.of(case.key), one_line(case.question.name, 40)
        if found is None:
            self.tell(f"{name}: your decision is not on the server any more; the case is open again")
        elif not found.is_mine:
            self.tell(f"{one_line(found.by, 40)} decided {name}: {decided_words(found, case)}; that counts, not yours")

    async def close(self) -> OutboxCounts:
        """Leave: release everything; return what is still queued."""
        async with self._acting:
            await self._background.finish()
            with suppress(JournalError):  # the next start releases what this one could not
                await self._journal.run(self._journal.outbox.release_all, wall_clock_ms())
            await self.library.close()
            self._background.close()
            return await self.counts_now()

    async def counts_now(self) -> OutboxCounts:
        """Read what is not delivered at this moment."""
        return await self._journal.run(self._journal.queries.counts, self.destinations)

    def counts_changed(self) -> None:
        """Note that there is more or less to deliver than before."""
        if not self._is_counting:
            self._is_counting = True
            self._background.do(self._read_counts())

    async def _read_counts(self) -> None:
        self._is_counting = False
        self.counts = await self.counts_now()
        self.on_event(StatusChanged())

    def _prepared(self, prepared: PreparedTrace) -> None:
        self.on_event(DocumentReady(prepared.raw.summary.id))

    def _strayed(self, trace_id: str, reason: str) -> None:
        """Have a trace fetched again for which the cache held spans of another; the second time, say so."""
        if trace_id in self._strays:
            self.missing(trace_id, reason)
        else:
            self._strays.add(trace_id)
            self.need()


def _effect_of(change: Change) -> AnswerEffect:
    """Return the one effect that a change of a decision has."""
    return next(each for each in change.effects if isinstance(each, AnswerEffect))
