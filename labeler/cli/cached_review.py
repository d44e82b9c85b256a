"""Reviewing named traces without a network: as they were reviewed before, else those that the cache holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from labeler.cache.store import Cache
from labeler.cli.backend_address import backend_uri
from labeler.cli.context import open_cache
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.named_traces import Unfound
from labeler.cli.open_journal import open_journal
from labeler.cli.opened_review import OpenedReview, announce
from labeler.cli.options import TraceSelection
from labeler.cli.remembered_review import open_remembered
from labeler.cli.review_spec import spec_of
from labeler.cli.run_review import run_on_screen
from labeler.config.asked import asked_questions, only
from labeler.config.load import Configuration
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk
from labeler.desk.open_desk import remember_questions
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal

_WHY: Final = "This is an offline review, and the cache has nothing of it."


async def review_cached(configuration: Configuration, selection: TraceSelection) -> ExitCode:
    """Run `labeler review --offline ID…`. Raises `CommandFailed` when none of the traces is here."""
    settings = configuration.settings
    if settings.backend.uri is None:
        raise CommandFailed(ExitCode.USAGE, "Give --backend URI: traces are kept by the backend they came from")
    home = Destination(await backend_uri(settings.backend.uri), settings.backend.workspace, "")
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        remembered = await journal.run(journal.remembered.reviewer, home.backend_uri)
        reviewer = settings.reviewer or (remembered[0] if remembered else None)
        if reviewer is None:
            raise CommandFailed(
                ExitCode.USAGE, "Nobody has reviewed there from here yet: say who you are, --reviewer ID"
            )
        summaries = await cache.run(Cache.summaries, home, selection.trace_ids)
        opening = await _open(configuration, journal, spec_of(configuration, selection, reviewer, home))
        announce(opening)
        ended = await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            None,
            first_listing=None,
            only_unlabelled=False,
            look_for=partial(_look_for, home, summaries, selection.trace_ids),
        )
        return ended.code


async def _open(configuration: Configuration, journal: AsyncJournal, spec: ReviewSpec) -> OpenedReview:
    """Open the review of exactly these traces as it was left, else a new one with the configuration's questions."""
    words = (spec.trace_ids, spec.asks)
    known = await journal.run(
        journal.reviews.find,
        spec.backend_uri,
        spec.workspace,
        spec.reviewer,
        lambda other: (other.trace_ids, other.asks) == words,
    )
    opening = None if known is None else await open_remembered(known, journal)
    if opening is not None:
        return opening
    asked = only(asked_questions(configuration), spec.asks)
    record = await journal.run(journal.reviews.begin, spec, wall_clock_ms())
    await remember_questions(record, asked.questions, journal)
    return OpenedReview(record, asked)


async def _look_for(
    home: Destination, summaries: Sequence[TraceSummary], trace_ids: Sequence[str], desk: Desk
) -> Unfound:
    """Take in what the cache has of the traces named."""
    await desk.take_in([ListedTrace(each) for each in summaries], only_unlabelled=False)
    missing = tuple(each for each in trace_ids if each not in desk.state.index_of)
    return Unfound(home.backend_uri, home.workspace, unasked=missing, why=_WHY)
