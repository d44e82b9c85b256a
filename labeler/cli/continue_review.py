"""Going on with a review as it was left: from the journal and the cache alone, so that it starts fast.

What only a new review needs (backends, sign-in, the reviewer, files) is imported elsewhere.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from labeler.backends.base import Backend
from labeler.backends.pulse import Pulse
from labeler.cli.context import open_cache
from labeler.cli.exit_code import ExitCode
from labeler.cli.late_menu import LateMenu
from labeler.cli.opened_review import OpenedReview, announce
from labeler.cli.reviewer import answer_remembered
from labeler.cli.run_review import run_on_screen
from labeler.config.asked import AskedQuestions
from labeler.config.load import Configuration
from labeler.desk.open_desk import remembered_questions
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord

if TYPE_CHECKING:
    from labeler.cli.worklist_menu import WorklistMenu


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


async def continue_review(
    opening: OpenedReview, configuration: Configuration, journal: AsyncJournal, *, offline: bool
) -> ExitCode:
    """Go on with a review as it was left; the backend is asked only once the screen is up."""
    async with open_cache(configuration) as cache, AsyncExitStack() as opened:
        announce(opening)
        pulse = Pulse()

        async def connect() -> Backend:
            from labeler.cli.open_backend import reopened

            return await reopened(opening.record.spec, configuration, journal, pulse)

        menu = None if offline else LateMenu(partial(_menu, opening, configuration, journal, opened))
        ended = await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            None if offline else connect,
            pulse,
            first_listing=None,
            only_unlabelled=True,
            menu=menu,
        )
        if ended.chosen is None or menu is None:
            return ended.code
        from labeler.cli.review_chosen import review_chosen

        return await review_chosen(ended, opening, await menu.now(), cache)


async def _menu(
    opening: OpenedReview, configuration: Configuration, journal: AsyncJournal, opened: AsyncExitStack
) -> WorklistMenu:
    """Return what else there is at the backend of a review, which stays open until `opened` is left."""
    from labeler.cli.context import CliContext
    from labeler.cli.open_backend import reopened
    from labeler.cli.worklist_menu import WorklistMenu

    backend = await reopened(opening.record.spec, configuration, journal, Pulse())
    opened.push_async_callback(backend.close)
    return WorklistMenu(CliContext(configuration, journal, backend), opening.record.spec.address)
