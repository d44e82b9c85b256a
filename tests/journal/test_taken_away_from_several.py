"""A journal that is taken away from several programs, at any moment, or while nothing is done."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from labeler.journal import store
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.journal import Journal
from labeler.journal.models import JournalError, JournalWriteFailed
from labeler.storage.sqlite_file import connect_read_only
from tests.journal.sitting import Sitting, rows, spec
from tests.journal.taking_away import (
    OCCUPIED,
    ROOT,
    SIDES,
    TAKEN_AWAY,
    Answering,
    Reviewer,
    answers_in,
    everything_kept,
    other_journal,
    removes,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_of_two_programs_each_finds_what_the_other_saved(state: Path, tmp_path: Path) -> None:
    one, other = Reviewer(state / "journal.db", "one"), Reviewer(state / "journal.db", "other")
    for number, take_away in enumerate(TAKEN_AWAY.values()):
        one.answers()
        other.answers()
        take_away(one.path)
        first, second = (one, other) if number % 2 else (other, one)
        first.answers()
        second.journal.keep_in_place()
        assert first.journal.path == second.journal.path == state / "journal.db"
        assert answers_in(one.path, tmp_path / "read") == {*one.saved, *other.saved}
    other_journal(one.path)
    one.answers()
    other.answers()
    assert one.journal.path == other.journal.path != state / "journal.db"
    assert answers_in(one.journal.path, tmp_path / "read") == {*one.saved, *other.saved}
    one.journal.close()
    other.journal.close()
    assert list(one.journal.path.parent.iterdir()) == [one.journal.path]


def test_what_another_program_wrote_beside_the_same_database_is_kept(state: Path, tmp_path: Path) -> None:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers(3)
    for suffix in SIDES:
        Path(f"{reviewer.path}{suffix}").unlink()
    with Answering(reviewer.path, "other") as other:
        other.says(40)
        reviewer.answers()
        assert set(reviewer.saved) <= answers_in(reviewer.path, tmp_path / "read")
        assert other.ends() == 0
    reviewer.journal.close()
    assert other.saved | set(reviewer.saved) <= everything_kept(reviewer.path)


@pytest.mark.parametrize("answers_since", [0, 2], ids=["all checkpointed", "not all checkpointed"])
def test_an_index_whose_log_was_removed_is_not_used_with_a_new_log(answers_since: int, state: Path) -> None:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers(30)
    reviewer.journal._store._connection.execute("PRAGMA wal_checkpoint(RESTART)")
    reviewer.answers(answers_since)
    Path(f"{reviewer.path}-wal").unlink()
    with Answering(reviewer.path, "other") as other:
        other.says(40)
        reviewer.answers(2)
        assert other.ends() == 0
    reviewer.journal.close()
    assert other.saved | set(reviewer.saved) <= everything_kept(reviewer.path)
    assert not list(state.glob("*.damaged-*"))


BEGINS_A_REVIEW = """
import pathlib, sys
from tests.journal.taking_away import Reviewer
Reviewer(pathlib.Path(sys.argv[1]), "further")
"""


def test_a_review_stays_though_the_log_is_removed_and_another_program_begins_one(state: Path, tmp_path: Path) -> None:
    path = state / "journal.db"
    Reviewer(path, "earlier").journal.close()
    journal = Journal.open(path)
    reviews = []
    for name in ("one", "two"):
        reviews.append(journal.reviews.begin(spec(filter=f"name = '{name}'"), 1).id)
        journal.reviews.add_items(reviews[-1], rows(f"tr-{name}"))
    journal._store._connection.execute("PRAGMA wal_checkpoint(RESTART)")
    removes("-wal")(path)
    subprocess.run([sys.executable, "-c", BEGINS_A_REVIEW, str(path)], cwd=ROOT, check=True)
    for name, review in zip(("one", "two"), reviews, strict=True):
        journal.changes.record(review, Sitting().answer(f"tr-{name}", "helpful", True, None, 5))
    assert len(answers_in(journal.path, tmp_path / "read")) == len(reviews)
    journal.close()


def test_looking_into_a_journal_makes_no_log_for_an_index_that_lost_its_own(state: Path) -> None:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers()
    removes("-wal")(reviewer.path)
    with closing(connect_read_only(reviewer.path)) as looking:
        looking.execute("PRAGMA application_id").fetchone()
    assert not Path(f"{reviewer.path}-wal").exists()
    reviewer.journal.close()


@pytest.mark.parametrize("suffix", SIDES)
async def test_who_opens_a_journal_that_is_torn_waits_for_the_program_that_puts_it_back(
    suffix: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PUT_BACK_S", 30.0)
    path = state / "journal.db"
    first = await AsyncJournal.open(path)
    await first.run(first.remembered.trust, "http://harbour.example")
    removes(suffix)(path)
    second = await AsyncJournal.open(path)
    assert await second.run(second.remembered.trusted) == {"http://harbour.example"}
    assert first.path == second.path == path
    await first.close()
    await second.close()
    assert os.listdir(state) == [path.name]  # noqa: PTH208 - a Path lists nothing in a coroutine


def test_a_log_that_is_replaced_while_the_journal_is_opened_is_not_taken_for_its_own(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, set_up = state / "journal.db", store._set_up
    replaced: list[Path] = []

    def replace_the_log(connection: sqlite3.Connection, path: Path) -> None:
        set_up(connection, path)
        if not replaced:
            replaced.append(path.with_name("journal.db-wal"))
            replaced[0].unlink()
            replaced[0].touch()

    Reviewer(path).journal.close()
    monkeypatch.setattr(store, "_set_up", replace_the_log)
    reviewer = Reviewer(path)
    reviewer.answers()
    assert replaced
    assert answers_in(path, tmp_path / "read") == set(reviewer.saved)
    reviewer.journal.close()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_whatever_is_removed_and_when_no_answer_that_was_said_to_be_saved_is_lost(seed: int, state: Path) -> None:
    path, chance = state / "journal.db", random.Random(seed)
    weather = [*TAKEN_AWAY.values(), *OCCUPIED.values()]
    with ExitStack() as writers, Answering(path, "one") as one, Answering(path, "other") as other:
        ends_at = time.monotonic() + 2
        while time.monotonic() < ends_at:
            time.sleep(chance.uniform(0.01, 0.2))
            with suppress(OSError, JournalError):
                chance.choice(weather)(path)
                if path.is_fifo():
                    # SQLite opens files by name. One that becomes a pipe just then is waited for until it has a writer.
                    writers.enter_context(path.open("r+b", buffering=0))
        assert one.ends() == other.ends() == 0
    assert one.saved
    assert other.saved
    assert one.saved | other.saved <= everything_kept(path)


async def test_it_is_noticed_when_nothing_is_done(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    thread = await AsyncJournal.open(path)
    told = asyncio.get_running_loop().create_future()
    thread.on_trouble = told.set_result
    shutil.rmtree(path.parent)
    assert "nothing is lost" in await asyncio.wait_for(told, 10)
    assert path.exists()
    await thread.close()


async def test_what_cannot_be_put_back_is_told_once_and_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    thread = await AsyncJournal.open(path)
    told: list[str] = []
    thread.on_trouble = told.append
    shutil.rmtree(path.parent)
    path.parent.write_text("no directory")
    for _ in range(3):
        with pytest.raises(JournalWriteFailed, match="cannot be written back"):
            await thread.keep_in_place()
        await asyncio.sleep(0.6)
    assert len(told) == 1
    assert "cannot be written back" in told[0]
    path.parent.unlink()
    await thread.keep_in_place()
    assert path.exists()
    await thread.close()
    assert len(told) == 2


BEGINS_THE_LOG_ANEW = """
import sqlite3, sys
journal = sqlite3.connect(sys.argv[1], isolation_level=None)
journal.execute("UPDATE reviews SET opened = opened")
journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print("begun", flush=True)
input()
"""


@pytest.mark.parametrize("taken", [(), ("", *SIDES)], ids=["in place", "all taken away"])
def test_what_is_read_through_an_index_that_tells_of_another_log_is_saved_by_the_log(
    taken: tuple[str, ...], state: Path, tmp_path: Path
) -> None:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers(3)
    removes("-shm")(reviewer.path)
    command = [sys.executable, "-c", BEGINS_THE_LOG_ANEW, str(reviewer.path)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "begun\n"
        reviewer.journal._store._connection.execute("PRAGMA shrink_memory")
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            reviewer.journal._store._connection.execute("BEGIN IMMEDIATE")
        removes(*taken)(reviewer.path)
        reviewer.answers()
        other.kill()
    assert len(reviewer.saved) == 4
    assert answers_in(reviewer.path, tmp_path / "read") == set(reviewer.saved)
    assert reviewer.journal.path == reviewer.path
    reviewer.journal.close()


def test_what_is_read_through_such_an_index_is_kept_elsewhere_where_nothing_can_be_put_back(state: Path) -> None:
    reviewer = Reviewer(state / "journal.db")
    reviewer.answers(3)
    removes("-shm")(reviewer.path)
    command = [sys.executable, "-c", BEGINS_THE_LOG_ANEW, str(reviewer.path)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "begun\n"
        reviewer.journal._store._connection.execute("PRAGMA shrink_memory")
        shutil.rmtree(state)
        state.write_text("no directory")
        reviewer.journal.close()
        other.kill()
    kept = reviewer.moves[-1].path
    assert set(reviewer.saved) <= everything_kept(kept)
    shutil.rmtree(kept.parent)
