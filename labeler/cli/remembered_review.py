"""The review that was open last, and any other as it was left: found in the journal, without a network."""

from __future__ import annotations

from labeler.cli.opened_review import OpenedReview
from labeler.cli.reviewer import answer_remembered
from labeler.config.asked import AskedQuestions
from labeler.config.load import Configuration
from labeler.desk.open_desk import remembered_questions
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord


async def open_remembered(record: ReviewRecord, journal: AsyncJournal) -> OpenedReview | None:
    """Open a review as it was left, without a network; None when it was never begun with one."""
    questions = await remembered_questions(record, journal)
    if questions is None:
        return None
    record = await journal.run(journal.reviews.begin, record.spec, wall_clock_ms())
    return OpenedReview(record, AskedQuestions(questions, "the last time"))


async def last_of_mine(configuration: Configuration, journal: AsyncJournal) -> ReviewRecord | None:
    """Return the review that was open last, of those that are this reviewer's.

    One that was begun by another reviewer, whose ID was given for that run alone, is passed over where a reviewer is
    configured, or has said at its backend who that is.
    """
    stated = configuration.settings.reviewer

    def find() -> ReviewRecord | None:
        for record in journal.reviews.last_opened_first():
            me = stated or answer_remembered(journal.remembered, record.spec.backend_uri)
            if me is None or same_reviewer(me, record.spec.reviewer):
                return record
        return None

    return await journal.run(find)
