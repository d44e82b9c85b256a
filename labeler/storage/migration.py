"""Brings an SQLite file of an earlier format to the current one, after a copy of it was put beside it."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from labeler.storage.copies import copy_whole
from labeler.storage.sqlite_file import statements, transaction


def migrate(
    connection: sqlite3.Connection, path: Path, version: int, steps: Sequence[str], application_id: int
) -> None:
    """Run the steps that the file at `path` lacks, all in one transaction, and say in its header what it is then.

    The n-th step takes a file from version n to n + 1. `version` is the one that was found: a file with tables is
    copied to ``NAME.format-VERSION-TIME`` first. Of several programs that migrate one file, the first does it. Raises
    `sqlite3.Error`, and OSError where no copy can be kept; nothing has changed then.
    """
    if version > 0:
        _back_up(connection, path.with_name(f"{path.name}.format-{version}-{time.strftime('%Y%m%d-%H%M%S')}"))
    with transaction(connection):
        run_steps(connection, steps, application_id)


def run_steps(connection: sqlite3.Connection, steps: Sequence[str], application_id: int) -> None:
    """Run the steps that a file lacks inside the caller's transaction, and set its `user_version` and application ID.

    A file that a newer program has migrated meanwhile is left as it is.
    """
    current = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if current >= len(steps):
        return
    for script in steps[current:]:
        for statement in statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {application_id}")
    connection.execute(f"PRAGMA user_version = {len(steps)}")


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    """Copy the file as it is to `copy`, or beside it where another process has just done so."""
    for number in itertools.count(1):
        with suppress(FileExistsError):
            copy_whole(connection, copy if number == 1 else copy.with_name(f"{copy.name}-{number}"))
            return
