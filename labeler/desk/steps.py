"""Decides and commits what the reviewer does. What is done to many items leaves the event loop free meanwhile."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from labeler.desk.history_loader import Past
from labeler.domain.change import Act, Change
from labeler.domain.clock import wall_clock_ms
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalError
from labeler.review.action import Action, ActionContext, Bulk, FocusBy, Go, GoTo, Redo, Undo
from labeler.review.decide import decide
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.state import ReviewState
from labeler.review.worklist import Item

_MANY: Final = 200
"""Items from which a step is a long one: it takes longer than a screen may stand still."""

_TOLD_AFTER_S: Final = 0.8
"""Seconds after which it is told how far a long step is."""


class Steps:
    """Takes one step of a review after another. `total` is how many items the long step is about that is being taken.

    While one is, the reviewer may move and read; whatever else is wanted is refused.
    """

    def __init__(self, review_id: str, state: ReviewState, journal: AsyncJournal, past: Past) -> None:
        self.total = 0
        self._begun_s = 0.0
        self._review_id = review_id
        self._state = state
        self._journal = journal
        self._past = past
        self._written = 0
        self._effects = 1

    @property
    def words(self) -> str:
        """``writing 3200 of 5000``, where a long step has taken so long that it should be told; else empty."""
        is_told = self.total > 0 and time.monotonic() - self._begun_s >= _TOLD_AFTER_S
        return f"writing {self.done} of {self.total}" if is_told else ""

    @property
    def done(self) -> int:
        """How many items of the long step that is being taken are written so far."""
        return self.total * self._written // self._effects

    def items_of(self, action: Action) -> int:
        """Return how many items an action is about, where it makes a long step; else 0."""
        history = self._state.history
        match action:
            case Bulk(_, trace_ids):
                count = len(trace_ids)
            case Undo():
                count = _items_of(history.done[-1:])
            case Redo():
                count = _items_of(history.undone[-1:])
            case _:
                count = 0
        return count if count >= _MANY else 0

    def meanwhile(self, action: Action, stamp: ActionContext) -> Decision | Refusal:
        """Decide an action while a long step is being taken: a move, or a refusal."""
        if isinstance(action, Go | GoTo | FocusBy):
            return decide(self._state, action, stamp)
        return Refusal(f"{self.done} of {self.total} items are written; everything but moving waits until all are")

    async def take(self, action: Action, stamp: ActionContext) -> Decision | Refusal:
        """Decide and commit. A refusal has changed nothing and says why."""
        try:
            await self._past.read_for(action)
            self.total, self._written = self.items_of(action), 0
            self._begun_s = time.monotonic()
            if not self.total:
                decision = decide(self._state, action, stamp)
            else:
                decision = await asyncio.to_thread(decide, self._state, action, stamp)
            if isinstance(decision, Decision) and decision.change is not None:
                await self._commit(decision.change)
        except JournalError as error:
            return Refusal(verbatim(str(error)))
        finally:
            self.total = 0
        return decision

    async def release(self, change: Change, trace_ids: list[str]) -> None:
        """Let what a change leads to on these items be sent, after the grace period that it has."""
        outbox, now_ms = self._journal.outbox, wall_clock_ms()
        if change.act is Act.BULK or change.is_about_several:
            await self._journal.run(outbox.release_bulk, trace_ids, now_ms)
        else:
            await self._journal.run(outbox.release, change.trace_id, now_ms)

    async def _commit(self, change: Change) -> None:
        self._effects = max(len(change.effects), 1)
        await self._journal.run(self._journal.changes.record, self._review_id, change, self._note)

    def _note(self, written: int) -> None:
        self._written = written


def left_with(change: Change, before: Item | None, here: Item | None) -> list[str]:
    """List the items that are left with a change: all of a bulk, of any other those that are not in view.

    The items that were in view before and after the change are left by the reviewer's going on.
    """
    if change.act is Act.BULK:
        return change.trace_ids
    in_view = {item.trace_id for item in (before, here) if item is not None}
    return [trace_id for trace_id in change.trace_ids if trace_id not in in_view]


def _items_of(last: list[Change]) -> int:
    return sum(len(change.trace_ids) for change in last if len(change.effects) >= _MANY)
