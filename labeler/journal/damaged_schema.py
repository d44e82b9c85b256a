"""Reads a journal whose schema pages are damaged.

SQLite keeps the schema in page 1 and a few more, all written when the journal was made, and a new journal has the same
ones in the same places. Copied over the damaged ones in a copy, they make the rest readable again.
Source of the layout: the SQLite file format, https://www.sqlite.org/fileformat2.html, sections 1.3 and 2.6.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from labeler.storage.sqlite_file import connect

_SIZE_AND_FREELIST: Final = slice(28, 40)
"""Header fields about the rest of the file: its size in pages, the first free page, the number of free pages."""


@contextmanager
def with_fresh_schema(damaged: Path, fresh: Path) -> Iterator[Path]:
    """Copy `damaged` and give the copy the schema of `fresh`, a new journal. The copy is deleted afterwards."""
    copy = damaged.with_name(f"{damaged.name}.reading")
    try:
        shutil.copy(damaged, copy)
        wal = damaged.with_name(f"{damaged.name}-wal")
        if wal.exists():
            shutil.copy(wal, copy.with_name(f"{copy.name}-wal"))
        _transplant(copy, fresh)
        yield copy
    finally:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                copy.with_name(copy.name + suffix).unlink()


def _transplant(copy: Path, fresh: Path) -> None:
    with closing(connect(fresh)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = int(database.execute("PRAGMA page_size").fetchone()[0])
        roots = {row[0] for row in database.execute("SELECT rootpage FROM sqlite_master")}
    pages = fresh.read_bytes()
    whole = copy.stat().st_size // page_size
    with copy.open("r+b") as file:
        for number in set(range(1, len(pages) // page_size + 1)) - roots:
            page = bytearray(pages[(number - 1) * page_size : number * page_size])
            if number == 1:
                page[_SIZE_AND_FREELIST] = struct.pack(">III", whole, 0, 0)
            file.seek((number - 1) * page_size)
            file.write(page)
        file.truncate(whole * page_size)


def describes_its_tables(database: sqlite3.Connection) -> bool:
    """Return whether the schema can be read."""
    try:
        return database.execute("SELECT 1 FROM sqlite_master WHERE name = 'changes'").fetchone() is not None
    except sqlite3.Error:
        return False
