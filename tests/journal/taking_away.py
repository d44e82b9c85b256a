"""Ways to take a journal away, a reviewer who remembers what was said to be saved, and what can be found afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

from labeler.journal.journal import Journal
from labeler.journal.removed_journal import Moved
from tests.journal.sitting import HOME, Sitting, rows, spec

ROOT = Path(__file__).parents[2]
SIDES = ("-wal", "-shm")


class Reviewer:
    """Somebody at a journal of their own, who remembers which answers were said to be saved, and what was told."""

    def __init__(self, path: Path, name: str = "tr") -> None:
        self.path = path
        self.journal = Journal.open(path)
        self.moves: list[Moved] = []
        self.journal.tell_moves(self.moves.append)
        self.saved: list[str] = []
        self._sitting = Sitting()
        self._name = name
        self._review = self.journal.reviews.begin(spec(label=name, filter=f"name = '{name}'"), 1)

    def answers(self, count: int = 1) -> None:
        for _ in range(count):
            trace = f"{self._name}-{len(self.saved)}"
            self.journal.reviews.add_items(self._review.id, rows(trace))
            change = self._sitting.answer(trace, "helpful", True, None, 5 + len(self.saved))
            self.journal.changes.record(self._review.id, change)
            self.saved.append(change.id)

    @classmethod
    def at(cls, path: Path) -> Self:
        """Somebody else at a journal that is there."""
        return cls(path, "further")

    def undoes(self) -> None:
        self.journal.changes.record(self._review.id, self._sitting.undo(100))

    @property
    def sentences(self) -> list[str]:
        return [moved.sentence for moved in self.moves]


def copied(journal: Path, copy: Path) -> None:
    """Copy a journal as it is at this moment, in one file, as a backup does."""
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def answers_in(path: Path, directory: Path) -> set[str]:
    """The changes that a second program finds in the journal at `path`, opening a copy of the files as they are."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for suffix in ("", *SIDES[:1]):
        if Path(f"{path}{suffix}").exists():
            shutil.copy(f"{path}{suffix}", directory / f"journal.db{suffix}")
    journal = Journal.open(directory / "journal.db")
    try:
        assert journal.recovery is None
        found = {
            row["id"]: row["trace_id"] for row in journal._store.rows("SELECT id, trace_id FROM changes ORDER BY seq")
        }
        waiting = {each.trace_id for each in journal.queries.deliveries([HOME])}
        assert waiting == set(found.values())
        return set(found)
    finally:
        journal.close()


class Answering:
    """The program of `tests.journal.answering` at the journal at `path`. `saved`: the changes it said to be saved."""

    def __init__(self, path: Path, name: str) -> None:
        command = [sys.executable, "-m", "tests.journal.answering", str(path), name]
        self._program = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.saved: set[str] = set()

    def says(self, count: int) -> None:
        """Wait for some lines of it."""
        assert self._program.stdout is not None
        for _ in range(count):
            self._hear(self._program.stdout.readline())

    def ends(self) -> int:
        """Let it leave; returns its exit code."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.close()
        for line in self._program.stdout:
            self._hear(line)
        return self._program.wait(20)

    def __enter__(self) -> Self:
        self.says(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()

    def _hear(self, line: str) -> None:
        if line.startswith("saved "):
            self.saved.add(line.split()[1])


def removes(*suffixes: str) -> Callable[[Path], None]:
    def remove(path: Path) -> None:
        for suffix in suffixes:
            Path(f"{path}{suffix}").unlink()

    return remove


def removes_directory(path: Path) -> None:
    shutil.rmtree(path.parent)


def removes_directory_and_makes_it_again(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.mkdir()


def moves_directory_away(path: Path) -> None:
    path.parent.rename(path.parent.with_name(uuid.uuid4().hex))


def moves_database_away(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


TAKEN_AWAY: dict[str, Callable[[Path], None]] = {
    "database": removes(""),
    "log": removes("-wal"),
    "index": removes("-shm"),
    "log and index": removes(*SIDES),
    "database and log": removes("", "-wal"),
    "database and index": removes("", "-shm"),
    "all three": removes("", *SIDES),
    "directory": removes_directory,
    "directory, made again": removes_directory_and_makes_it_again,
    "directory, moved": moves_directory_away,
    "database, moved": moves_database_away,
}


def other_journal(path: Path) -> None:
    shutil.rmtree(path.parent)
    other = Reviewer(path, "other")
    other.answers()
    other.journal.close()


def text(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_text("somebody's notes")


def directory(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.mkdir(parents=True)


def pipe(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    os.mkfifo(path)


OCCUPIED: dict[str, Callable[[Path], None]] = {
    "another journal": other_journal,
    "a text": text,
    "a directory": directory,
    "a pipe": pipe,
}


def contents(path: Path) -> dict[str, bytes]:
    """What lies at the path and beside it as far as SQLite would make it."""
    return {
        str(each): each.read_bytes()
        for each in (path, *(Path(f"{path}{suffix}") for suffix in SIDES))
        if each.is_file()
    }


def everything_kept(path: Path) -> set[str]:
    """The changes in the journal at `path` and in those that were kept beside it."""
    found: set[str] = set()
    for journal in (path, *path.parent.glob("journal.rescued-*/journal.db")):
        with suppress(sqlite3.Error), closing(sqlite3.connect(journal)) as database:
            assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
            found.update(change for (change,) in database.execute("SELECT id FROM changes"))
    return found
