"""Takes what was read from the backend into a running review, without moving a row or the reviewer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from labeler.delivery.listing import ListedTrace
from labeler.delivery.news import LearntItems
from labeler.desk.document_cache import Library
from labeler.desk.events import Announcement, DeskEvent, ItemsChanged, QuestionsChanged
from labeler.desk.intake import Intake, ReadingOfMine
from labeler.domain.assessment import person
from labeler.domain.question import Question
from labeler.domain.question_json import questions_to_json
from labeler.domain.queue import QueueItem
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord
from labeler.review.converted_values import FittedAnswers
from labeler.review.decision import verbatim
from labeler.review.question_changes import differences
from labeler.review.shared_queue import GOES_ON, why_no_work
from labeler.review.state import ReviewState
from labeler.review.worklist import TO_DO

_NO_QUESTIONS = "The server has no questions for this review any more; those that were asked stay until you leave."


class DeskNews:
    """The `delivery.news.NewsListener` of a desk. `acting` is held while the reviewer's own actions are carried out.

    `take_in` appends new items; `take_in_mine` takes over answers of the reviewer's that were given elsewhere.
    """

    def __init__(
        self,
        record: ReviewRecord,
        state: ReviewState,
        intake: Intake,
        library: Library,
        journal: AsyncJournal,
        acting: asyncio.Lock,
        take_in: Callable[..., Awaitable[int]],
        take_in_mine: Callable[[ReadingOfMine], None],
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._record = record
        self._state = state
        self._intake = intake
        self._library = library
        self._journal = journal
        self._acting = acting
        self._take_in = take_in
        self._take_in_mine = take_in_mine
        self._announce = announce
        self._has_told_of_no_questions = False

    @property
    def is_drawn(self) -> bool:
        """Whether the worklist is a sample, or so many of all, and was drawn before."""
        return self._intake.is_drawn

    @property
    def open_items(self) -> int:
        """How many items are still to be done."""
        return self._state.worklist.work_left

    @property
    def trace_ids(self) -> Collection[str]:
        """The traces of the worklist, in its order."""
        return self._state.index_of.keys()

    def report(self, sentence: str) -> None:
        """Show the reviewer what came of something they asked for."""
        self._announce(Announcement(verbatim(sentence)))

    def signed_in_as(self, user: str) -> None:
        """Note that the backend knows the reviewer as this user."""
        if user:
            self._state.queue.know_as(user)

    def worked_on_by(self, users: Collection[str]) -> None:
        """Note that the queue is for these users; none: for everybody."""
        queue = self._state.queue
        queue.is_mine_alone = bool(users) and all(person(user) in queue.own_names for user in users)

    def show_without_spans(self, raw: RawTrace) -> None:
        """Show what is known of a trace whose spans cannot be read now. It is not kept: they may come later."""
        self._library.prepare_uncached(raw)

    async def take_in(self, page: Sequence[ListedTrace], *, only_unlabelled: bool) -> int:
        """Append what is new in a page; return how many items that were."""
        return await self._take_in(page, only_unlabelled=only_unlabelled)

    async def learn_of(self, summaries: Sequence[TraceSummary]) -> set[str]:
        """Take over what the backend has about traces of the worklist; return the IDs of those that changed."""
        here = [each for each in summaries if each.id in self._state.index_of]
        learnt = await self._intake.learn_of(here)
        for summary in here:
            self._library.renew(summary)
        async with self._acting:
            for reading in learnt.readings:
                self._take_in_mine(reading)
        if learnt.changed:
            self._announce(ItemsChanged(frozenset(learnt.changed)))
        return learnt.changed

    async def learn_items(self, items: Sequence[QueueItem], began_ms: int) -> LearntItems:
        """Take over how items of the queue stand. `began_ms`: when they were asked for, by the wall clock."""
        async with self._acting:
            was_work = self._item_in_view_is_work
            learnt = await self._intake.learn_items(items, began_ms)
            self._tell_of_item_in_view(was_work=was_work)
        await self._intake.keep_items([item for item in items if item.trace_id not in learnt.undecided])
        if learnt.changed:
            self._announce(ItemsChanged(frozenset(learnt.changed)))
        return learnt

    async def end_listing(self, selected: Collection[str]) -> int:
        """Note that these traces are all that is selected now; return how many of the worklist's are not any more."""
        was_work = self._item_in_view_is_work
        went = await self._intake.end_listing(selected)
        self._tell_of_item_in_view(was_work=was_work)
        if went:
            self._announce(ItemsChanged(frozenset(went)))
        return len(went)

    async def ask(self, questions: Sequence[Question]) -> None:
        """Ask these questions from now on, and say what is different. None at all: go on with those asked now."""
        state, asked = self._state, tuple(questions)
        if not asked:
            came_from_server = any(question.schema_id for question in state.questions)
            if came_from_server and not self._has_told_of_no_questions:
                self._has_told_of_no_questions = True
                self._announce(Announcement(_NO_QUESTIONS))
            return
        if asked == state.questions:
            return
        async with self._acting:
            said = differences(state.questions, asked)
            state.ask(asked)
            _fit_answers(state)
        await self._journal.run(self._journal.reviews.save_questions, self._record.id, questions_to_json(asked))
        self._announce(QuestionsChanged())
        if said:
            self._announce(Announcement("; ".join(said)))

    @property
    def _item_in_view_is_work(self) -> bool:
        item = self._state.item
        return item is not None and item.state in TO_DO and not why_no_work(self._state, item.trace_id)

    def _tell_of_item_in_view(self, *, was_work: bool) -> None:
        """Say who finished the item that the reviewer is at, when that came up just now."""
        item = self._state.item
        if was_work and item is not None and (why := why_no_work(self._state, item.trace_id)):
            self._announce(Announcement(f"{why} · {GOES_ON}"))


def _fit_answers(state: ReviewState) -> None:
    """Give answers the values that the questions take now, where that is certain."""
    as_asked = FittedAnswers(state.questions)
    for (trace_id, span_id), answers in list(state.answers.items()):
        for name, answer in list(answers.items()):
            state.set_answer((trace_id, span_id), name, as_asked.fitted(name, answer))
