"""Recovers a damaged journal: moves it aside and saves everything that can be read of it into a new one."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from labeler.domain.assessment import AssessmentKind, person
from labeler.domain.change import Answer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.worklist import ItemState
from labeler.journal.damaged_schema import describes_its_tables, with_fresh_schema
from labeler.journal.dangling_references import make_whole
from labeler.journal.models import JournalUnwritable, Recovery
from labeler.journal.reviews import home_of, spec_of
from labeler.journal.serialization import answer_of, effects_from_json, spec_from_json
from labeler.journal.store import Store, open_store
from labeler.storage.sqlite_file import connect

_TABLES: Final = (
    "destinations",
    "reviews",
    "items",
    "changes",
    "cells",
    "states",
    "deferred",
    "retired",
    "renamed",
    "shown",
    "revealed",
    "drafts",
    "deliveries",
    "reviewers",
    "trusted",
)
"""The tables to save, in this order: a draft of an earlier format is understood by its review and its item."""

_BY_ROWID: Final = frozenset({"destinations", "reviews", "changes", "deliveries"})
"""The tables whose rows are in the file by their row ID. Those of the others are by their primary key."""

_CHECKS: Final[dict[str, Callable[[Any], object]]] = {
    "reviews": lambda row: spec_from_json(row["spec"]),
    "changes": lambda row: effects_from_json(row["effects"]),
    "cells": lambda row: _is_kept_by_trace(row) and _cell(row),
    "states": lambda row: ItemState(row["state"]) and row["trace_id"] + "",
    "deferred": lambda row: _is_kept_by_trace(row),
    "revealed": lambda row: _is_kept_by_trace(row),
    "drafts": lambda row: json.loads(row["text"]) + "",
    "deliveries": lambda row: json.loads(row["payload"]),
}
"""The function that decodes what shows whether a row of a table is intact."""

_BY_TRACE: Final = ("reviewer", "trace_id")


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
        for table in _TABLES:
            for row in _readable(damaged, table, _order(damaged, table)):
                _copy(db, table, row)
        make_whole(db, store.run, wall_clock_ms())


def _order(damaged: sqlite3.Connection, table: str) -> str:
    """Return the order of a table's rows in the file, as the format that the file has defines it."""
    if table in _BY_ROWID:
        return "rowid"
    try:
        columns = damaged.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk").fetchall()
    except sqlite3.Error:
        return ""
    return ", ".join(column["name"] for column in columns)


def _readable(damaged: sqlite3.Connection, table: str, order: str) -> Iterator[Any]:
    """Yield the rows of a table up to the first unreadable page, from the front and from the back.

    An empty `order` stands for a table that the file does not have.
    """
    if not order:
        return
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
    try:
        _CHECKS[table](row)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return False
    return True


def _cell(row: Any) -> Answer | None:
    """Decode a cell. Raises what a broken one leads to."""
    AssessmentKind(row["kind"])
    return None if row["answer"] is None else answer_of(json.loads(row["answer"]))


def _is_kept_by_trace(row: Any) -> bool:
    """Return True for a row with a destination, a reviewer and a trace. Raises TypeError for any other.

    Where the schema was lost and is that of a new journal, a table that was made anew by a migration is read from a
    place where something else lies.
    """
    if not isinstance(row["destination_id"], int) or not all(isinstance(row[key], str) for key in _BY_TRACE):
        raise TypeError("columns of another table")
    return True


def _copy(db: sqlite3.Connection, table: str, row: Any) -> None:
    values = {name: row[name] for name in row.keys() if name != "rowid"}  # noqa: SIM118 - a Row iterates over values
    if table == "drafts" and "review_id" in values:
        values = _of_its_trace(db, values)
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    try:
        db.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    except sqlite3.Error:
        return  # what a broken page made of this row does not fit the table


def _of_its_trace(db: sqlite3.Connection, draft: dict[str, Any]) -> dict[str, Any]:
    """Return a draft as it is kept now. Earlier formats kept it by the review in which it was typed.

    Where review or item were lost, it is returned as it is, which fits the table no more.
    """
    try:
        spec = spec_of(db, draft["review_id"])
        home = home_of(db, draft["review_id"], spec, draft["trace_id"])
    except (ValueError, TypeError):
        return draft
    kept = {name: draft[name] for name in ("trace_id", "slot", "text")}
    return {"destination_id": home, "reviewer": person(spec.reviewer), "scope": spec.scope, **kept}
