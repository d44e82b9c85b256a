"""A journal that is taken away from several programs, at any moment, or while nothing is done."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest

from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalWriteFailed
from tests.journal.taking_away import (
    OCCUPIED,
    SIDES,
    TAKEN_AWAY,
    Answering,
    Reviewer,
    answers_in,
    everything_kept,
    other_journal,
)


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


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_whatever_is_removed_and_when_no_answer_that_was_said_to_be_saved_is_lost(seed: int, state: Path) -> None:
    path, chance = state / "journal.db", random.Random(seed)
    weather = [*TAKEN_AWAY.values(), *OCCUPIED.values()]
    with Answering(path, "one") as one, Answering(path, "other") as other:
        ends_at = time.monotonic() + 2
        while time.monotonic() < ends_at:
            time.sleep(chance.uniform(0.01, 0.2))
            with suppress(OSError):
                chance.choice(weather)(path)
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
