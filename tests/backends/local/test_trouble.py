"""What goes wrong outside the store is told as what it is: certainly not done, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from labeler.backends.base import NotABackend, Unreachable
from labeler.backends.local import assessments, database, traces
from labeler.backends.local.database import backend_errors, open_database, open_or_create_database
from labeler.backends.local.store import LocalStore
from tests.backends.local.samples import feedback, trace
from tests.journal.taking_away import TAKEN_AWAY


def test_a_full_disk_writes_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_or_create_database(path).connection) as connection:
        traces.import_all(connection, [trace("tr-1")], "demo")
        connection.execute("PRAGMA max_page_count = 20")
        with pytest.raises(Unreachable, match="is full"), backend_errors(path):
            assessments.create(connection, feedback("a-1", rationale="long " * 50_000))
    with closing(open_database(path).connection) as connection:
        assert assessments.find(connection, "tr-1", "a-1") is None
        assessments.create(connection, feedback("a-1"))


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(open_or_create_database(path).connection) as connection:
        traces.import_all(connection, [trace(f"tr-{number}") for number in range(500)], "demo")
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    with (
        closing(open_database(path).connection) as connection,
        pytest.raises(NotABackend, match="damaged"),
        backend_errors(path),
    ):
        traces.summaries(connection, [f"tr-{number}" for number in range(500)])


def test_a_store_that_is_replaced_while_it_is_opened_is_not_taken_for_what_lies_there_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "store.db", tmp_path / "other.db"
    for each in (path, other):
        open_or_create_database(each).connection.close()
    check = database._check

    def check_and_replace(path: Path, connection: sqlite3.Connection) -> int:
        version = check(path, connection)
        other.replace(path)
        return version

    monkeypatch.setattr(database, "_check", check_and_replace)
    with pytest.raises(Unreachable, match="while it was being opened"):
        open_database(path)


def test_no_store_is_made_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "store.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(NotABackend, match="symbolic link"):
        open_or_create_database(tmp_path / "store.db")
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_store_that_a_link_leads_to_is_used(tmp_path: Path) -> None:
    open_or_create_database(tmp_path / "elsewhere.db").connection.close()
    (tmp_path / "store.db").symlink_to(tmp_path / "elsewhere.db")
    open_or_create_database(tmp_path / "store.db").connection.close()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_or_create_database(path).connection.close()
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection,
        pytest.raises(NotABackend, match="cannot be written"),
        backend_errors(path),
    ):
        connection.execute("CREATE TABLE t (x)")


@pytest.mark.slow
async def test_a_store_that_another_program_holds_is_tried_again_later(tmp_path: Path) -> None:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([trace("tr-1")])
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert (await store.summary("tr-1")).assessments == ()
        with pytest.raises(Unreachable, match="Another program is busy"):
            await store.create(feedback("a-1"))
    await store.create(feedback("a-1"))
    await store.close()


@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
async def test_what_goes_into_a_store_that_was_taken_away_does_not_count(
    take_away: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "state" / "store.db"
    store = await LocalStore.open_or_create(path)
    await store.import_traces([trace("tr-1")])
    take_away(path)
    with pytest.raises(Unreachable, match="removed or replaced"):
        await store.create(feedback("a-1"))
    await store.close()


async def test_a_store_that_is_put_back_takes_labels_again(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"
    store = await LocalStore.open_or_create(path)
    await store.import_traces([trace("tr-1")])
    path.parent.rename(tmp_path / "moved")
    with pytest.raises(Unreachable):
        await store.create(feedback("a-1"))
    (tmp_path / "moved").rename(path.parent)
    await store.create(feedback("a-1"))
    await store.close()
    again = await LocalStore.open(path)
    assert [each.id for each in (await again.summary("tr-1")).assessments] == ["a-1"]
    await again.close()
