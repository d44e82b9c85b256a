"""A disk that ends, a log that is torn, a file that may not be written: what was saved stays, nothing by halves."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.change import AnswerEffect, Change
from labeler.journal.journal import Journal
from labeler.journal.models import JournalError
from tests.cli.disks import disk_at
from tests.journal.sitting import HOME, Sitting, rows, scratch_directory, spec

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@pytest.fixture
def scratch() -> Iterator[Path]:
    directory = scratch_directory()
    yield directory
    shutil.rmtree(directory)


def changes_of(journal: Journal) -> list[Change]:
    review = journal.reviews.last()
    return [] if review is None else journal.changes.of_review(review.id)


def takes_another(journal: Journal) -> bool:
    """Whether the journal records a further answer."""
    review = journal.reviews.begin(spec(queue_id="rq-1"), 1)
    journal.reviews.add_items(review.id, rows("tr-further"))
    change = Sitting().answer("tr-further", "helpful", True, None, 9)
    journal.changes.record(review.id, change)
    return journal.changes.of_review(review.id)[-1] == change


@pytest.mark.parametrize("bytes_a_file", [3_000, 30_000, 190_000, 260_000, 333_333, 500_001, 1_234_567])
def test_wherever_the_disk_ends_what_was_said_to_be_saved_is_there_and_nothing_by_halves(
    bytes_a_file: int, tmp_path: Path
) -> None:
    path = tmp_path / "journal.db"
    ended = subprocess.run(
        [sys.executable, "-m", "tests.journal.writer", str(path)],
        capture_output=True,
        cwd=ROOT,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file)),
    )
    assert "JournalWriteFailed: Not saved" in ended.stderr or "JournalUnwritable" in ended.stderr
    said = [line.split()[0] for line in ended.stdout.splitlines()]
    journal = Journal.open(path)
    assert journal.recovery is None
    changes = changes_of(journal)
    assert [change.id for change in changes] == said
    given = [e.after.assessment_id for c in changes for e in c.effects if isinstance(e, AnswerEffect) and e.after]
    assert sorted(given) == sorted(each.assessment_id or "" for each in journal.queries.deliveries([HOME]))
    assert takes_another(journal)
    journal.close()


@pytest.mark.parametrize("left", [0, 48 * 1024, 100 * 1024])
def test_a_damaged_journal_that_cannot_be_saved_for_want_of_room_waits_until_there_is_some(
    left: int, tmp_path: Path
) -> None:
    with disk_at(tmp_path / "disk") as disk:
        path = disk.path / "journal.db"
        journal = Journal.open(path)
        assert takes_another(journal)
        (change,) = changes_of(journal)
        journal.close()
        content = bytearray(path.read_bytes())
        content[-4096:] = b"\xa5" * 4096
        path.write_bytes(content)
        disk.fill(left=left)
        for _ in range(2):
            with pytest.raises(JournalError):
                Journal.open(path)
            assert path.read_bytes() == content
        disk.clear()
        saved = Journal.open(path)
        assert saved.recovery is not None
        assert changes_of(saved) == [change]
        saved.close()


@pytest.mark.slow
@settings(max_examples=40)
@given(data=st.data())
def test_a_torn_log_costs_at_most_what_was_written_last(data: st.DataObject) -> None:
    scratch = scratch_directory()
    path, torn = scratch / "journal.db", scratch / "torn" / "journal.db"
    journal = Journal.open(path)
    review = journal.reviews.begin(spec(queue_id="rq-1"), 1)
    journal.reviews.add_items(review.id, rows(*(f"tr-{number}" for number in range(6))))
    sitting = Sitting()
    written = [sitting.answer(f"tr-{number}", "helpful", number, None, number) for number in range(6)]
    for change in written:
        journal.changes.record(review.id, change)
    torn.parent.mkdir()
    shutil.copyfile(path, torn)
    log = path.with_name("journal.db-wal").read_bytes()
    kept = data.draw(st.integers(0, len(log)), "bytes that reached the disk")
    garbage = data.draw(st.sampled_from([b"", b"\0" * 4096, b"\xa5" * 700]), "what stands behind them")
    torn.with_name("journal.db-wal").write_bytes(log[:kept] + garbage)
    journal.close()
    found = Journal.open(torn)
    changes = changes_of(found)
    assert changes == written[: len(changes)]
    assert kept < len(log) or changes == written
    assert takes_another(found)
    found.close()
    shutil.rmtree(scratch)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="users and their rights are those of a POSIX system")
def test_a_journal_that_may_only_be_read_is_named_in_a_sentence_and_stays_as_it_is(scratch: Path) -> None:
    path = scratch / "journal.db"
    journal = Journal.open(path)
    assert takes_another(journal)
    journal.close()
    before = path.read_bytes()
    path.chmod(0o444)
    scratch.chmod(0o555)
    told = as_a_common_user(path)
    scratch.chmod(0o755)
    assert str(path) in told
    assert "Traceback" not in told
    assert path.read_bytes() == before


def as_a_common_user(path: Path) -> str:
    """What opening a journal and answering says to somebody without rights over it; root gives up its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            takes_another(Journal.open(path))
            os.write(writing, b"it was taken")
        except JournalError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as told:
        return told.read()
