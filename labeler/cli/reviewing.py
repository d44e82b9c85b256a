"""The ways into a review: what was asked for, files, the demo."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.backends.base import Backend
from labeler.cli.assembly import backend_at, configure, open_backend, open_cache, open_journal
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.on_screen import check_screen, run_on_screen
from labeler.cli.opening import Opening, open_asked, open_remembered, open_spec
from labeler.cli.options import Selection, selection_of
from labeler.cli.output import print_message
from labeler.config.load import Configuration
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.journal import Journal
from labeler.journal.thread import JournalThread

if TYPE_CHECKING:
    from labeler.backends.local.store import LocalStore

_INSTEAD = "labeler review needs one; labeler show, pull, sync and export do without."


async def review(arguments: argparse.Namespace) -> ExitCode:
    """`labeler review`: the worklist that was asked for, or exactly the traces or files named."""
    refuse_plain(arguments)
    configuration = configure(arguments)
    files = [Path(target) for target in arguments.targets if looks_like_file(target)]
    if files and len(files) < len(arguments.targets):
        raise CommandFailed(ExitCode.USAGE, "Name either files or trace IDs, not both")
    check_screen(configuration, _INSTEAD)
    if files:
        return await _review_files(files, configuration)
    selection = replace(selection_of(arguments), trace_ids=tuple(arguments.targets))
    if getattr(arguments, "offline", False):
        return await _review_offline(configuration)
    settings = configuration.settings
    if not (selection.trace_ids or settings.backend.queue or settings.backend.experiments):
        from labeler.cli.starting import choose_and_review

        return await choose_and_review(configuration, selection)
    return await review_asked(configuration, selection)


async def review_asked(configuration: Configuration, selection: Selection) -> ExitCode:
    """Review what configuration and selection name."""
    async with (
        open_journal(configuration.paths) as journal,
        open_cache(configuration) as cache,
        open_backend(configuration, journal) as backend,
    ):
        opening = await open_asked(backend, configuration, selection, journal)
        announce(opening)
        return await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            lambda: reopened(opening.record.spec, configuration, journal),
            first_listing=backend,
            only_unlabelled=selection.only_unlabelled and not selection.trace_ids,
        )


async def continue_review(
    opening: Opening, configuration: Configuration, journal: JournalThread, *, offline: bool
) -> ExitCode:
    """Go on with a review as it was left; the backend is asked only once the screen stands."""
    async with open_cache(configuration) as cache:
        announce(opening)
        return await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            None if offline else lambda: reopened(opening.record.spec, configuration, journal),
            first_listing=None,
            only_unlabelled=True,
        )


async def demo(arguments: argparse.Namespace) -> ExitCode:
    """`labeler demo`: the bundled sample in an embedded store."""
    refuse_plain(arguments)
    from labeler.backends.local.database import remove_database
    from labeler.backends.local.store import LocalStore

    configuration = configure(arguments)
    check_screen(configuration, "labeler demo needs one.")
    path = configuration.paths.demo_store
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        if arguments.reset:
            remove_database(path)
        store = await LocalStore.open_or_create(path)
        try:
            experiment = next(iter(await store.experiments()), None)
            if experiment is None or not await store.count(experiment.id):
                from labeler.sample import load

                await store.import_traces(load())
                experiment = (await store.experiments())[0]
            remembered = await journal.run(Journal.remembered_reviewer, store.uri)
            reviewer = configuration.settings.reviewer or (remembered[0] if remembered else "demo")
            opening = await open_spec(
                store, _store_spec(store, path, reviewer, (experiment.id,), "demo"), configuration, journal
            )
            announce(opening)
            return await run_on_screen(
                opening,
                configuration,
                journal,
                cache,
                lambda: LocalStore.open(path),
                first_listing=store,
                only_unlabelled=True,
            )
        finally:
            await store.close()


async def import_files(files: Sequence[Path], store: LocalStore) -> list[RawTrace]:
    """Read trace files into an embedded store; sentences about what is unusable go to stderr.

    Raises `CommandFailed` when a file holds no trace.
    """
    from labeler.reading.wire.files import UnusableFile, read_traces

    found: list[RawTrace] = []
    for file in files:
        try:
            read = read_traces(file.name, file.read_bytes())
        except OSError as error:
            raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
        except UnusableFile as error:
            raise CommandFailed(ExitCode.USAGE, str(error)) from None
        for problem in read.problems:
            print_message(problem)
        found.extend(read.traces)
    await store.import_traces(found)
    return found


def looks_like_file(target: str) -> bool:
    """Whether what was named is a file rather than a trace ID."""
    return target.endswith((".json", ".jsonl", ".gz")) or "/" in target or Path(target).is_file()


def refuse_plain(arguments: argparse.Namespace) -> None:
    """Raise `CommandFailed` where plain lines were asked for: they are not built yet."""
    if getattr(arguments, "plain", False):
        raise CommandFailed(ExitCode.USAGE, "--plain is not available yet; run without it in a terminal")


def announce(opening: Opening) -> None:
    """Say in one line what is reviewed, as whom, and what is asked."""
    spec, asked = opening.record.spec, opening.asked
    names = ", ".join(question.name for question in asked.questions)
    print_message(f"{spec.label}, as {spec.reviewer}. Asked (from {asked.origin}): {names}")


async def _review_files(files: Sequence[Path], configuration: Configuration) -> ExitCode:
    from labeler.backends.local.store import LocalStore

    path = configuration.paths.imports_store
    async with open_journal(configuration.paths) as journal, open_cache(configuration) as cache:
        store = await LocalStore.open_or_create(path)
        try:
            traces = await import_files(files, store)
            ids = tuple(dict.fromkeys(trace.summary.id for trace in traces))
            remembered = await journal.run(Journal.remembered_reviewer, store.uri)
            reviewer = configuration.settings.reviewer or (remembered[0] if remembered else None)
            if reviewer is None:
                raise CommandFailed(
                    ExitCode.USAGE, "It is not known whose labels these are. Give --reviewer ID or set LABELER_REVIEWER"
                )
            experiments = tuple(experiment.id for experiment in await store.experiments())
            label = files[0].name if len(files) == 1 else f"{len(files)} files"
            spec = replace(_store_spec(store, path, reviewer, experiments, label), trace_ids=ids)
            opening = await open_spec(store, spec, configuration, journal)
            announce(opening)
            return await run_on_screen(
                opening,
                configuration,
                journal,
                cache,
                lambda: LocalStore.open(path),
                first_listing=store,
                only_unlabelled=False,
            )
        finally:
            await store.close()


async def _review_offline(configuration: Configuration) -> ExitCode:
    async with open_journal(configuration.paths) as journal:
        record = await journal.run(Journal.last_review)
        opening = None if record is None else await open_remembered(record, configuration, journal)
        if opening is None:
            raise CommandFailed(ExitCode.USAGE, "No review has been begun yet that could go on without a network")
        return await continue_review(opening, configuration, journal, offline=True)


async def reopened(spec: ReviewSpec, configuration: Configuration, journal: JournalThread) -> Backend:
    """A backend of its own for the traffic beside the screen."""
    return await backend_at(spec.address or spec.backend_uri, configuration, journal)


def _store_spec(store: Backend, path: Path, reviewer: str, experiments: tuple[str, ...], label: str) -> ReviewSpec:
    return ReviewSpec(
        backend_uri=store.uri,
        workspace=store.workspace,
        experiment_ids=experiments,
        reviewer=reviewer,
        label=label,
        address=f"local:{path}",
    )
