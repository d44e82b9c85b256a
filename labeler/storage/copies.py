"""Copies SQLite databases that are in use, also ones that are no longer at their path."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

_PIECE: Final = 1 << 20
"""Bytes that are copied at a time."""


def copy_whole(source: sqlite3.Connection, copy: Path) -> None:
    """Write everything that `source` reads to a new file at `copy`, for its owner alone, and sync it to the disk.

    `source` may not be in a transaction. Raises `sqlite3.Error` and OSError (FileExistsError for a file that is there);
    no file is left then.
    """
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        _sync(copy)
        sync_directory(copy.parent)
    except BaseException:
        with suppress(OSError):
            copy.unlink()
        raise


def copy_of_open_file(descriptor: int, copy: Path) -> None:
    """Write what `descriptor` reads to a new file at `copy`, for its owner alone. Raises OSError.

    The file itself is not opened again: closing it once more would end the locks that SQLite holds on it.
    """
    target = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(target, "wb") as file:
        offset = 0
        while piece := os.pread(descriptor, _PIECE, offset):
            file.write(piece)
            offset += len(piece)


def put_in_place(copy: Path, target: Path) -> bool:
    """Rename the file `copy` to `target`. Return False, without renaming, when something is there. Raises OSError."""
    try:
        os.link(copy, target)
    except FileExistsError:
        return False
    except OSError:  # this file system knows no hard links: take the name first, then fill it
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        copy.replace(target)
    else:
        copy.unlink()
    sync_directory(target.parent)
    return True


def sync_directory(directory: Path) -> None:
    """Sync the names in `directory` to the disk, on systems that can."""
    with suppress(OSError):
        _sync(directory)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
