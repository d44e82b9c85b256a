"""Reviewing an embedded store: the bundled sample, and trace files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from labeler.backends.local.store import LocalStore
from labeler.cli.context import CliContext, open_cache
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_journal import open_journal
from labeler.cli.open_review import announce, open_spec
from labeler.cli.output import Progress, print_message
from labeler.cli.reviewer import answer_remembered, ask_reviewer, remember_reviewer
from labeler.cli.run_review import run_on_screen
from labeler.cli.trace_files import traces_of
from labeler.config.identity import SAID, Reviewer
from labeler.config.load import Configuration
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.reading.files.entry import ReadOptions

_BATCH_BYTES: Final = 1 << 23
_BATCH_TRACES: Final = 500


async def review_files(targets: Sequence[str], options: ReadOptions, configuration: Configuration) -> ExitCode:
    """Run `labeler review FILE…`: import the files' traces and review them."""

    async def fill(store: LocalStore) -> ReviewSpec:
        ids: dict[str, None] = {}
        with Progress("importing") as progress:
            for batch in _batches(trace for target in targets for trace in _traces_of(target, options)):
                await store.import_traces(batch)
                ids.update(dict.fromkeys(trace.summary.id for trace in batch))
                progress.show(len(ids), len(ids))
        experiments = tuple(experiment.id for experiment in await store.experiments())
        label = Path(targets[0]).name if len(targets) == 1 else f"{len(targets)} files"
        return ReviewSpec(store.uri, store.workspace, experiments, "", trace_ids=tuple(ids), label=label)

    path = configuration.paths.imports_store
    return await review_store(path, configuration, fill, _asked_reviewer, only_unlabelled=False)


async def review_store(
    path: Path,
    configuration: Configuration,
    fill: Callable[[LocalStore], Awaitable[ReviewSpec]],
    unknown_reviewer: Callable[[], Reviewer],
    *,
    only_unlabelled: bool,
) -> ExitCode:
    """Review what `fill` puts into the store at `path`.

    `unknown_reviewer` returns the reviewer where none is configured or remembered.
    """
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        store = await LocalStore.open_or_create(path)
        try:
            spec = await fill(store)
            reviewer = await _reviewer(configuration, journal, store, unknown_reviewer)
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


def _asked_reviewer() -> Reviewer:
    return Reviewer(ask_reviewer(), SAID)


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


def _traces_of(target: str, options: ReadOptions) -> Iterator[RawTrace]:
    """Yield the traces of a file, and say what of it cannot be read."""
    for found in traces_of(target, options):
        if isinstance(found, RawTrace):
            yield found
        else:
            print_message(found.sentence)


def _batches(traces: Iterable[RawTrace]) -> Iterator[list[RawTrace]]:
    """Yield the traces in lists that memory holds with ease: a file may be larger than that."""
    batch: list[RawTrace] = []
    size = 0
    for trace in traces:
        batch.append(trace)
        size += len(trace.payload)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_TRACES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
