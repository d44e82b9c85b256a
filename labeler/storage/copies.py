"""Copies of an open SQLite database: taken while it is in use, also of one that is no longer at its path."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path


def copy_whole(source: sqlite3.Connection, copy: Path) -> None:
    """Write everything that `source` reads to a new file at `copy`, on the disk before this returns.

    `source` may be in no transaction of its own. Raises `sqlite3.Error` and OSError; there is no file then.
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


def put_in_place(copy: Path, target: Path) -> bool:
    """Give the file `copy` the name `target`, unless something has it. False when something has. Raises OSError."""
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
    """Have the names in `directory` survive a power cut, where the system can do that."""
    with suppress(OSError):
        _sync(directory)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
