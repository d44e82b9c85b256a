"""Files of traces named on a command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cli.exit_code import CommandFailed, ExitCode

if TYPE_CHECKING:
    from labeler.reading.wire.files import TraceFile


def looks_like_file(target: str) -> bool:
    """Whether what was named is a file rather than a trace ID."""
    return target.endswith((".json", ".jsonl", ".gz")) or "/" in target or Path(target).is_file()


def read_trace_file(file: Path) -> TraceFile:
    """The traces of a file. Raises `CommandFailed` when it cannot be read or holds none."""
    from labeler.reading.wire.files import MAX_BYTES, UnusableFile, read_traces

    try:
        with file.open("rb") as stream:
            return read_traces(file.name, stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{file} cannot be read: {error.strerror or error}") from None
    except UnusableFile as error:
        raise CommandFailed(ExitCode.USAGE, str(error)) from None
