"""Reviewing one worklist after another, as they are chosen on the screen."""

from __future__ import annotations

from functools import partial

from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_backend import reopened
from labeler.cli.open_review import open_spec
from labeler.cli.opened_review import OpenedReview, announce
from labeler.cli.retry import with_retries
from labeler.cli.run_review import Ended, run_on_screen
from labeler.cli.worklist_menu import WorklistMenu
from labeler.tui.screens.worklist_menu import Begin


async def review_chosen(ended: Ended, opening: OpenedReview, menu: WorklistMenu, cache: AsyncCache) -> ExitCode:
    """Review what was chosen when a review ended, then what was chosen there, until the reviewer leaves.

    `opening` is the review that ended; the same one goes on where its sample is to be drawn anew.
    """
    context = menu.context
    while ended.chosen is not None:
        record, of_traces = opening.record, list[str]()
        if isinstance(ended.chosen, Begin):
            spec = menu.spec(ended.chosen.offer.id, ended.chosen.reviewer)
        else:
            spec, reviews = record.spec, context.journal.reviews
            of_traces = [item.experiment_id for item in await context.journal.run(reviews.items, record.id)]
            await context.journal.run(reviews.draw_again, record.id)
        opening = await with_retries(partial(open_spec, context, spec, list(dict.fromkeys(of_traces))))
        announce(opening)
        pulse = Pulse()
        ended = await run_on_screen(
            opening,
            context.configuration,
            context.journal,
            cache,
            partial(reopened, spec, context.configuration, context.journal, pulse),
            pulse,
            first_listing=context.backend,
            only_unlabelled=not spec.trace_ids,
            menu=menu,
        )
    return ended.code
