"""Files of traces named on a command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.config.backend_uri import without_userinfo
from labeler.storage.file_reading import read_data_file

if TYPE_CHECKING:
    from labeler.reading.wire.files import TraceFile


def looks_like_file(target: str) -> bool:
    """Whether what was named is a file rather than a trace ID."""
    if target.endswith((".json", ".jsonl", ".gz")) or "/" in target:
        return True
    try:
        return Path(target).is_file()
    except OSError:  # a name longer than any file's
        return False


def refuse_addresses(targets: Iterable[str]) -> None:
    """Raise `CommandFailed` where the address of a backend stands among files and trace IDs."""
    for target in targets:
        is_secret = without_userinfo(target) != target and not Path(target).exists()
        if "://" in target or is_secret:
            raise CommandFailed(
                ExitCode.USAGE, f"{without_userinfo(target)} is an address: give it with --backend, and trace IDs here"
            )


def read_trace_file(file: Path) -> TraceFile:
    """The traces of a file. Raises `CommandFailed` when it cannot be read or holds none."""
    from labeler.reading.wire.files import MAX_BYTES, UnusableFile, read_traces

    try:
        return read_traces(file.name, read_data_file(file, MAX_BYTES))
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    except UnusableFile as error:
        raise CommandFailed(ExitCode.USAGE, str(error)) from None
