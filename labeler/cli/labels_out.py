"""Labels of files, written beside them: when a review is left, once a minute before, and when they are asked for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.whole_file import path_to_write
from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.question import NOTE_NAMES
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.trace_labels import TraceLabels
from labeler.labels.label import Label, label_of
from labeler.labels.labelled_file import LabelledFile, LabelsNotWritten, SaidOf
from labeler.labels.labelled_path import label_lines_path, labelled_path
from labeler.labels.labels_beside_file import LabelLinesFile
from labeler.labels.row_index import RowIndex
from labeler.labels.row_labels import NOTHING_SAID, Said
from labeler.reading.files.entry import ReadOptions
from labeler.reading.wire.identifiers import is_open_telemetry_s, mlflow_id

_ASKED_AT_ONCE: Final = 500
_EVERY_S: Final = 60.0
_AT_MOST_A_TENTH: Final = 10
"""A file that takes long is written less often: for no more than a tenth of the time."""

LabelOutput: TypeAlias = LabelledFile | LabelLinesFile

_log = logging.getLogger("labeler")


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """Which labels go out: those of the traces of these stores and, with a `reviewer`, of that one alone.

    The flat form holds those of one reviewer, `of_flat`; `names` are the questions that get a place there whether they
    were answered or not.
    """

    store_uris: frozenset[str]
    reviewer: str | None
    of_flat: str | None
    names: tuple[str, ...]

    def reviewer_of(self, output: LabelOutput) -> str | None:
        """Return whose labels go into a file; None stands for everybody's."""
        return self.of_flat if output.is_flat else self.reviewer


def output_for(source: str, index: RowIndex, options: ReadOptions, out: str | None, *, is_flat: bool) -> LabelOutput:
    """Return where the labels of a file go: into its labelled file or, where it has no rows, into a label file.

    Raises `CommandFailed` where that cannot be written.
    """
    if is_flat and not index.is_of_rows:
        raise CommandFailed(ExitCode.USAGE, f"{source} has no rows that --flat could give keys: leave it out")
    path = Path(source)
    if index.is_of_rows:
        place = labelled_path(path) if out is None else path_to_write(out)
        output: LabelOutput = LabelledFile(path, place, options, index, is_flat=is_flat)
    else:
        output = LabelLinesFile(path, label_lines_path(path) if out is None else path_to_write(out), index)
    try:
        output.check()
    except LabelsNotWritten as error:
        raise CommandFailed(ExitCode.USAGE, str(error)) from None
    return output


@asynccontextmanager
async def kept_written(
    outputs: Sequence[LabelOutput], journal: AsyncJournal, choice: LabelChoice
) -> AsyncIterator[None]:
    """Write the files once a minute while something else goes on."""
    ticking = asyncio.get_running_loop().create_task(_write_every_minute(outputs, journal, choice))
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


async def write_labels_out(
    outputs: Sequence[LabelOutput], journal: AsyncJournal, choice: LabelChoice, place: str = ""
) -> bool:
    """Write the files, and say of each how many of its rows are labelled. Return whether all were written.

    `place` says where they go from there; without it, they stay where they are.
    """
    is_written = True
    for output in outputs:
        try:
            with ProgressBar(f"writing {output.path.name}") as progress:
                ask = _asker(journal, choice)
                whose = choice.reviewer_of(output)
                written = await asyncio.to_thread(output.write, ask, whose, choice.names, progress.show)
        except LabelsNotWritten as error:
            print_message(f"{error}.")
            is_written = False
            continue
        for notice in written.notices:
            print_message(notice)
        where = place or (output.path if output.path.exists() else f"{output.path} was not written")
        print_message(f"{written.labelled:,} of {written.rows:,} labelled → {where}")
    return is_written


async def said_about(journal: AsyncJournal, store_uris: Collection[str], trace_ids: Collection[str]) -> dict[str, Said]:
    """Return what the journal has of the labels of traces, by the IDs that files have for them."""
    known = await journal.run(journal.queries.destinations)
    places = [each for each in known if each.backend_uri in store_uris]
    listed = list(trace_ids)
    said: dict[str, Said] = {}
    for start in range(0, len(listed), _ASKED_AT_ONCE):
        said |= await _said_about_some(journal, places, listed[start : start + _ASKED_AT_ONCE])
    return said


async def _said_about_some(
    journal: AsyncJournal, places: Sequence[Destination], trace_ids: Sequence[str]
) -> dict[str, Said]:
    earlier = {each: mlflow_id(each) for each in trace_ids if is_open_telemetry_s(each)}
    found = await journal.run(journal.labels.of_traces, places, [*trace_ids, *earlier.values()])
    told = {each: _said(found.get(each), found.get(earlier.get(each, ""))) for each in trace_ids}
    return {trace_id: about for trace_id, about in told.items() if about is not NOTHING_SAID}


def _said(now: TraceLabels | None, before: TraceLabels | None) -> Said:
    """Return what was said under an ID, and under the one that an earlier version gave the trace, where nothing newer
    is.
    """
    if now is None and before is None:
        return NOTHING_SAID
    now, before = now or TraceLabels(), before or TraceLabels()
    newer = {_cell(each) for each in (*now.standing, *now.earlier)}
    standing = [*now.standing, *(each for each in before.standing if _cell(each) not in newer)]
    surpassed = [each for each in before.standing if _cell(each) in newer]
    return Said(
        tuple(_labels(standing)),
        tuple(_labels([*now.earlier, *before.earlier, *surpassed])),
        frozenset(now.replaced | before.replaced),
    )


def _cell(assessment: Assessment) -> tuple[str, str, str | None]:
    return assessment.source.id.strip().lower(), assessment.name, assessment.span_id


def _labels(assessments: Sequence[Assessment]) -> list[Label]:
    return [label_of(each) for each in assessments if each.name not in NOTE_NAMES and each.value is not None]


def _asker(journal: AsyncJournal, choice: LabelChoice) -> SaidOf:
    """Return the question to the journal, for a thread beside the event loop."""
    loop = asyncio.get_running_loop()

    def ask(trace_ids: Collection[str]) -> Mapping[str, Said]:
        return asyncio.run_coroutine_threadsafe(said_about(journal, choice.store_uris, trace_ids), loop).result()

    return ask


async def _write_every_minute(outputs: Sequence[LabelOutput], journal: AsyncJournal, choice: LabelChoice) -> None:
    """Write the files once a minute where something was said since. What cannot be written is told when all is over."""
    last: dict[Path, Mapping[str, Said]] = {}
    pause = _EVERY_S
    while True:
        await asyncio.sleep(pause)
        began = time.monotonic()
        for output in outputs:
            said = await said_about(journal, choice.store_uris, output.index.traces)
            if said != last.get(output.path, {}):
                last[output.path] = said
                try:
                    whose = choice.reviewer_of(output)
                    await asyncio.to_thread(output.write, _asker(journal, choice), whose, choice.names)
                except LabelsNotWritten as error:
                    _log.warning("The labels were not written: %s", error)
        pause = max(_EVERY_S, _AT_MOST_A_TENTH * (time.monotonic() - began))
