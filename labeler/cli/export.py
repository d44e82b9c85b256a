"""Write labels as JSON Lines or CSV."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Collection

from labeler.cli.context import configure
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_labels import file_stores, labels_in_journal, labels_of_stores
from labeler.cli.label_output import write_label_file
from labeler.cli.open_backend import reach_backend, tell_cautions
from labeler.cli.open_journal import open_journal_to_read
from labeler.cli.output import print_message
from labeler.config.load import Configuration
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.question import NOTE_NAMES
from labeler.domain.worklist import Query
from labeler.journal.async_journal import AsyncJournal
from labeler.labels.label import is_known_only_where_it_is, label_of


def run(arguments: argparse.Namespace) -> ExitCode:
    """Collect the labels and write them, or join them into the rows of the files that are named."""
    if arguments.files:
        from labeler.cli.export_files import export_files

        return asyncio.run(export_files(arguments))
    if arguments.flat:
        raise CommandFailed(ExitCode.USAGE, "--flat is about the rows of files, and no file is named")
    output = arguments.output or "-"
    if arguments.local and (arguments.filter or arguments.since is not None):
        raise CommandFailed(
            ExitCode.USAGE, "--filter and --since look at traces, which only the backend has: leave out --local or them"
        )
    if arguments.local and set(arguments.sources) != {SourceType.HUMAN}:
        raise CommandFailed(
            ExitCode.USAGE, "The journal has what people answered here, and no judge: leave out --local or --sources"
        )
    assessments, is_whole = asyncio.run(_assessments(arguments))
    only = getattr(arguments, "reviewer", None)
    found = [label_of(each) for each in assessments if _is_asked_for(each, arguments.sources, only)]
    labels = [label for label in found if label.value is not None]
    if not write_label_file(output, labels, arguments.format or "jsonl"):
        print_message(f"Nothing to export: no label was found. {output} was left as it is.")
    elif output != "-":
        print_message(f"{len(labels)} labels written to {output}.")
    if len(labels) < len(found):
        print_message(f"{len(found) - len(labels)} left out: they hold no value, only an error or nothing.")
    if fixed := sum(map(is_known_only_where_it_is, labels)):
        print_message(
            f"{fixed} that labeler push knows on this server and takes on no other: superseded (valid: false), by "
            "nobody (reviewer: null or default), by a judge or code (source_type), or not storable."
        )
    return ExitCode.OK if is_whole else ExitCode.PROBLEM


async def _assessments(arguments: argparse.Namespace) -> tuple[list[Assessment], bool]:
    """Return the labels, and whether these are all of them as far as the backend tells."""
    configuration = configure(arguments)
    async with open_journal_to_read(configuration.paths) as journal:
        if arguments.local:
            return await labels_in_journal(arguments, configuration, journal), True
        if configuration.settings.backend.uri is None and (stores := await file_stores(journal, configuration.paths)):
            print_message("No backend is configured, so these are the labels of files.")
            return await labels_of_stores(journal, stores), True
        return await _from_backend(arguments, configuration, journal)


def _is_asked_for(assessment: Assessment, sources: Collection[str], reviewer: str | None) -> bool:
    """Return whether an assessment is of one of the sources and, where it is a person's, the reviewer's."""
    source = assessment.source
    is_by_other = source.type is SourceType.HUMAN and reviewer is not None and not same_reviewer(source.id, reviewer)
    return source.type in sources and not is_by_other


async def _from_backend(
    arguments: argparse.Namespace, configuration: Configuration, journal: AsyncJournal
) -> tuple[list[Assessment], bool]:
    async with reach_backend(configuration, journal) as backend:
        names = configuration.settings.backend.experiments
        is_chosen = hasattr(arguments, "experiments")
        experiments = await (experiments_named(backend, names) if is_chosen else backend.experiments())
        query = Query(tuple(each.id for each in experiments), arguments.filter, since_ms=arguments.since)
        found = [
            assessment
            async for page in backend.snapshot(query)
            for summary in page
            for assessment in summary.assessments
            if assessment.kind is not AssessmentKind.ISSUE
            and assessment.name not in NOTE_NAMES
            and (assessment.valid or arguments.superseded)
        ]
        return found, not tell_cautions(backend)
