"""Writing a file that somebody named: complete or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.config.edit import write_private
from labeler.storage.home_directory import expand
from labeler.storage.private_file import may_be_written


def path_to_write(path: str) -> Path:
    """Return the path that `path` names. Raises `CommandFailed` where it has no directory."""
    file = expand(path)
    if not file.parent.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"Nothing was written: there is no directory {file.parent}")
    if file.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"{path} cannot be written (Is a directory). Nothing was written")
    return file


def write_whole(file: Path, text: str) -> None:
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
