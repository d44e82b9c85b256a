"""Reviewing files: their traces are imported, reviewed, and their labels written beside them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.file_import import FileImport, are_regular_files, content_digest
from labeler.cli.journal_labels import file_stores
from labeler.cli.labels_out import LabelChoice, LabelOutput, kept_written, output_for, write_labels_out
from labeler.cli.local_review import review_store
from labeler.cli.opened_review import OpenedReview
from labeler.cli.output import print_message
from labeler.cli.reviewer import ask_reviewer
from labeler.cli.trace_files import joined, rows_of, unanswered
from labeler.config.identity import SAID, Reviewer
from labeler.config.load import Configuration
from labeler.dataclass import dataclass
from labeler.domain.change import TracePlace
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.labels.row_index import RowIndex
from labeler.reading.files.entry import Problem, ReadOptions, Remark
from labeler.storage.home_directory import expand

NOWHERE: Final = "-"


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

    @classmethod
    def remembered(cls, text: str) -> FilesAsked | None:
        """Return what `text` was made of, None where one of the files is not there any more."""
        fields = json.loads(text)
        if not all(Path(target).exists() for target in fields["targets"]):
            return None
        options, targets, asks = ReadOptions(**fields["options"]), tuple(fields["targets"]), tuple(fields["asks"])
        return cls(targets, options, fields["out"], fields["is_flat"], asks)

    @property
    def text(self) -> str:
        """The same as text, for a run from another directory."""
        here = Path.cwd()
        out = self.out if self.out in (None, NOWHERE) else str(here / expand(str(self.out)))
        return json.dumps(asdict(self) | {"targets": [str(here / target) for target in self.targets], "out": out})


async def review_files(asked: FilesAsked, configuration: Configuration) -> ExitCode:
    """Run `labeler review FILE…`: import the files' traces, review them, and write their labels beside them."""
    indexes: dict[str, RowIndex] = {}
    outputs: list[LabelOutput] = []
    unwritten: list[ExitCode] = []
    are_files = are_regular_files(asked.targets)

    def all_is_read() -> None:
        for index in indexes.values():
            index.is_complete = True
        outputs.extend(_outputs(asked, indexes))

    def place_of(trace_id: str) -> TracePlace | None:
        of_trace = ((file, index) for file, index in indexes.items() if trace_id in index.traces)
        return next((TracePlace(Path(file).name, index.traces[trace_id]) for file, index in of_trace), None)

    importing = FileImport(_found(asked, indexes), place_of, all_is_read, beside=are_files)

    async def fill(store: LocalStore, journal: AsyncJournal, cache: AsyncCache) -> ReviewSpec:
        await importing.begin(store, journal, cache)
        # What cannot be written, or will go, is said before the screen opens.
        for output in outputs if importing.is_read else _outputs(asked, indexes):
            for notice in output.check():
                print_message(notice)
        experiments = tuple(experiment.id for experiment in await store.experiments())
        label = Path(asked.targets[0]).name if len(asked.targets) == 1 else f"{len(asked.targets)} files"
        known = ReviewSpec(store.uri, store.workspace, experiments, "", label=label, asks=asked.asks, files=asked.text)
        if are_files:
            content = await asyncio.to_thread(content_digest, asked.targets, asked.options)
            return replace(known, content=content)
        ids = dict.fromkeys(trace_id for index in indexes.values() for trace_id in index.traces)
        return replace(known, trace_ids=tuple(ids))

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
            try:
                await importing.finish()
            except CommandFailed as error:
                print_message(str(error))
                unwritten.append(error.code)
            if not await write_labels_out(outputs, journal, choice):
                unwritten.append(ExitCode.PROBLEM)

    store = configuration.paths.imports_store
    code = await review_store(store, configuration, fill, _asked_reviewer, labels_out, importing, only_unlabelled=False)
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


def _found(asked: FilesAsked, indexes: dict[str, RowIndex]) -> Iterator[RawTrace | Problem | Remark]:
    """Yield the traces of the files and what is to be said of them, and index their rows.

    A trace is held back until its row, which is read behind it, is indexed: its place in the file is known then.
    """
    targets, options = joined(asked.targets, asked.options)
    held: list[RawTrace] = []
    for target in targets:
        for file, found in rows_of(target, options):
            indexes.setdefault(file, RowIndex()).note(found)
            if isinstance(found, Problem | Remark):
                yield found
                continue
            yield from held
            held = [found] if isinstance(found, RawTrace) else []
    yield from held
    yield from unanswered(options)
