"""Writing label files, to stdout or to a path, whole or not at all."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.config.edit import write_private
from labeler.labels.jsonl import write_labels
from labeler.labels.label import Label
from labeler.labels.spreadsheet import write_csv

FORMATS = ("jsonl", "csv")


def write_label_file(path: str, labels: Sequence[Label], format: str = "jsonl") -> None:
    """Write `labels` to `path`, ``-`` for stdout. Raises `CommandFailed`."""
    text = io.StringIO(newline="")
    (write_csv if format == "csv" else write_labels)(labels, text)
    if path == "-":
        sys.stdout.write(text.getvalue())
        return
    file = Path(path).expanduser()
    if not file.parent.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"Nothing was written: there is no directory {file.parent}")
    try:
        write_private(file, text.getvalue())
    except OSError as error:
        raise CommandFailed(
            ExitCode.USAGE, f"{path} cannot be written ({error.strerror or error}). Nothing was written"
        ) from error
