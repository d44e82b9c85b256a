"""Reads a journal whose schema pages are damaged.

SQLite keeps the schema in page 1 and a few more, all written when the journal was made, and a new journal has the same
ones in the same places. Copied over the damaged ones in a copy, they make the rest readable again.
Tables that a migration makes anew lie elsewhere in a journal that was brought over than in a new one: what is read of
those is checked row by row, and what is missing follows from the changes (see `repair`).
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

_HEADER: Final = 100
"""Where the header of the tree's first page begins."""

_INTERIOR: Final = 5
"""The kind of a page of a table that only has numbers of other pages."""


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
    pages = fresh.read_bytes()
    whole = copy.stat().st_size // page_size
    with copy.open("r+b") as file:
        for number in _schema_pages(pages):
            page = bytearray(pages[(number - 1) * page_size : number * page_size])
            if number == 1:
                page[_SIZE_AND_FREELIST] = struct.pack(">III", whole, 0, 0)
            file.seek((number - 1) * page_size)
            file.write(page)
        file.truncate(whole * page_size)


def _schema_pages(pages: bytes) -> list[int]:
    """Return the numbers of the pages of the schema, which is a tree of one or two levels that begins in page 1.

    Pages that a migration has freed are not among them: in another journal something may lie there.
    """
    kind, _, cells, _, _, rightmost = struct.unpack_from(">BHHHBI", pages, _HEADER)
    if kind != _INTERIOR:
        return [1]
    places = struct.unpack_from(f">{cells}H", pages, _HEADER + 12)
    return [1, *(struct.unpack_from(">I", pages, place)[0] for place in places), rightmost]


def describes_its_tables(database: sqlite3.Connection) -> bool:
    """Return whether the schema can be read."""
    try:
        return database.execute("SELECT 1 FROM sqlite_master WHERE name = 'changes'").fetchone() is not None
    except sqlite3.Error:
        return False
