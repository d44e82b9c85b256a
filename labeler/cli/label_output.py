"""Writing label files to stdout or to a path, complete or not at all."""

from __future__ import annotations

import io
from collections.abc import Sequence

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.stdout import write_out
from labeler.cli.whole_file import path_to_write, write_whole
from labeler.labels.label import Label
from labeler.labels.label_lines import write_labels
from labeler.labels.spreadsheet import write_csv

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
    file = path_to_write(path)
    try:
        if not labels and file.is_file() and file.stat().st_size:
            return False
        write_whole(file, text.getvalue())
    except OSError as error:
        raise CommandFailed(
            ExitCode.USAGE, f"{path} cannot be written ({error.strerror or error}). Nothing was written"
        ) from error
    return True
