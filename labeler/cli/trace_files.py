"""Files of traces that are named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.config.backend_uri import words_without_userinfo
from labeler.storage.file_reading import read_data_file

if TYPE_CHECKING:
    from labeler.reading.wire.files import TraceFile


def looks_like_file(target: str) -> bool:
    """Return whether `target` names a file rather than a trace."""
    if target.endswith((".json", ".jsonl", ".gz")) or "/" in target:
        return True
    try:
        return Path(target).is_file()
    except (OSError, ValueError):  # too long for a file name, or with a character that none can have
        return False


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


def read_trace_file(file: Path) -> TraceFile:
    """Read the traces of a file. Raises `CommandFailed` when it cannot be read or holds none."""
    from labeler.reading.wire.files import MAX_BYTES, UnusableFile, read_traces

    try:
        return read_traces(file.name, read_data_file(file, MAX_BYTES))
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    except UnusableFile as error:
        raise CommandFailed(ExitCode.USAGE, str(error)) from None
