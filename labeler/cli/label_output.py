"""Writing label files to stdout or to a path, complete or not at all."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Sequence
from pathlib import Path

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.stdout import write_out
from labeler.config.edit import write_private
from labeler.labels.jsonl import write_labels
from labeler.labels.label import Label
from labeler.labels.spreadsheet import write_csv
from labeler.storage.home_directory import expand
from labeler.storage.private_file import may_be_written

FORMATS = ("jsonl", "csv")


def write_label_file(path: str, labels: Sequence[Label], format: str = "jsonl") -> bool:
    """Write `labels` to `path`, where ``-`` is stdout. Raises `CommandFailed`.

    Return False when nothing was written: there was no label, and a file that exists may hold some.
    """
    text = io.StringIO(newline="")
    (write_csv if format == "csv" else write_labels)(labels, text)
    if path == "-":
        write_out(text.getvalue())
        return True
    file = check_label_file(path)
    try:
        if not labels and file.is_file() and file.stat().st_size:
            return False
        _write(file, text.getvalue())
    except OSError as error:
        raise CommandFailed(
            ExitCode.USAGE, f"{path} cannot be written ({error.strerror or error}). Nothing was written"
        ) from error
    return True


def check_label_file(path: str) -> Path:
    """Return the path that `path` names. Raises `CommandFailed` where it has no directory."""
    file = expand(path)
    if not file.parent.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"Nothing was written: there is no directory {file.parent}")
    if file.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"{path} cannot be written (Is a directory). Nothing was written")
    return file


def _write(file: Path, text: str) -> None:
    """Put a complete file in place, with the permissions of the one it replaces; write to a device or a pipe directly.

    Raises `OSError`.
    """
    if file.is_file():
        if not may_be_written(file):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        write_private(file, text, file.stat().st_mode & 0o777)
    elif file.exists():
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    else:
        write_private(file, text)
