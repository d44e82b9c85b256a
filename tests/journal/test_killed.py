"""Killed at any moment, the journal has every answer that was said to be saved, and no half of another."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from labeler.domain.change import AnswerEffect
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.journal import Journal
from labeler.journal.models import JournalNewer
from tests.journal.sitting import HOME, Sitting, rows, spec

ROOT = Path(__file__).parents[2]


def ids_in(line: str) -> tuple[str, str]:
    """The change and the assessment that the writer says are saved."""
    change_id, assessment_id = line.split()
    return change_id, assessment_id


def test_an_answer_said_to_be_saved_survives_kill_minus_nine(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    said: list[tuple[str, str]] = []
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.journal.writer", str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(random.randrange(1, 60)):
                said.append(ids_in(writer.stdout.readline()))
            writer.kill()
            said += [ids_in(line) for line in writer.stdout if line.endswith("\n")]
    journal = Journal.open(path)
    assert journal.recovery is None
    review = journal.reviews.last()
    assert review is not None
    changes = journal.changes.of_review(review.id)
    assert {change_id for change_id, _ in said} <= {change.id for change in changes}
    assert len(changes) <= len(said) + 4
    given = [e.after.assessment_id for c in changes for e in c.effects if isinstance(e, AnswerEffect) and e.after]
    assert {assessment_id for _, assessment_id in said} <= set(given)
    assert sorted(given) == sorted(each.assessment_id or "" for each in journal.queries.deliveries([HOME]))
    assert sorted(given) == sorted(a.assessment_id for a in journal.changes.answers([HOME], "rhea.k").values() if a)
    journal.close()


async def test_the_journals_thread_does_what_it_is_asked_in_order_even_when_nobody_waits(tmp_path: Path) -> None:
    thread = await AsyncJournal.open(tmp_path / "journal.db")
    review = await thread.run(thread.reviews.begin, spec(), 1)
    await thread.run(thread.reviews.add_items, review.id, rows("tr-1"))
    sitting = Sitting()
    wanted = [sitting.answer("tr-1", "helpful", number, None, number) for number in range(20)]
    waits = [asyncio.ensure_future(thread.run(thread.changes.record, review.id, change)) for change in wanted]
    await asyncio.sleep(0)
    for wait in waits[5:]:
        wait.cancel()
    assert await thread.run(thread.changes.of_review, review.id) == wanted
    with pytest.raises(ValueError, match="no item"):
        await thread.run(thread.changes.record, review.id, sitting.answer("tr-2", "helpful", 1, None, 1))
    await thread.close()
    with pytest.raises(RuntimeError):
        await thread.run(thread.reviews.last)


async def test_a_thread_whose_journal_cannot_be_opened_says_why(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    journal._store._connection.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(JournalNewer):
        await AsyncJournal.open(path)


@pytest.mark.slow
def test_an_answer_to_many_that_is_killed_in_the_middle_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = 0
    for after in (0, 1, 40, 150, 299):
        command = [sys.executable, "-m", "tests.journal.bulk_writer", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(after + 1):
                writer.stdout.readline()
            writer.kill()
            done += any(line == "saved\n" for line in writer.stdout)
        journal = Journal.open(path)
        assert journal.recovery is None
        review = journal.reviews.last()
        assert review is not None
        changes = journal.changes.of_review(review.id)
        given = [e.after.assessment_id for c in changes for e in c.effects if isinstance(e, AnswerEffect) and e.after]
        assert len(changes) >= done
        assert len(given) == 300 * len(changes)
        assert sorted(given) == sorted(each.assessment_id or "" for each in journal.queries.deliveries([HOME]))
        assert len(journal.changes.answers([HOME], "rhea.k")) == 300 * len(changes)
        journal.close()
