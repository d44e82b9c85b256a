"""Try labeler on a bundled sample: no server, no configuration, no network."""

from __future__ import annotations

import argparse
import asyncio

from labeler.backends.local.database import remove_database
from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.cli.context import configure
from labeler.cli.exit_code import ExitCode
from labeler.cli.local_review import review_store
from labeler.cli.run_review import check_screen
from labeler.config.identity import Reviewer
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal

_DEMO_REVIEWER = Reviewer("demo", "the demo")


def run(arguments: argparse.Namespace) -> ExitCode:
    """Review the bundled sample."""
    return asyncio.run(review_demo(arguments))


async def review_demo(arguments: argparse.Namespace) -> ExitCode:
    """Run `labeler demo`. The reviewer is called `demo` where no ID is known."""
    configuration = configure(arguments)
    check_screen(configuration, "labeler demo needs one.")
    path = configuration.paths.demo_store
    if arguments.reset:
        remove_database(path)
    return await review_store(path, configuration, _fill_with_sample, lambda: _DEMO_REVIEWER, only_unlabelled=True)


async def _fill_with_sample(store: LocalStore, journal: AsyncJournal, cache: AsyncCache) -> ReviewSpec:
    experiment = next(iter(await store.experiments()), None)
    if experiment is None or not await store.count(experiment.id):
        from labeler.sample import load

        await store.import_traces(load())
        experiment = (await store.experiments())[0]
    return ReviewSpec(store.uri, store.workspace, (experiment.id,), "", label="demo")
