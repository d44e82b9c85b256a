"""A state directory that goes away under a review: what the screen calls saved is there when it has closed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.cli.embedded_store import filled_store
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]

RECORDINGS = ("openai_tool_roundtrip", "openai_chat_multiturn", "anthropic_chat_system", "openai_refusal")


@pytest.fixture
def begun(machine: Machine) -> Machine:
    """A machine with a review of four traces in a store of their own, all of them downloaded."""
    machine.asks_one_thumb(comment=False)
    filled_store(machine.home / "store.db", *RECORDINGS)
    with machine.terminal("review", "-b", "local:store.db", "-e", "1") as terminal:
        terminal.wait_for("item 1/4", "● online")
        for number in (2, 3, 4):
            terminal.press("j")
            terminal.wait_for(f"item {number}/4")
            terminal.wait_until_gone("Loading")
        terminal.press("g")
        terminal.wait_for("item 1/4")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    return machine


def offline(machine: Machine) -> Terminal:
    return machine.terminal("review", "--offline", "-b", "local:store.db", "-e", "1")


def answer(terminal: Terminal) -> None:
    """Answer the item in view, later than a key that is held down would."""
    time.sleep(0.5)
    terminal.press("y")


def run(machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labeler", *arguments]
    return subprocess.run(
        command, env=machine.environment, cwd=machine.home, capture_output=True, text=True, timeout=60, check=False
    )


def said(terminal: Terminal) -> str:
    """What stands on the terminal, as one line."""
    return " ".join(terminal.text.split())


def test_answers_given_after_the_state_directory_was_removed_are_in_the_journal(begun: Machine) -> None:
    with offline(begun) as terminal:
        terminal.wait_for("item 1/4", "offline")
        shutil.rmtree(begun.home / "data")
        terminal.wait_for("The journal was taken away while labeler was running", "nothing is lost")
        for number in (2, 3, 4):
            answer(terminal)
            terminal.wait_for(f"item {number}/4", "saved")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert "The journal was taken away while labeler was running" in said(terminal)
        assert "3 to be delivered, safe in the journal" in said(terminal)
    assert [label["value"] for label in begun.labels()] == [True, True, True]


def test_an_answer_that_cannot_be_written_back_stays_on_the_screen_until_it_can(begun: Machine) -> None:
    data = begun.home / "data"
    with offline(begun) as terminal:
        terminal.wait_for("item 1/4", "offline")
        terminal.press("y")
        terminal.wait_for("item 2/4", "saved")
        shutil.rmtree(data)
        data.write_text("no directory")
        terminal.wait_for("cannot be written back")
        answer(terminal)
        time.sleep(1)  # what is said of the answer was said of the journal before
        terminal.wait_for("item 2/4", "Nothing can be saved now", "cannot be written back")
        data.unlink()
        terminal.wait_for("nothing is lost")
        answer(terminal)
        terminal.wait_for("item 3/4", "saved")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert len(begun.labels()) == 2


def test_beside_another_journal_the_work_goes_on_and_is_delivered_from_there(begun: Machine) -> None:
    data = begun.home / "data"
    with offline(begun) as terminal:
        terminal.wait_for("item 1/4", "offline")
        begun.put_another_journal_in_its_place()
        before = (data / "journal.db").read_bytes()
        terminal.wait_for("another journal lies at", "which was left alone")
        for number in (2, 3):
            answer(terminal)
            terminal.wait_for(f"item {number}/4", "saved")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        (rescued,) = data.glob("journal.rescued-*/journal.db")
        assert "another journal lies at" in said(terminal)
        assert "2 to be delivered, safe in" in said(terminal)
    assert (data / "journal.db").read_bytes() == before
    started = run(begun, "outbox", "list", "-b", "local:store.db")
    assert f"labeler sync --data-dir {rescued.parent}" in started.stderr
    delivered = run(begun, "sync", "-b", "local:store.db", "--data-dir", str(rescued.parent), "--json")
    assert delivered.returncode == 0, delivered.stderr
    assert json.loads(delivered.stdout)["delivered"] == 2
    assert "rescued" not in run(begun, "outbox", "list", "-b", "local:store.db").stderr


def test_interrupts_while_it_closes_end_neither_the_rescue_of_the_journal_nor_what_is_said_of_it(
    begun: Machine,
) -> None:
    data = begun.home / "data"
    with begun.terminal("review", "-b", "local:store.db", "-e", "1") as terminal:
        terminal.wait_for("item 1/4", "● online")
        answer(terminal)
        terminal.wait_for("item 2/4", "saved")
        with closing(sqlite3.connect(begun.home / "store.db")) as store:
            store.execute("BEGIN EXCLUSIVE")  # so that the last chance to deliver is taken up whole
            begun.put_another_journal_in_its_place()
            assert terminal.interrupt_while_it_closes() == 130
        (rescued,) = data.glob("journal.rescued-*/journal.db")
        told = terminal.told_at_the_end
    assert re.sub(r"\s", "", f"Nothing is lost: the work goes on in {rescued}") in told
    assert re.sub(r"\s", "", "1 of 4 labelled") in told
    listed = run(begun, "outbox", "list", "-b", "local:store.db", "--data-dir", str(rescued.parent), "--json")
    assert len(listed.stdout.splitlines()) == 1, listed.stderr
