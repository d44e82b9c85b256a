"""Reviewing files: their traces are imported, reviewed, and their labels written beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from labeler.backends.local.store import LocalStore
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_labels import file_stores
from labeler.cli.labels_out import LabelChoice, LabelOutput, kept_written, output_for, write_labels_out
from labeler.cli.local_review import review_store
from labeler.cli.opened_review import OpenedReview
from labeler.cli.output import Progress, print_message
from labeler.cli.reviewer import ask_reviewer
from labeler.cli.trace_files import rows_of
from labeler.config.identity import SAID, Reviewer
from labeler.config.load import Configuration
from labeler.dataclass import dataclass
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.labels.row_index import RowIndex
from labeler.reading.files.entry import Problem, ReadOptions, Remark

NOWHERE: Final = "-"
_BATCH_BYTES: Final = 1 << 23
_BATCH_TRACES: Final = 500


@dataclass(frozen=True, slots=True)
class FilesAsked:
    """Files to be reviewed, as they were asked for: how they are read, and where their labels go.

    `out` is a path, `NOWHERE`, or None for beside each file. `asks` are the names of the only questions to ask.
    """

    targets: tuple[str, ...]
    options: ReadOptions
    out: str | None = None
    is_flat: bool = False
    asks: tuple[str, ...] = ()


async def review_files(asked: FilesAsked, configuration: Configuration) -> ExitCode:
    """Run `labeler review FILE…`: import the files' traces, review them, and write their labels beside them."""
    indexes: dict[str, RowIndex] = {}
    outputs: list[LabelOutput] = []
    unwritten: list[ExitCode] = []

    async def fill(store: LocalStore) -> ReviewSpec:
        ids: dict[str, None] = {}
        with Progress("importing") as progress:
            for batch in _batches(trace for target in asked.targets for trace in _traces_of(target, asked, indexes)):
                await store.import_traces(batch)
                ids.update(dict.fromkeys(trace.summary.id for trace in batch))
                progress.show(len(ids), len(ids))
        outputs.extend(_outputs(asked, indexes))
        experiments = tuple(experiment.id for experiment in await store.experiments())
        label = Path(asked.targets[0]).name if len(asked.targets) == 1 else f"{len(asked.targets)} files"
        return ReviewSpec(
            store.uri, store.workspace, experiments, "", trace_ids=tuple(ids), label=label, asks=asked.asks
        )

    @asynccontextmanager
    async def labels_out(opening: OpenedReview, journal: AsyncJournal) -> AsyncIterator[None]:
        stores = await file_stores(journal, configuration.paths)
        questions = opening.asked
        names = tuple(question.name for question in (*questions.questions, *questions.left_out))
        choice = LabelChoice(stores, None, opening.record.spec.reviewer, names)
        try:
            async with kept_written(outputs, journal, choice):
                yield
        finally:
            if not await write_labels_out(outputs, journal, choice):
                unwritten.append(ExitCode.PROBLEM)

    store = configuration.paths.imports_store
    code = await review_store(store, configuration, fill, _asked_reviewer, labels_out, only_unlabelled=False)
    return unwritten[0] if unwritten and code is ExitCode.OK else code


def _outputs(asked: FilesAsked, indexes: Mapping[str, RowIndex]) -> list[LabelOutput]:
    """Return where the labels of each file go. Raises `CommandFailed` where they cannot go there."""
    if asked.out == NOWHERE:
        return []
    with_traces = {file: index for file, index in indexes.items() if index.traces}
    if asked.out is not None and len(with_traces) > 1:
        raise CommandFailed(
            ExitCode.USAGE, f"--out names one file, and there are {len(with_traces)} whose labels go out: leave it out"
        )
    return [
        output_for(file, index, asked.options, asked.out, is_flat=asked.is_flat) for file, index in with_traces.items()
    ]


def _asked_reviewer() -> Reviewer:
    return Reviewer(ask_reviewer(), SAID)


def _traces_of(target: str, asked: FilesAsked, indexes: dict[str, RowIndex]) -> Iterator[RawTrace]:
    """Yield the traces of a file, index its rows, and say what of it cannot be read."""
    for file, found in rows_of(target, asked.options):
        indexes.setdefault(file, RowIndex()).note(found)
        if isinstance(found, RawTrace):
            yield found
        elif isinstance(found, Problem | Remark):
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
