"""Recovers a damaged journal: moves it aside and saves everything that can be read of it into a new one."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from labeler.domain.clock import wall_clock_ms
from labeler.journal.damaged_schema import describes_its_tables, with_fresh_schema
from labeler.journal.dangling_references import make_whole
from labeler.journal.models import JournalUnwritable, Recovery
from labeler.journal.serialization import answer_of, effects_from_json, spec_from_json
from labeler.journal.store import Store, open_store
from labeler.storage.sqlite_file import connect

_TABLES: Final = {
    "destinations": "rowid",
    "reviews": "rowid",
    "items": "review_id, ordinal",
    "changes": "rowid",
    "cells": "destination_id, reviewer, trace_id, span_id, question",
    "states": "review_id, trace_id",
    "retired": "destination_id, assessment_id",
    "renamed": "old_id",
    "drafts": "review_id, trace_id, slot",
    "deliveries": "rowid",
    "reviewers": "backend_uri",
    "trusted": "origin",
}
"""The tables to save, in this order, and the order of the rows of each in the file."""

_CHECKS: Final[dict[str, tuple[str, Callable[[Any], object]]]] = {
    "reviews": ("spec", spec_from_json),
    "changes": ("effects", effects_from_json),
    "cells": ("answer", lambda text: text and answer_of(json.loads(text))),
    "drafts": ("text", json.loads),
    "deliveries": ("payload", json.loads),
}
"""The column of a table that shows whether a row is intact, and the function that decodes it."""


def set_aside_and_save(path: Path) -> Recovery:
    """Move the damaged journal aside and make a new one of what can be read of it. Raises `JournalUnusable`."""
    aside = _set_aside(path)
    try:
        return _saved(aside, path)
    except BaseException:
        _put_back(aside, path)
        raise


def _saved(aside: Path, path: Path) -> Recovery:
    store = open_store(path)
    try:
        _save(aside, store)
        changes = int(store.rows("SELECT count(*) FROM changes")[0][0])
        undone = "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'parked', 'refused')"
        deliveries = int(store.rows(undone)[0][0])
    finally:
        store.close()
    sentence = (
        f"The journal was damaged. It was set aside as {aside.name}, and {changes} changes were saved from it, "
        f"{deliveries} deliveries still to go. Compare with the server by labeler verify."
    )
    return Recovery(aside, changes, deliveries, sentence)


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    number = 1
    while aside.exists():
        number += 1
        aside = aside.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{number}")
    try:
        for suffix in ("-shm", "-wal", ""):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise JournalUnwritable(
            f"The journal {path} is damaged and cannot be set aside ({error.strerror or error}). "
            "Make its directory writable, then start again.",
            error.strerror or str(error),
        ) from error
    return aside


def _put_back(aside: Path, path: Path) -> None:
    """Put the damaged journal back for the next opening: a new one in its place would seem to be all there is."""
    for suffix in ("-shm", "-wal", ""):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
            aside.with_name(aside.name + suffix).rename(path.with_name(path.name + suffix))


def _save(aside: Path, store: Store) -> None:
    with closing(connect(aside)) as damaged:
        if describes_its_tables(damaged):
            _save_from(damaged, store)
            return
    with with_fresh_schema(aside, store.path) as copy, closing(connect(copy)) as damaged:
        _save_from(damaged, store)


def _save_from(damaged: sqlite3.Connection, store: Store) -> None:
    damaged.text_factory = lambda raw: raw.decode("utf-8", "replace")
    with store.writing_unchecked() as db:
        for table, order in _TABLES.items():
            for row in _readable(damaged, table, order):
                _copy(db, table, row)
        make_whole(db, store.run, wall_clock_ms())


def _readable(damaged: sqlite3.Connection, table: str, order: str) -> Iterator[Any]:
    """Yield the rows of a table up to the first unreadable page, from the front and from the back."""
    seen: set[tuple[Any, ...]] = set()
    parts = order.split(", ")
    backwards = ", ".join(f"{part} DESC" for part in parts)
    for direction in (order, backwards):
        try:
            for row in damaged.execute(f"SELECT {order}, * FROM {table} NOT INDEXED ORDER BY {direction}"):
                key = tuple(row)[: len(parts)]
                if key in seen:
                    return
                seen.add(key)
                if _is_sound(table, row):
                    yield row
        except sqlite3.Error:
            continue
        return


def _is_sound(table: str, row: Any) -> bool:
    if table not in _CHECKS:
        return True
    column, read = _CHECKS[table]
    try:
        read(row[column])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return False
    return True


def _copy(db: sqlite3.Connection, table: str, row: Any) -> None:
    values = {name: row[name] for name in row.keys() if name != "rowid"}  # noqa: SIM118 - a Row iterates over values
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    try:
        db.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    except sqlite3.Error:
        return  # what a broken page made of this row does not fit the table
