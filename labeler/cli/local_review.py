"""Reviewing an embedded store: the bundled sample, and trace files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.cli.context import CliContext, open_cache
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_journal import open_journal
from labeler.cli.open_review import announce, open_spec
from labeler.cli.output import print_message
from labeler.cli.reviewer import ask_reviewer
from labeler.cli.run_review import run_on_screen
from labeler.cli.trace_files import read_trace_file
from labeler.config.load import Configuration
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec


async def review_files(files: Sequence[Path], configuration: Configuration) -> ExitCode:
    """Run `labeler review FILE…`: import the files' traces and review them."""
    path = configuration.paths.imports_store
    traces = [trace for file in files for trace in _traces_of(file)]

    async def fill(store: LocalStore) -> ReviewSpec:
        await store.import_traces(traces)
        experiments = tuple(experiment.id for experiment in await store.experiments())
        label = files[0].name if len(files) == 1 else f"{len(files)} files"
        ids = tuple(dict.fromkeys(trace.summary.id for trace in traces))
        return ReviewSpec(store.uri, store.workspace, experiments, "", trace_ids=ids, label=label)

    return await review_store(path, configuration, fill, ask_reviewer, only_unlabelled=False)


async def review_store(
    path: Path,
    configuration: Configuration,
    fill: Callable[[LocalStore], Awaitable[ReviewSpec]],
    unknown_reviewer: Callable[[], str],
    *,
    only_unlabelled: bool,
) -> ExitCode:
    """Review what `fill` puts into the store at `path`.

    `unknown_reviewer` returns the reviewer's ID where none is configured or remembered.
    """
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        store = await LocalStore.open_or_create(path)
        try:
            spec = await fill(store)
            remembered = await journal.run(journal.remembered.reviewer, store.uri)
            reviewer = configuration.settings.reviewer or (remembered[0] if remembered else unknown_reviewer())
            await journal.run(journal.remembered.keep_reviewer, store.uri, reviewer, "an earlier review")
            spec = replace(spec, reviewer=reviewer, address=f"local:{path}")
            opening = await open_spec(CliContext(configuration, journal, store), spec)
            announce(opening)
            return await run_on_screen(
                opening,
                configuration,
                journal,
                cache,
                lambda: LocalStore.open(path),
                first_listing=store,
                only_unlabelled=only_unlabelled,
            )
        finally:
            await store.close()


def _traces_of(file: Path) -> Sequence[RawTrace]:
    """Read the traces of a file, and say what of it cannot be read."""
    read = read_trace_file(file)
    for told in (*read.notices, *read.problems):
        print_message(told)
    return read.traces
