"""Files of traces that are named on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.config.backend_uri import words_without_userinfo
from labeler.storage.file_reading import open_data_file, spool

if TYPE_CHECKING:
    from labeler.domain.trace import RawTrace
    from labeler.reading.files.entry import FileLayout, Problem, ReadOptions, Remark
    from labeler.reading.files.traces import Found

STDIN: Final = "-"
_FIRST_LINE: Final = 1 << 20
_SUFFIXES: Final = (
    ".json", ".jsonl", ".ndjson", ".gz", ".zip", ".csv", ".tsv", ".parquet", ".txt", ".md", ".markdown", ".eval",
)  # fmt: skip


def looks_like_file(target: str) -> bool:
    """Return whether `target` names a file, a directory or stdin rather than a trace."""
    return target == STDIN or target.lower().endswith(_SUFFIXES) or "/" in target or _is_there(target)


def refuse_addresses(targets: Sequence[str]) -> None:
    """Raise `CommandFailed` where a backend's address stands among files and trace IDs."""
    for target, shown in zip(targets, words_without_userinfo(targets), strict=True):
        if "://" in target or (shown != target and not _is_there(target)):
            raise CommandFailed(ExitCode.USAGE, f"{shown} is an address: give it with --backend, and trace IDs here")


def _is_there(target: str) -> bool:
    try:
        return Path(target).exists()
    except (OSError, ValueError):  # too long for a file name, or with a character that none can have
        return False


def read_options(arguments: argparse.Namespace) -> ReadOptions:
    """Return what the command line says of the files' rows. Raises `CommandFailed` where it contradicts itself."""
    from labeler.reading.files.entry import ReadOptions

    request, response = getattr(arguments, "request", None), getattr(arguments, "response", None)
    is_text = getattr(arguments, "text", False)
    if is_text and (request or response):
        raise CommandFailed(ExitCode.USAGE, "--text takes a file for one text, which has no --request and --response")
    return ReadOptions(request, response, getattr(arguments, "own_id", None), is_text)


def joined(targets: Sequence[str], options: ReadOptions) -> tuple[list[str], ReadOptions]:
    """Return the targets and options by which the answers of batches are read together with their requests.

    Files of requests come first. What nothing answered is to be asked for at the end: see `unanswered`.
    """
    if len(targets) < 2 and not any(Path(target).is_dir() for target in targets):
        return list(targets), options
    from labeler.reading.files.batch_requests import BatchRequests

    return sorted(targets, key=_is_no_request_file), replace(options, requests=BatchRequests())


def unanswered(options: ReadOptions) -> Iterator[RawTrace]:
    """Yield the requests of batches that no file answered, once all files are read."""
    if options.requests is not None:
        yield from options.requests.unanswered()


def _is_no_request_file(target: str) -> bool:
    from labeler.reading.files.batch_requests import begins_with_request

    try:
        if not Path(target).is_file():  # a pipe is read once
            return True
        with Path(target).open("rb") as file:
            return not begins_with_request(file.read(_FIRST_LINE))
    except (OSError, ValueError):
        return True


def traces_of(target: str, options: ReadOptions) -> Iterator[RawTrace | Problem | Remark]:
    """Yield the traces of a file, of the files in a directory, or of stdin, with what could not be read.

    Raises `CommandFailed` when it cannot be read or holds none.
    """
    from labeler.reading.files.entry import FileLayout, FileRow

    for _, found in rows_of(target, options):
        if not isinstance(found, FileLayout | FileRow):
            yield found


def rows_of(target: str, options: ReadOptions) -> Iterator[tuple[str, FileLayout | Found]]:
    """As `traces_of`, with the file that each thing was read of, and all that is read of it: its layout, its rows."""
    if target != STDIN and Path(target).is_dir():
        yield from _rows_of_directory(Path(target), options)
        return
    name = "stdin" if target == STDIN else Path(target).name
    from labeler.reading.files.entry import UnusableFile
    from labeler.reading.files.read import stream_rows

    with open_target(target) as file:
        try:
            for found in stream_rows(name, file, options):
                yield target, found
        except UnusableFile as error:
            raise CommandFailed(ExitCode.USAGE, str(error)) from None
        except OSError as error:
            raise _unreadable(target, error) from None


def _rows_of_directory(directory: Path, options: ReadOptions) -> Iterator[tuple[str, FileLayout | Found]]:
    """Read a directory's files, by name. Hidden ones, folders, and the labelled files of others are left out."""
    from labeler.domain.trace import RawTrace
    from labeler.labels.labelled_path import is_made_of_another
    from labeler.reading.files.entry import Problem, Remark

    try:
        inside = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
        files = [path for path in inside if path.is_file()]
        labelled = [path for path in files if is_made_of_another(path)]
    except OSError as error:
        raise _unreadable(str(directory), error) from None
    if not files:
        raise CommandFailed(ExitCode.USAGE, f"{directory} is a directory without a file in it")
    if options.requests is not None:
        files.sort(key=lambda path: _is_no_request_file(str(path)))
    if folders := len(inside) - len(files):
        yield str(directory), Remark(f"{directory}: {folders} folders in it were not looked into.")
    is_found = False
    for file in files:
        if file in labelled:
            continue
        try:
            for target, found in rows_of(str(file), options):
                is_found = is_found or isinstance(found, RawTrace)
                yield target, found
        except CommandFailed as error:
            yield str(file), Problem(str(error))
    if not is_found:
        raise CommandFailed(ExitCode.USAGE, f"{directory} holds no file with traces")


def open_target(target: str) -> BinaryIO:
    """Open a file, or what stdin gives up to its end. Both can be sought in. Raises `CommandFailed`."""
    try:
        return spool(sys.stdin.buffer) if target == STDIN else open_data_file(Path(target))
    except OSError as error:
        raise _unreadable(target, error) from None


def _unreadable(target: str, error: OSError) -> CommandFailed:
    return CommandFailed(ExitCode.USAGE, f"{target} cannot be read: {error.strerror or error}")
