"""Undo reaches back to the first answer of a review, and a start costs no more for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk, Done
from labeler.desk.history_loader import AT_ONCE
from labeler.desk.open_desk import open_desk
from labeler.domain.change import AnswerEffect
from labeler.domain.question import PassFail, Question
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered, RetryLater, TargetGone
from labeler.review.action import Action, GoTo, Redo, Thumb, Undo
from labeler.review.decision import Refusal
from labeler.review.state import Rules
from tests.journal.sitting import HOME, rows, spec

QUESTION = Question("helpful", PassFail())
LATER_MS = 1 << 50


class Room:
    """A journal and a cache, at which the same review is opened again and again."""

    def __init__(self, journal: AsyncJournal, cache: AsyncCache) -> None:
        self.journal = journal
        self.cache = cache

    @asynccontextmanager
    async def desk(self, changes_at_once: int = AT_ONCE) -> AsyncIterator[Desk]:
        record = await self.journal.run(self.journal.reviews.begin, spec(), 1)
        desk = await open_desk(record, (QUESTION,), Rules(), self.journal, self.cache, changes_at_once=changes_at_once)
        yield desk
        await desk.close()

    async def deliver(self, outcome: Delivered | RetryLater | TargetGone, at_most: int = 100) -> None:
        """What was given so far is sent, the oldest first, and comes to this."""
        await self.journal.run(self.journal.outbox.release_all, 1)
        for claim in await self.journal.run(self.journal.outbox.claim, [HOME], LATER_MS, 0, at_most):
            await self.journal.run(self.journal.outbox.settle, [(claim.delivery.id, outcome)], LATER_MS)


@asynccontextmanager
async def room(directory: Path, items: int) -> AsyncIterator[Room]:
    journal = await AsyncJournal.open(directory / "journal.db")
    cache = await AsyncCache.open(directory / "cache.db", 1 << 20)
    review = await journal.run(journal.reviews.begin, spec(), 1)
    await journal.run(journal.reviews.add_items, review.id, rows(*(f"tr-{number}" for number in range(items))))
    yield Room(journal, cache)
    await cache.close()
    await journal.close()


async def done(desk: Desk, action: Action) -> Done:
    outcome = await desk.act(action)
    assert isinstance(outcome, Done), outcome
    return outcome


@pytest.mark.slow
async def test_a_start_reads_the_newest_changes_and_undo_the_rest_back_to_the_first(tmp_path: Path) -> None:
    items = 2 * AT_ONCE + 20
    async with room(tmp_path, items) as there:
        async with there.desk() as desk:
            for number in range(items):
                await done(desk, Thumb(number % 2 == 0))
        async with there.desk() as desk:
            assert len(desk.state.history.done) == AT_ONCE
            assert desk.state.labelled == items
            for _ in range(items):
                await done(desk, Undo())
            assert desk.state.labelled == 0
            assert not any(desk.state.answers.values())
            assert await desk.act(Undo()) == Refusal("Nothing to undo in this review")
        async with there.desk() as desk:
            for _ in range(items):
                await done(desk, Redo())
            assert desk.state.labelled == items
            assert await desk.act(Redo()) == Refusal("Nothing to redo")


async def test_an_answer_that_goes_on_under_another_id_meanwhile_is_undone_as_before(tmp_path: Path) -> None:
    """The second of three answers finds the first deleted by somebody, after the review was opened."""
    async with room(tmp_path, 2) as there:
        async with there.desk() as desk:
            await done(desk, Thumb(True))
            await there.deliver(Delivered())
            for positive in (False, True):
                await done(desk, GoTo(1))
                await done(desk, Thumb(positive))
                await there.deliver(RetryLater("silence", ambiguous=True))
            await done(desk, GoTo(2))
            await done(desk, Thumb(True))
        async with there.desk(changes_at_once=1) as desk:
            await there.deliver(TargetGone("deleted by somebody"), at_most=1)
            assert len(await there.journal.run(there.journal.changes.renamed)) == 1
            await done(desk, Undo())
            undone = await done(desk, Undo())
            assert undone.decision.change is not None
            (effect,) = (each for each in undone.decision.change.effects if isinstance(each, AnswerEffect))
            assert effect.before is not None
            assert effect.after is not None
            assert effect.after.assessment_id == effect.before.overrides
            assert effect.after.value is False
