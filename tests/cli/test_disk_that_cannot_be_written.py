"""A journal on a full or read-only disk: what is in it comes out, nothing is changed, and both are said."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from labeler.domain.destination import Destination
from labeler.journal.schema import STEPS
from labeler.journal.store import open_store
from tests.cli.disks import Disk, disk_at
from tests.cli.embedded_store import filled_store
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import NAMES

pytestmark = pytest.mark.slow  # starts a program for each case, some of them many

PLACE = Destination("http://harbour.example", "", "7")
SAID = "is read as it is, and nothing is written to it ("
HOLD = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("SELECT count(*) FROM deliveries").fetchall()
print("open", flush=True)
sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def disk(labeler: Program) -> Iterator[Disk]:
    """The disk that the program's journal, log and cache lie on."""
    with disk_at(labeler.data) as mounted:
        yield mounted


def with_a_log(journal: Path, write: Callable[[], object]) -> None:
    """What `write` adds is only in the journal's write-ahead log, as a power cut leaves it."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    write()
    holder.communicate()
    assert journal.with_name("journal.db-wal").stat().st_size > 0


def fifteen_of_which_five_are_in_the_log(labeler: Program) -> set[str]:
    queue(labeler, PLACE, [f"tr-{number}" for number in range(10)])
    with_a_log(labeler.data / "journal.db", lambda: queue(labeler, PLACE, [f"tr-{number}" for number in range(10, 15)]))
    return {f"tr-{number}" for number in range(15)}


def read_every_way(labeler: Program) -> list[set[str]]:
    """The traces that each command finds labels for; each says that the journal is read as it is."""
    saved = labeler.home / "saved.jsonl"
    ways = (("outbox", "list", "--json"), ("export", "--local"), ("outbox", "export", str(saved)))
    found = []
    for command in ways:
        ended = labeler.run(*command)
        assert (ended.code, ended.err.count(SAID)) == (0, 1), ended
        lines = saved.read_text().splitlines() if "outbox export" in " ".join(command) else ended.out.splitlines()
        found.append({json.loads(line)["trace_id"] for line in lines})
    saved.unlink()
    return found


@pytest.mark.parametrize("trouble", ["full", "full, and the log's index is gone", "read-only"])
def test_every_answer_comes_out_of_a_disk_that_cannot_be_written(labeler: Program, disk: Disk, trouble: str) -> None:
    expected = fifteen_of_which_five_are_in_the_log(labeler)
    if trouble != "full":
        (disk.path / "journal.db-shm").unlink()
    if trouble == "read-only":
        disk.make_read_only()
    else:
        disk.fill()
    before = disk.content()
    assert read_every_way(labeler) == [expected] * 3
    assert {name: content for name, content in disk.content().items() if name in before} == before


def test_what_has_to_write_is_refused_with_what_can_still_be_done(labeler: Program, disk: Disk) -> None:
    queue(labeler, PLACE, ["tr-1", "tr-2"])
    disk.make_read_only()
    doctor = labeler.run("doctor", "--json")
    assert doctor.code == 2
    (finding,) = [each for each in doctor.lines[0] if each["check"] == "journal"]
    assert "2 waiting" in finding["detail"]
    assert finding["status"] == "fail"
    for command in (("sync",), ("outbox", "retry"), ("outbox", "discard", "1", "--yes")):
        refused = labeler.run(*command)
        assert refused.code == 2, refused
        assert refused.err.startswith("labeler: Nothing can be written to ")
        assert "labeler outbox export FILE saves it elsewhere" in refused.err
        assert "Traceback" not in refused.err


def test_a_journal_that_was_closed_in_order_is_read_where_not_even_a_copy_can_be_made(
    labeler: Program, disk: Disk
) -> None:
    queue(labeler, PLACE, ["tr-1", "tr-2"])
    disk.make_read_only()
    listed = labeler.run("outbox", "list", "--json", TMPDIR=str(disk.path))
    assert (listed.code, len(listed.lines)) == (0, 2)
    assert SAID in listed.err


def test_a_copy_that_has_room_nowhere_is_told_with_what_to_do(labeler: Program, disk: Disk) -> None:
    fifteen_of_which_five_are_in_the_log(labeler)
    disk.fill()
    ended = labeler.python(
        "import sys\nfrom pathlib import Path\n"
        "from labeler.journal import read_only\nfrom labeler.cli.main import main\n"
        f"read_only._places = lambda: [Path({str(disk.path)!r})]\nsys.exit(main(['outbox', 'list']))"
    )
    assert ended.code == 2
    assert "Set TMPDIR to a directory with room for it" in ended.err
    assert "Traceback" not in ended.err


def test_a_journal_of_an_older_format_is_read_and_stays_older(labeler: Program, disk: Disk) -> None:
    queue(labeler, PLACE, ["tr-old"])
    make_older(labeler.data / "journal.db")
    disk.make_read_only()
    before = disk.content()
    assert read_every_way(labeler) == [{"tr-old"}] * 3
    assert disk.content() == before


def make_older(path: Path) -> None:
    """Put what is queued in a journal into one of the first format."""
    newer = path.with_name("newer.db")
    path.rename(newer)
    open_store(path, STEPS[:1]).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("ATTACH ? AS newer", (str(newer),))
        for table in ("destinations", "deliveries", "cells"):
            columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({table})"))
            database.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}")
        database.commit()
    newer.unlink()


def test_a_damaged_journal_is_read_as_far_as_it_can_be_and_stays_as_it_is(labeler: Program, disk: Disk) -> None:
    queue(labeler, PLACE, [f"tr-{number}" for number in range(10)])
    journal = labeler.data / "journal.db"
    with closing(sqlite3.connect(journal)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'deliveries'").fetchone()
    content = bytearray(journal.read_bytes())
    content[page * size - 2000 : page * size] = bytes(2000)
    journal.write_bytes(content)
    disk.make_read_only()
    before = disk.content()
    listed = labeler.run("outbox", "list", "--json")
    assert listed.code == 0
    assert "The journal is damaged" in listed.err
    assert SAID in listed.err
    assert disk.content() == before


def test_a_journal_of_a_newer_labeler_is_named_for_what_it_is(labeler: Program, disk: Disk) -> None:
    queue(labeler, PLACE, ["tr-1"])
    with closing(sqlite3.connect(labeler.data / "journal.db")) as database:
        database.execute("PRAGMA user_version = 999")
    disk.make_read_only()
    listed = labeler.run("outbox", "list")
    assert listed.code == 2
    assert f"The journal {labeler.data / 'journal.db'} was written by a newer labeler" in listed.err


def test_where_there_is_no_journal_nothing_is_said_to_be_delivered(labeler: Program, disk: Disk) -> None:
    disk.make_read_only()
    ended = labeler.run("outbox", "list")
    assert (ended.code, ended.out) == (2, "")
    assert "Nothing can be written to" in ended.err
    assert "everything is delivered" not in ended.err.lower()


def test_what_was_delivered_is_verified_from_a_disk_that_cannot_be_written(labeler: Program, disk: Disk) -> None:
    trace_ids = filled_store(labeler.work / "store.db", *NAMES)
    labels = labeler.home / "labels.jsonl"
    labels.write_text(
        "".join(json.dumps({"trace_id": each, "name": "note", "value": "x"}) + "\n" for each in trace_ids)
    )
    backend = ("-b", "local:store.db")
    assert labeler.run("push", str(labels), *backend, "-r", "ana").code == 0
    with_a_log(labeler.data / "journal.db", lambda: labeler.run("sync", *backend))
    disk.make_read_only()
    verified = labeler.run("verify", *backend)
    assert verified.code == 0, verified
    assert f"{len(trace_ids)} delivered answers checked, {len(trace_ids)} as they should be" in verified.err
    assert SAID in verified.err


def test_a_journal_that_may_only_be_read_is_refused_before_anything_is_begun(labeler: Program) -> None:
    queue(labeler, PLACE, ["tr-1"])
    journal = labeler.data / "journal.db"
    if subprocess.run(["chattr", "+i", str(journal)], capture_output=True, check=False).returncode:
        pytest.skip("no file can be made immutable here")
    try:
        assert len(labeler.run("outbox", "list", "--json").lines) == 1
        refused = labeler.run("outbox", "retry")
        assert refused.code == 2
        assert f"The journal {journal} cannot be written" in refused.err
    finally:
        subprocess.run(["chattr", "-i", str(journal)], check=True)


def test_a_log_that_cannot_be_written_stops_nothing(labeler: Program, disk: Disk) -> None:
    queue(labeler, PLACE, ["tr-1"])
    (labeler.data / "labeler.log").touch(0o600)
    disk.make_read_only()
    listed = labeler.run("-v", "outbox", "list", "--json")
    assert (listed.code, len(listed.lines)) == (0, 1)
    doctor = labeler.run("doctor")
    assert f"{os.sep}labeler.log: it may only be read" in doctor.out
