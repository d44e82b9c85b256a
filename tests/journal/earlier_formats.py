"""Journals in the form in which an earlier version would have written the same work."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from labeler.journal.schema import STEPS
from labeler.journal.store import open_store

BY_TRACE_FROM = 5
"""The version from which states and drafts are kept by trace, as today, and not by review."""


def write_as_of(version: int, today: Path, path: Path) -> None:
    """Write a journal in the form of an earlier version."""
    open_store(path, STEPS[:version]).close()
    with closing(sqlite3.connect(path)) as database, database:
        assert database.execute("PRAGMA user_version").fetchone() == (version,)
        database.execute("ATTACH ? AS today", (str(today),))
        for (table,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table in ("states", "drafts") and version < BY_TRACE_FROM:
                continue
            now, then = (
                [row[1] for row in database.execute(f"PRAGMA {place}.table_info({table})")]
                for place in ("today", "main")
            )
            columns = ", ".join(each for each in then if each in now)
            database.execute(f"INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")
        if version >= BY_TRACE_FROM:
            return
        _write_states_of_reviews(version, database)
        database.execute(
            "INSERT INTO main.drafts (review_id, trace_id, slot, text)"
            " SELECT DISTINCT i.review_id, i.trace_id, d.slot, d.text FROM today.drafts d"
            " JOIN main.items i ON i.trace_id = d.trace_id JOIN main.reviews r ON r.id = i.review_id"
            " WHERE json_extract(r.key, '$.reviewer') = d.reviewer AND json_extract(r.spec, '$.sprint') = d.scope"
        )


def _write_states_of_reviews(version: int, database: sqlite3.Connection) -> None:
    """Write the states as they were kept by review. Before version 4 only those that a change gave an item."""
    states: dict[tuple[str, str], tuple[str, int]] = {}
    for seq, review_id, effects in database.execute("SELECT seq, review_id, effects FROM main.changes ORDER BY seq"):
        for effect in json.loads(effects):
            item = review_id, effect["trace_id"]
            if "state" in effect:
                states[item] = effect["state"][1], seq
            elif effect["span_id"] is None:
                states.setdefault(item, ("open", seq))
    kept = [(*item, *reached) for item, reached in states.items()]
    if version < 4:
        database.executemany(
            "INSERT INTO main.states (review_id, trace_id, state) VALUES (?, ?, ?)",
            [row[:3] for row in kept if row[2] != "open"],
        )
    else:
        database.executemany("INSERT INTO main.states (review_id, trace_id, state, seq) VALUES (?, ?, ?, ?)", kept)
