"""Reviewing an embedded store: that of the bundled sample, or the one that trace files are imported into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.cli.context import CliContext, open_cache
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_journal import open_journal
from labeler.cli.open_review import open_spec
from labeler.cli.opened_review import OpenedReview, announce
from labeler.cli.reviewer import answer_remembered, remember_reviewer
from labeler.cli.run_review import Incoming, run_on_screen
from labeler.config.identity import Reviewer
from labeler.config.load import Configuration
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal


@asynccontextmanager
async def _nothing_beside(opening: OpenedReview, journal: AsyncJournal) -> AsyncIterator[None]:
    yield


async def review_store(
    path: Path,
    configuration: Configuration,
    fill: Callable[[LocalStore, AsyncJournal, AsyncCache], Awaitable[ReviewSpec]],
    unknown_reviewer: Callable[[], Reviewer],
    beside: Callable[[OpenedReview, AsyncJournal], AbstractAsyncContextManager[None]] = _nothing_beside,
    incoming: Incoming | None = None,
    *,
    only_unlabelled: bool,
) -> ExitCode:
    """Review what `fill` puts into the store at `path`.

    `unknown_reviewer` returns the reviewer where none is configured or remembered. `beside` is entered for as long as
    the review is open, and left when its screen has closed. `incoming` brings traces that `fill` left for later.
    """
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        store = await LocalStore.open_or_create(path)
        try:
            spec = await fill(store, journal, cache)
            reviewer = await _reviewer(configuration, journal, store, unknown_reviewer)
            spec = replace(spec, reviewer=reviewer, address=f"local:{path}")
            opening = await open_spec(CliContext(configuration, journal, store), spec)
            announce(opening)
            async with beside(opening, journal):
                ended = await run_on_screen(
                    opening,
                    configuration,
                    journal,
                    cache,
                    lambda: LocalStore.open(path),
                    first_listing=store,
                    only_unlabelled=only_unlabelled,
                    incoming=incoming,
                )
                return ended.code
        finally:
            await store.close()


async def _reviewer(
    configuration: Configuration, journal: AsyncJournal, store: LocalStore, unknown: Callable[[], Reviewer]
) -> str:
    """Return whose labels these are: as stated, as answered before, else what `unknown` returns."""
    known = configuration.settings.reviewer
    if known is None:
        known = await journal.run(answer_remembered, journal.remembered, store.uri)
    if known is not None:
        return known
    reviewer = unknown()
    await remember_reviewer(journal, store.uri, reviewer)
    return reviewer.id
