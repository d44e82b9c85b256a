"""Labels of files from the journal: the rows again, each with its labels; a line a label where there are no rows."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from labeler.cli.context import configure
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_labels import file_stores, questions_in_journal
from labeler.cli.labels_out import LabelChoice, LabelOutput, output_for, said_about, write_labels_out
from labeler.cli.open_journal import open_journal_to_read
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.stdout import write_bytes_out
from labeler.cli.trace_files import STDIN, open_target, read_options, refuse_addresses, rows_of
from labeler.domain.assessment import SourceType
from labeler.domain.trace import RawTrace
from labeler.journal.async_journal import AsyncJournal
from labeler.labels.labelled_file import LabelledFile
from labeler.labels.row_index import RowIndex
from labeler.reading.files.entry import Problem, ReadOptions, Remark

STDOUT: Final = "-"
_CHUNK: Final = 1 << 20


async def export_files(arguments: argparse.Namespace) -> ExitCode:
    """Write the labels of the files that are named. Raises `CommandFailed`."""
    _refuse_what_is_about_servers(arguments)
    refuse_addresses(arguments.files)
    configuration, options, out = configure(arguments), read_options(arguments), arguments.output
    only = getattr(arguments, "reviewer", None)
    is_printed = out == STDOUT or (out is None and STDIN in arguments.files)
    with _on_disk(arguments.files) as targets, tempfile.TemporaryDirectory() as folder:
        indexes = await asyncio.to_thread(_indexed, targets, options)
        if out is not None and not is_printed and len(indexes) > 1:
            raise CommandFailed(ExitCode.USAGE, f"--output names one file, and there are {len(indexes)}: leave it out")
        outputs = [
            output_for(
                file, index, options, str(Path(folder) / str(number)) if is_printed else out, is_flat=arguments.flat
            )
            for number, (file, index) in enumerate(indexes.items())
        ]
        async with open_journal_to_read(configuration.paths) as journal:
            stores = await file_stores(journal, configuration.paths)
            asked = [question for uri in stores for question in await questions_in_journal(journal, uri)]
            names = dict.fromkeys(question.name for question in asked)
            choice = LabelChoice(stores, only, only, tuple(names))
            for output in outputs:
                await _check_flat(output, journal, choice)
            is_written = await write_labels_out(outputs, journal, choice, "stdout" if is_printed else "")
        if is_printed:
            for output in outputs:
                _print(output.path)
    return ExitCode.OK if is_written else ExitCode.PROBLEM


def _refuse_what_is_about_servers(arguments: argparse.Namespace) -> None:
    about_servers = {
        "--filter": bool(arguments.filter),
        "--since": arguments.since is not None,
        "--superseded": arguments.superseded,
        "--sources": set(arguments.sources) != {SourceType.HUMAN},
        "--format": arguments.format is not None,
        "--backend": hasattr(arguments, "backend"),
        "--experiment": hasattr(arguments, "experiments"),
    }
    if given := [option for option, is_given in about_servers.items() if is_given]:
        raise CommandFailed(
            ExitCode.USAGE, f"{given[0]} is not about files, whose rows are written in their own form: leave it out"
        )


@contextmanager
def _on_disk(files: Sequence[str]) -> Iterator[list[str]]:
    """Yield the files, with stdin as one of them."""
    if STDIN not in files:
        yield list(files)
        return
    with tempfile.TemporaryDirectory() as folder:
        spooled = Path(folder) / "stdin"
        with open_target(STDIN) as source, spooled.open("wb") as copy:
            shutil.copyfileobj(source, copy, _CHUNK)
        yield [str(spooled) if file == STDIN else file for file in files]


def _indexed(targets: Sequence[str], options: ReadOptions) -> dict[str, RowIndex]:
    """Read the files, and say what of them cannot be read."""
    indexes: dict[str, RowIndex] = {}
    read = 0
    with ProgressBar("reading") as progress:
        for target in targets:
            for file, found in rows_of(target, options):
                indexes.setdefault(file, RowIndex()).note(found)
                if isinstance(found, RawTrace):
                    read += 1
                    progress.show(read, read)
                elif isinstance(found, Problem | Remark):
                    print_message(found.sentence)
    for index in indexes.values():
        index.is_complete = True
    return {file: index for file, index in indexes.items() if index.traces}


async def _check_flat(output: LabelOutput, journal: AsyncJournal, choice: LabelChoice) -> None:
    """Raise `CommandFailed` where the labels have no place in the flat form, or none of them has a name."""
    if not isinstance(output, LabelledFile) or not output.is_flat:
        return
    said = await said_about(journal, choice.store_uris, output.index.traces)
    if why := output.why_not_flat(said, choice.of_flat):
        raise CommandFailed(ExitCode.USAGE, f"Nothing was written: {why.rstrip('.')}")
    if not (said or choice.names or output.index.columns):
        raise CommandFailed(
            ExitCode.USAGE, f"Nothing was written: nothing was ever said about the rows of {output.source.name}"
        )


def _print(path: Path) -> None:
    """Write a file to stdout, if it is there: without a label, one that would hold only those is not written."""
    if not path.exists():
        return
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            write_bytes_out(chunk)
    sys.stdout.flush()
