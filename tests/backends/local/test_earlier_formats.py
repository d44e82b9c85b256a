"""A store of an earlier format is brought to the current one with everything in it, after a copy was put beside it."""

from __future__ import annotations

import errno
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from labeler.backends.base import NotABackend
from labeler.backends.local import assessments, schema, traces
from labeler.backends.local.database import SCHEMA_VERSION, open_database, open_or_create_database
from labeler.backends.local.store import LocalStore
from labeler.storage import migration
from labeler.storage.sqlite_file import connect, transaction
from tests.backends.local.samples import feedback, trace


def store_of_format_1(path: Path) -> None:
    """A store as the first version left it, with a trace and a label."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection):
            migration.run_steps(connection, schema.STEPS[:1], schema.APPLICATION_ID)
            connection.execute("INSERT INTO store VALUES ('5a1c', 1)")
        traces.import_all(connection, [trace("tr-1")], "demo")
        assessments.create(connection, feedback("a-1"))


def copies_beside(path: Path) -> list[Path]:
    return sorted(each for each in path.parent.glob(f"{path.name}.format-*"))


def format_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def test_it_keeps_what_it_holds_and_gets_queues(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store_of_format_1(path)
    store = await LocalStore.open(path)
    assert store.uri == "local:5a1c"
    assert (await store.summary("tr-1")).assessments == (feedback("a-1"),)
    queue = await store.create_queue("1", "Autumn", ["ana"])
    await store.add_items(queue.id, ["tr-1"])
    await store.close()
    [copy] = copies_beside(path)
    assert (format_of(copy), format_of(path)) == (1, SCHEMA_VERSION)
    assert copy.stat().st_mode & 0o077 == 0
    with closing(connect(copy)) as connection:
        assert assessments.find(connection, "tr-1", "a-1") == feedback("a-1")
    again = await LocalStore.open(path)
    assert [each.id for each in await again.queues("1")] == [queue.id]
    await again.close()
    assert copies_beside(path) == [copy]


def test_several_programs_that_open_it_at_once_bring_it_there_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store_of_format_1(path)

    def opened(number: int) -> str:
        found = open_database(path)
        found.connection.close()
        return found.store_id

    with ThreadPoolExecutor(4) as programs:
        assert {*programs.map(opened, range(4))} == {"5a1c"}
    assert format_of(path) == SCHEMA_VERSION
    assert all(format_of(copy) == 1 for copy in copies_beside(path)[:1])


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    store_of_format_1(path)

    def no_room(source: sqlite3.Connection, copy: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(copy))

    monkeypatch.setattr(migration, "copy_whole", no_room)
    with pytest.raises(NotABackend, match=r"no copy of it can be kept beside it .*No space left.*Nothing was changed"):
        open_database(path)
    assert format_of(path) == 1


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    opened = open_or_create_database(path)
    opened.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    opened.connection.close()
    before = path.read_bytes()
    for opening in (open_database, open_or_create_database):
        with pytest.raises(NotABackend, match=f"written by a newer labeler .format {SCHEMA_VERSION + 1}"):
            opening(path)
    assert path.read_bytes() == before
    assert copies_beside(path) == []


def test_what_a_newer_program_migrates_meanwhile_stays_of_its_format(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "store.db")) as connection, transaction(connection):
        connection.execute("PRAGMA user_version = 9")
        migration.run_steps(connection, schema.STEPS, schema.APPLICATION_ID)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 9
