"""Switching an SQLite file to its write-ahead log, also while other processes do the same."""

from __future__ import annotations

import sqlite3
import time


def switch_to_wal(connection: sqlite3.Connection, wait_s: float) -> str:
    """The journal mode after asking for WAL; it stays another where the file system cannot have one.

    SQLite's own busy timeout does not hold here: two that switch at once would wait for each other, so it answers
    "locked" at once (https://www.sqlite.org/c3ref/busy_handler.html). Raises `sqlite3.OperationalError` after `wait_s`.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
