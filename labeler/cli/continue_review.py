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
from labeler.cli.run_review import run_on_screen
from labeler.config.load import Configuration
from labeler.journal.async_journal import AsyncJournal

if TYPE_CHECKING:
    from labeler.cli.worklist_menu import WorklistMenu


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
