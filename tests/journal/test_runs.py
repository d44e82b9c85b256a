"""What one run of the program may still change, no other lets go; what a run that ended left, everybody does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labeler.journal.journal import Journal
from labeler.journal.live_processes import Runs
from labeler.storage.file_lock import FileLock
from tests.journal.sitting import HOME, Sitting, rows, scratch_directory, spec

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A directory that other users can reach."""
    directory = scratch_directory()
    yield directory
    shutil.rmtree(directory)


def answer(journal: Journal, trace_id: str) -> None:
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows(trace_id))
    journal.changes.record(review.id, Sitting().answer(trace_id, "helpful", True, None, 5))


def released(journal: Journal) -> set[str]:
    return {each.trace_id for each in journal.queries.deliveries([HOME]) if each.released_at_ms is not None}


def test_a_run_releases_its_own_answers_and_those_of_runs_that_ended_and_no_others(tmp_path: Path) -> None:
    ended = Journal.open(tmp_path / "journal.db")
    answer(ended, "tr-ended")
    ended.close()
    one, other = Journal.open(tmp_path / "journal.db"), Journal.open(tmp_path / "journal.db")
    answer(one, "tr-one")
    answer(other, "tr-other")
    other.outbox.release_earlier(7)
    assert released(one) == {"tr-ended"}
    other.outbox.release("tr-one", 8)
    other.outbox.release_all(9)
    assert released(one) == {"tr-ended", "tr-other"}
    one.close()
    other.outbox.release_earlier(10)
    assert released(other) == {"tr-ended", "tr-other", "tr-one"}
    other.close()


def test_a_killed_run_has_ended_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    command = [sys.executable, "-m", "tests.journal.writer", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        journal = Journal.open(path)
        journal.outbox.release_earlier(5)
        assert released(journal) == set()
        writer.kill()
    journal.outbox.release_earlier(6)
    assert "tr-0" in released(journal)
    assert journal.queries.counts([HOME]).unreleased == 0
    journal.close()
    assert list(tmp_path.glob("*.run-*")) == []


def test_the_mark_of_a_killed_run_goes_with_the_next_that_ends(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    answer(journal, "tr-one")
    (tmp_path / "journal.db.run-killed").touch()
    journal.close()
    assert list(tmp_path.glob("*.run-*")) == []


def test_a_copied_journal_takes_the_runs_of_the_original_for_ended(tmp_path: Path) -> None:
    original = Journal.open(tmp_path / "journal.db")
    answer(original, "tr-1")
    shutil.copytree(tmp_path, tmp_path / "copy")
    copy = Journal.open(tmp_path / "copy" / "journal.db")
    copy.outbox.release_earlier(6)
    assert released(copy) == {"tr-1"}
    assert released(original) == set()
    copy.close()
    original.close()


def test_a_run_that_has_begun_lives_though_others_sweep_the_marks_away_all_the_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = threading.Event()

    def sweep() -> None:
        while not done.is_set():
            Runs(path, "sweeper").living()

    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()
    try:
        for number in range(200):
            run = Runs(path, f"{number}")
            run.begin()
            assert f"{number}" in Runs(path, "somebody").living()
            run.end()
    finally:
        done.set()
        for sweeper in sweepers:
            sweeper.join()
    assert Runs(path, "somebody").living() == set()


def test_a_mark_made_anew_while_the_one_before_is_tested_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    mark = tmp_path / "journal.db.run-one"
    mark.touch()
    run, try_acquire = Runs(path, "one"), FileLock.try_acquire

    def acquire_what_is_made_anew(lock: FileLock) -> bool:
        monkeypatch.setattr(FileLock, "try_acquire", try_acquire)
        is_acquired = lock.try_acquire()
        mark.unlink()
        run.begin()
        return is_acquired

    monkeypatch.setattr(FileLock, "try_acquire", acquire_what_is_made_anew)
    assert Runs(path, "somebody").living() == {"one"}
    assert mark.exists()
    run.end()


def test_a_run_of_another_user_counts_as_living_and_stops_nobody(scratch: Path) -> None:
    other, own = Journal.open(scratch / "journal.db"), Journal.open(scratch / "journal.db")
    answer(other, "tr-other")
    with marks_of_another_user(scratch):
        own.outbox.release_earlier(5)
        assert released(own) == set()
    own.close()
    other.close()


@contextmanager
def marks_of_another_user(directory: Path) -> Iterator[None]:
    """Have this process be one that may not open the marks there, as is everybody but their owner (and root)."""
    for mark in directory.glob("*.run-*"):
        mark.chmod(0)
    user = os.geteuid()
    if user == 0:
        directory.chmod(0o777)
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_run_that_only_reads_leaves_no_mark(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    assert journal.queries.counts([HOME]).waiting == 0
    assert list(tmp_path.glob("*.run-*")) == []
    journal.close()
