"""The program's own files: closed to others also where they were open before, and never reached through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labeler.domain.destination import Destination
from tests.cli.embedded_store import filled_store
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import NAMES

DEFECT = (
    "import sys\nfrom labeler.cli import keys, main\n"
    "def defect(arguments): raise ZeroDivisionError\nkeys.run = defect\nsys.exit(main.main(['keys']))"
)
PLACE = Destination("http://harbour.example", "", "7")


def test_files_that_were_open_to_others_are_closed_to_them(labeler: Program) -> None:
    queue(labeler, PLACE, ["tr-1"])
    journal = labeler.data / "journal.db"
    reader = os.open(journal, os.O_RDONLY)
    names = ("journal.db", "labeler.log", "labeler.log.1", "cache.db", "cache.db-wal", "cache.db-shm")
    for name in names:
        (labeler.data / name).touch()
        (labeler.data / name).chmod(0o666)
    labeler.run("doctor")
    os.close(reader)
    there = {name: (labeler.data / name).stat().st_mode & 0o777 for name in names if (labeler.data / name).exists()}
    assert {"journal.db", "labeler.log", "labeler.log.1", "cache.db"} <= set(there)
    assert set(there.values()) == {0o600}
    assert [row["trace_id"] for row in labeler.run("outbox", "list", "--json").lines] == ["tr-1"]


def test_the_log_of_a_journal_that_was_open_to_others_is_closed_too(labeler: Program) -> None:
    queue(labeler, PLACE, ["tr-1"])
    holder = labeler.start_python(
        "import sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1])\n"
        "connection.execute('SELECT count(*) FROM deliveries').fetchall()\nprint(flush=True)\nsys.stdin.read()",
        str(labeler.data / "journal.db"),
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        files = [labeler.data / f"journal.db{suffix}" for suffix in ("", "-wal", "-shm")]
        for file in files:
            file.chmod(0o666)
        queue(labeler, PLACE, ["tr-2"])
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        holder.communicate()


def victim(labeler: Program, name: str) -> Path:
    """Somebody's file, to which a link leads from where the program has a file of its own."""
    file = labeler.home / "precious"
    file.write_text("precious")
    file.chmod(0o644)
    labeler.data.mkdir(exist_ok=True)
    (labeler.data / name).symlink_to(file)
    return file


def assert_untouched(file: Path) -> None:
    assert file.read_text() == "precious"
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_link_in_place_of_the_log_is_not_followed_and_doctor_says_so(labeler: Program) -> None:
    file = victim(labeler, "labeler.log")
    ended = labeler.python(DEFECT)
    assert ended.code == 70
    assert "The details could not be written to the log" in ended.err
    assert_untouched(file)
    doctor = labeler.run("-v", "doctor")
    assert "labeler.log: it is a symbolic link" in doctor.out
    assert_untouched(file)
    assert (labeler.data / "labeler.log").is_symlink()


def test_a_pipe_in_place_of_the_log_does_not_hold_the_program_up(labeler: Program) -> None:
    labeler.data.mkdir()
    os.mkfifo(labeler.data / "labeler.log")
    assert labeler.python(DEFECT).code == 70
    assert "labeler.log: it is no file" in labeler.run("doctor").out


def test_a_link_in_place_of_the_cache_is_not_followed_and_doctor_says_so(labeler: Program) -> None:
    file = victim(labeler, "cache.db")
    assert "cannot be written (it is a symbolic link)" in labeler.run("doctor").out
    trace_ids = filled_store(labeler.work / "store.db", *NAMES)
    pulled = labeler.run("pull", *trace_ids, "-b", "local:store.db", "-r", "ana")
    assert pulled.code == 2
    assert "Nothing would be here for later" in pulled.err
    assert_untouched(file)


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "journal.db-shm"])
def test_a_link_in_place_of_the_journal_is_refused_in_a_sentence(labeler: Program, name: str) -> None:
    if name != "journal.db":
        queue(labeler, PLACE, ["tr-1"])
    file = victim(labeler, name)
    refused = labeler.run("config", "trust", "https://a")
    assert refused.code == 2
    assert f"{labeler.data / name} is to be a file of its own, and it is a symbolic link" in refused.err
    assert_untouched(file)


def test_what_a_linked_journal_holds_can_be_read(labeler: Program) -> None:
    queue(labeler, PLACE, ["tr-1"])
    elsewhere = labeler.home / "elsewhere.db"
    (labeler.data / "journal.db").rename(elsewhere)
    (labeler.data / "journal.db").symlink_to(elsewhere)
    listed = labeler.run("outbox", "list", "--json")
    assert [row["trace_id"] for row in listed.lines] == ["tr-1"]
    assert "is read as it is, and nothing is written to it (it is a symbolic link)" in listed.err


@pytest.mark.slow
def test_links_in_place_of_lock_and_run_files_are_not_followed(labeler: Program) -> None:
    (trace_id, *_) = filled_store(labeler.work / "store.db", *NAMES)
    backend = ("-b", "local:store.db")
    (labeler.work / "labels.jsonl").write_text(f'{{"trace_id": "{trace_id}", "name": "note", "value": "x"}}\n')
    assert labeler.run("push", "labels.jsonl", *backend, "-r", "ana").code == 0
    assert labeler.run("sync", *backend).code == 0
    (lock,) = labeler.data.glob("delivery-*.lock")
    lock.unlink()
    file = victim(labeler, lock.name)
    (labeler.data / "journal.db.run-somebody").symlink_to(labeler.home / "made by following")
    (labeler.work / "labels.jsonl").write_text(f'{{"trace_id": "{trace_id}", "name": "note", "value": "y"}}\n')
    assert labeler.run("push", "labels.jsonl", *backend, "-r", "ana").code == 0
    synced = labeler.run("sync", *backend)
    assert synced.code == 2, synced
    assert f"{lock}" in synced.err
    assert "defect" not in synced.err
    assert_untouched(file)
    assert not (labeler.home / "made by following").exists()
