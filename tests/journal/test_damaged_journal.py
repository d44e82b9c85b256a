"""A journal that was damaged, is of another version, or cannot be written: nothing is lost silently."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from labeler.domain.destination import Destination
from labeler.domain.worklist import ItemState
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp, DeliveryState, JournalNewer, JournalUnusable, JournalWriteFailed
from labeler.journal.schema import STEPS
from labeler.journal.store import open_store
from tests.journal.earlier_formats import write_as_of
from tests.journal.sitting import HOME, Sitting, rows, spec

PAGE = 4096


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal after an afternoon: 300 items, 200 of them answered, some delivered, some changed, some cleared."""
    path = tmp_path_factory.mktemp("worked") / "journal.db"
    journal = Journal.open(path)
    sitting = Sitting()
    review = journal.reviews.begin(spec(queue_id="rq-1"), 1)
    names = [f"tr-{number:03}" for number in range(300)]
    journal.reviews.add_items(review.id, rows(*names))
    for number, name in enumerate(names[:200]):
        journal.changes.record(review.id, sitting.answer(name, "helpful", number % 2 == 0, "because " * 5, 10 + number))
        journal.changes.record(review.id, sitting.set_state(name, ItemState.LABELLED, 11 + number))
    journal.outbox.release_all(1_000)
    for claim in journal.outbox.claim([HOME], 2_000, 0, 100):
        journal.outbox.settle([(claim.delivery.id, Delivered())], 2_001)
    for name in names[:20]:
        journal.changes.record(review.id, sitting.answer(name, "helpful", 3, None, 3_000))
    for name in names[20:30]:
        journal.changes.record(review.id, sitting.clear(name, "helpful", 3_000))
    journal.outbox.release_all(4_000)
    journal.close()
    return path


def damage(path: Path, pages: set[int]) -> None:
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(random.Random(page).randbytes(PAGE))


def is_whole(path: Path) -> bool:
    with sqlite3.connect(path) as database:
        try:
            return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_answer_is_lost_by_one_damaged_page(worked: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / f"{uuid.uuid4().hex}.db"
    shutil.copy(worked, path)
    damage(path, {data.draw(st.integers(0, path.stat().st_size // PAGE - 1))})
    assume(not is_whole(path))
    journal = Journal.open(path)
    assert journal.recovery is not None
    assert journal.recovery.set_aside.exists()
    assert journal.recovery.set_aside.name in journal.recovery.sentence
    answers = [answer for answer in journal.changes.answers([HOME], "rhea.k").values() if answer is not None]
    assert len(answers) == 190
    known = journal.queries.delivery_of([answer.assessment_id for answer in answers])
    assert {each.state for each in known.values()} <= {DeliveryState.WAITING, DeliveryState.DELIVERED}
    assert len(known) == 190
    journal.close()
    again = Journal.open(path)
    assert again.recovery is None
    again.close()


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_journal_damaged_all_over_still_opens_with_what_is_left(
    worked: Path, tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / f"{uuid.uuid4().hex}.db"
    shutil.copy(worked, path)
    damage(path, data.draw(st.sets(st.integers(0, path.stat().st_size // PAGE - 1), min_size=2, max_size=20)))
    os.truncate(path, path.stat().st_size - data.draw(st.integers(0, 20)) * 1_000)
    assume(not is_whole(path))
    journal = Journal.open(path)
    assert journal.recovery is not None
    review = journal.reviews.begin(spec(queue_id="rq-1"), 5_000)
    journal.reviews.add_items(review.id, rows("tr-new"))
    journal.changes.record(review.id, Sitting().answer("tr-new", "helpful", True, None, 5_000))
    answers = [
        answer
        for answer in journal.changes.answers(journal.queries.destinations(), "rhea.k").values()
        if answer is not None
    ]
    assert len(journal.queries.delivery_of([answer.assessment_id for answer in answers])) == len(answers)
    journal.close()


def test_a_file_of_garbage_is_set_aside_and_a_fresh_journal_begun(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(os.urandom(50_000))
    journal = Journal.open(path)
    assert journal.recovery is not None
    assert journal.recovery.changes == 0
    assert len(list(tmp_path.glob("journal.db.damaged-*"))) == 1
    journal.close()


def test_the_journal_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    journal = Journal.open(path)
    journal.reviews.begin(spec(), 1)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    journal.close()
    path.chmod(0o644)
    Journal.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_several_processes_may_open_a_new_journal_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from labeler.journal.journal import Journal; "
        "sys.stdin.readline(); Journal.open(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "new" / "journal.db")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0, 0, 0]


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.open(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(JournalNewer, match="newer labeler"):
        Journal.open(path)
    assert path.read_bytes() == before


def test_a_journal_of_an_older_version_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    review = journal.reviews.begin(spec(), 1)
    journal.close()
    open_store(path, (*STEPS, "CREATE TABLE later (id INTEGER);\n")).close()
    (copy,) = tmp_path.glob("journal.db.format-*")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    older = Journal.open(copy)
    assert older.reviews.last() == review
    older.close()
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.open(path).close()
    with pytest.raises(JournalUnusable):
        open_store(path, (*STEPS, "CREATE TABLE later (id INTEGER);\nCREATE TABLE reviews (id INTEGER);\n"))
    Journal.open(path).close()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(JournalUnusable, match="not a labeler journal"):
        Journal.open(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "journal.db", tmp_path):
        with pytest.raises(JournalUnusable, match="--data-dir"):
            Journal.open(path)


def test_a_full_disk_fails_the_change_in_a_sentence_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    sitting = Sitting()
    journal.changes.record(review.id, sitting.answer("tr-1", "helpful", True, None, 5))
    journal._store._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(JournalWriteFailed, match="the disk is full"):
        journal.changes.record(review.id, sitting.answer("tr-1", "helpful", False, "x" * 100_000, 6))
    journal._store._connection.execute("PRAGMA max_page_count = 1000000")
    (answer,) = journal.changes.answers([HOME], "rhea.k").values()
    assert answer is not None
    assert answer.value is True
    assert len(journal.changes.of_review(review.id)) == 1
    assert [each.op for each in journal.queries.deliveries([HOME])] == [DeliveryOp.CREATE]
    journal.close()


def test_a_journal_that_another_program_holds_fails_the_change_and_takes_it_later(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    journal._store._connection.execute("PRAGMA busy_timeout = 50")
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    change = Sitting().answer("tr-1", "helpful", True, None, 5)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalWriteFailed, match="another program holds it"):
        journal.changes.record(review.id, change)
    other.execute("ROLLBACK")
    other.close()
    journal.changes.record(review.id, change)
    assert journal.changes.of_review(review.id) == [change]
    journal.close()


def test_the_log_of_changes_cannot_be_rewritten(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    journal.changes.record(review.id, Sitting().answer("tr-1", "helpful", True, None, 5))
    for statement in ("UPDATE changes SET at_ms = 0", "DELETE FROM changes"):
        with pytest.raises(sqlite3.Error, match="append-only"):
            journal._store._connection.execute(statement)
    assert journal.queries.elsewhere([Destination("http://other.example", "", "1")]) == {HOME: 1}
    journal.close()


@pytest.mark.parametrize("version", range(1, len(STEPS)))
def test_a_damaged_journal_of_an_earlier_format_gives_up_its_answers_deferrals_and_drafts(
    tmp_path: Path, version: int
) -> None:
    journal = Journal.open(tmp_path / "today.db")
    sitting = Sitting()
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1", "tr-2", "tr-3"))
    for change in (
        sitting.answer("tr-1", "helpful", True, None, 2),
        sitting.set_state("tr-1", ItemState.LABELLED, 3),
        sitting.set_state("tr-2", ItemState.DEFERRED, 4),
    ):
        journal.changes.record(review.id, change)
    journal.reviews.save_draft(review.id, "tr-3", "comment:helpful", "half \ud800")
    kept = _said(journal, review.id)
    journal.close()
    path = tmp_path / "journal.db"
    write_as_of(version, tmp_path / "today.db", path)
    with sqlite3.connect(path) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'renamed'").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(path, {page - 1})
    journal = Journal.open(path)
    assert journal.recovery is not None
    assert _said(journal, review.id) == kept
    journal.close()


def test_the_first_page_of_a_journal_that_was_brought_over_may_be_damaged_too(worked: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write_as_of(4, worked, path)
    Journal.open(path).close()
    assert not path.with_name("journal.db-wal").exists()
    damage(path, {0})
    journal = Journal.open(path)
    assert journal.recovery is not None
    answers = [answer for answer in journal.changes.answers([HOME], "rhea.k").values() if answer is not None]
    assert len(answers) == 190
    (review,) = journal._store.rows("SELECT id FROM reviews")
    assert list(journal.reviews.states(review["id"]).values()) == [ItemState.LABELLED] * 200
    journal.close()


def _said(journal: Journal, review_id: str) -> tuple[object, ...]:
    return (
        journal.changes.answers([HOME], "rhea.k"),
        journal.reviews.states(review_id),
        journal.reviews.drafts(review_id),
        journal.changes.of_review(review_id),
    )
