"""Results arrive whole, on stdout and in files, or it is said that they did not; what was there is never lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from labeler.domain.destination import Destination
from tests.cli.disks import disk_at
from tests.cli.program import Ended, Program
from tests.cli.queued_labels import queue
from tests.servers.filling import TOOLS

pytestmark = pytest.mark.slow  # starts a program for each case, some of them many

PLACE = Destination("http://harbour.example", "", "7")

PRINTING = (
    ("--version",),
    ("--help",),
    ("outbox", "retry", "--help"),
    ("export", "--local"),
    ("export", "--local", "--format", "csv"),
    ("outbox", "list"),
    ("outbox", "list", "--json"),
    ("show", str(TOOLS)),
    ("show", "--raw", str(TOOLS)),
    ("doctor", "--json"),
    ("config", "show"),
    ("config", "path"),
    ("keys",),
    ("themes",),
    ("completion", "bash"),
)


@pytest.fixture
def full(labeler: Program) -> Program:
    """A program with a label in its outbox."""
    queue(labeler, PLACE, ["tr-1"])
    return labeler


def in_shell(labeler: Program, command: tuple[str, ...], redirection: str) -> Ended:
    """Run a command with its streams as a shell puts them; what it says comes from its stderr, by a file."""
    said = labeler.home / "said"
    said.touch()
    script = f'exec "$0" -m labeler "$@" {redirection}'
    ended = subprocess.run(
        ["/bin/bash", "-c", script, sys.executable, *command],
        cwd=labeler.work,
        env=labeler.environment | {"SAID": str(said)},
        capture_output=True,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout.decode(), said.read_text())


@pytest.mark.parametrize("redirection", ['>&- 2>"$SAID"', '>/dev/full 2>"$SAID"'])
@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_results_that_cannot_be_written_are_told_by_every_command(
    full: Program, command: tuple[str, ...], redirection: str
) -> None:
    ended = in_shell(full, command, redirection)
    assert ended.code == 2
    assert ended.err.startswith("labeler: The output could not be written (")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("command", [("--version",), ("--help",), ("show", "--raw", str(TOOLS)), ("keys",)])
def test_a_reader_that_has_enough_is_no_error_whatever_it_reads(labeler: Program, command: tuple[str, ...]) -> None:
    piped = subprocess.run(
        ["/bin/bash", "-c", '"$0" -m labeler "$@" | true; echo ${PIPESTATUS[0]}', sys.executable, *command],
        env=labeler.environment,
        capture_output=True,
        check=False,
    )
    assert (piped.stdout, piped.stderr) == (b"0\n", b"")


def test_messages_that_cannot_be_written_are_no_error(full: Program) -> None:
    saved = full.home / "saved.jsonl"
    ended = in_shell(full, ("outbox", "export", str(saved)), "2>/dev/full")
    assert (ended.code, ended.out) == (0, "")
    assert "tr-1" in saved.read_text()


@pytest.mark.parametrize("arguments", [("outbox", "export"), ("export", "--local", "-o")])
def test_with_nothing_to_export_a_file_that_is_there_stays(labeler: Program, arguments: tuple[str, ...]) -> None:
    saved = labeler.home / "saved.jsonl"
    saved.write_text("of last week\n")
    ended = labeler.run(*arguments, str(saved))
    assert ended.code == 0
    assert "Nothing to export" in ended.err
    assert str(saved) in ended.err
    assert saved.read_text() == "of last week\n"


def test_with_nothing_to_export_no_file_is_made_of_an_outbox(labeler: Program) -> None:
    (told,) = labeler.run("outbox", "export", "new.jsonl", "--json").lines
    assert told == {"exported": 0, "file": None}
    assert not (labeler.work / "new.jsonl").exists()


def test_a_file_keeps_its_rights_and_a_link_leads_to_it(full: Program) -> None:
    saved, link = full.home / "saved.jsonl", full.work / "link.jsonl"
    saved.write_text("of last week\n")
    saved.chmod(0o640)
    link.symlink_to(saved)
    assert full.run("outbox", "export", str(link)).code == 0
    assert link.is_symlink()
    assert "tr-1" in saved.read_text()
    assert saved.stat().st_mode & 0o777 == 0o640
    assert full.run("export", "--local", "-o", "new.jsonl").code == 0
    assert (full.work / "new.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_file_is_replaced_whole_or_stays_as_it_is(full: Program) -> None:
    with disk_at(full.home / "stick") as stick:
        saved = stick.path / "saved.jsonl"
        saved.write_text("of last week\n")
        stick.fill()
        ended = full.run("outbox", "export", str(saved))
        assert ended.code == 2
        assert f"{saved} cannot be written (No space left on device). Nothing was written" in ended.err
        assert saved.read_text() == "of last week\n"
        assert {file.name for file in stick.path.iterdir()} == {"saved.jsonl", "in the way"}


WRITING = (("outbox", "export"), ("export", "--local", "-o"))


@pytest.mark.parametrize("command", WRITING)
def test_a_pipe_and_a_directory_stay_what_they_are(full: Program, command: tuple[str, ...]) -> None:
    pipe = full.home / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert full.run(*command, str(pipe)).code == 0
    assert b"tr-1" in os.read(reader, 100_000)
    os.close(reader)
    assert pipe.is_fifo()
    directory = full.run(*command, str(full.home))
    assert (directory.code, "cannot be written (Is a directory)" in directory.err) == (2, True)


@pytest.mark.parametrize("command", WRITING)
def test_a_device_stays_what_it_is(full: Program, command: tuple[str, ...]) -> None:
    null, never = full.home / "null", full.home / "full"
    try:
        for device, minor in ((null, 3), (never, 7)):
            os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        null.write_text("")
    except OSError as error:
        pytest.skip(f"no device of our own can be made here: {error}")
    assert full.run(*command, str(null)).code == 0
    refused = full.run(*command, str(never))
    assert (refused.code, "No space left on device" in refused.err) == (2, True)
    assert null.is_char_device()
    assert never.is_char_device()
