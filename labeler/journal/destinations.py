"""Destinations in the journal. Each has a number, which rows carry."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from labeler.domain.destination import Destination
from labeler.journal.store import Store


def number_of(db: sqlite3.Connection, destination: Destination) -> int:
    """Return the number of a destination, assigned at first use."""
    where = (destination.backend_uri, destination.workspace, destination.experiment_id)
    db.execute(
        "INSERT INTO destinations (backend_uri, workspace, experiment_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        where,
    )
    found = db.execute(
        "SELECT id FROM destinations WHERE backend_uri = ? AND workspace = ? AND experiment_id = ?", where
    ).fetchone()
    return int(found[0])


def known(store: Store) -> dict[int, Destination]:
    """Return every destination that the journal has rows for, by number."""
    rows = store.rows("SELECT id, backend_uri, workspace, experiment_id FROM destinations ORDER BY id")
    return {row["id"]: destination_of(row) for row in rows}


def numbers(store: Store, destinations: Sequence[Destination]) -> str:
    """Return the numbers of the known ones among `destinations`, as a JSON array for ``json_each``."""
    wanted = set(destinations)
    return json.dumps([number for number, destination in known(store).items() if destination in wanted])


def numbers_at(ask: Callable[[str, tuple[str, str]], Iterable[Any]], backend_uri: str, workspace: str) -> str:
    """Return the numbers of all destinations of a backend and workspace, as a JSON array for ``json_each``.

    `ask` runs a query and returns its rows.
    """
    rows = ask("SELECT id FROM destinations WHERE backend_uri = ? AND workspace = ?", (backend_uri, workspace))
    return json.dumps([row["id"] for row in rows])


def destination_of(row: Any) -> Destination:
    """Convert a row of the destinations table."""
    return Destination(row["backend_uri"], row["workspace"], row["experiment_id"])
