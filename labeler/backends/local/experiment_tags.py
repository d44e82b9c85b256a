"""Tags of the store's experiments, of the length that MLflow's have."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from labeler.backends.base import Refused
from labeler.backends.local.traces import experiment
from labeler.domain.sprint import LONGEST_TAG
from labeler.domain.value import UnusableValue, check_text
from labeler.storage.sqlite_file import transaction


def tags(connection: sqlite3.Connection, experiment_id: str) -> Mapping[str, str]:
    """Return the tags of an experiment. Raises `UnknownName`."""
    rows = connection.execute("SELECT name, text FROM experiment_tags WHERE experiment_id = ?", (experiment_id,))
    found = {row["name"]: row["text"] for row in rows}
    if not found:
        experiment(connection, experiment_id)
    return found


def set_tag(connection: sqlite3.Connection, experiment_id: str, name: str, text: str) -> None:
    """Set a tag, whatever it was before. Raises `Refused` and `UnknownName`."""
    if len(text) > LONGEST_TAG:
        raise Refused(f"A tag has at most {LONGEST_TAG:,} characters, not {len(text):,}.")
    try:
        check_text(text, "The tag")
    except UnusableValue as problem:
        raise Refused(f"{problem}.") from problem
    with transaction(connection):
        experiment(connection, experiment_id)
        connection.execute("INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)", (experiment_id, name, text))


def delete_tag(connection: sqlite3.Connection, experiment_id: str, name: str) -> None:
    """Delete a tag of an experiment, if it has it."""
    with transaction(connection):
        connection.execute("DELETE FROM experiment_tags WHERE experiment_id = ? AND name = ?", (experiment_id, name))
