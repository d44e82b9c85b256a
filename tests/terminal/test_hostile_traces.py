"""Nothing inside a trace can harm the terminal: what the program writes is its own, to the last byte."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.hostile import PAYLOADS, SWITCHES, hostile_traces, strangers
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def shown_in_the_demo(machine: Machine) -> bytes:
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        return bytes(terminal.written)


@pytest.fixture
def hostile_file(machine: Machine) -> Path:
    """A file of hostile traces, named by somebody hostile."""
    file = machine.home / "evil\x1b]0;PWNED\x07.jsonl"
    file.write_bytes(b"\n".join(json.dumps(json.loads(trace)).encode() for trace in hostile_traces()))
    return file


def check_written(machine: Machine, written: bytes) -> None:
    """Assert that all of it is the program's own."""
    assert strangers(written) == []
    assert b"PWNED" in written
    assert b"\x1b[5;31;7m" not in written
    assert Counter(SWITCHES.findall(written)) == Counter(SWITCHES.findall(shown_in_the_demo(machine)))


def test_no_escape_sequence_of_a_trace_reaches_the_terminal(machine: Machine, hostile_file: Path) -> None:
    count = len(hostile_traces())
    with machine.terminal("review", str(hostile_file)) as terminal:
        terminal.wait_for(f"item 1/{count}", "● online")
        for number in range(1, count + 1):
            terminal.wait_for(f"item {number}/")
            terminal.wait_until_gone("Loading…")
            terminal.press("Z", "end", "home", "r")
            terminal.wait_for("exact JSON")
            terminal.press("end", "r", "j")
        terminal.press("c")
        terminal.wait_for("Enter saves")
        terminal.paste("".join(PAYLOADS))
        terminal.press("enter")
        terminal.wait_until_gone("Enter saves")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        check_written(machine, bytes(terminal.written))


def press(terminal: Terminal, key: str) -> None:
    """Press a key, and wait: what follows an Esc within 100 ms is another key, with Alt."""
    terminal.press(key)
    time.sleep(0.15 if key == "escape" else 0.05)


def go_to(terminal: Terminal, number: int) -> None:
    """Go to an item from wherever the walk has led, and see it; whatever was in the way is closed first."""
    for _ in range(5):
        for _ in range(4):
            press(terminal, "escape")
        terminal.press(":", str(number), "enter")
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if f"item {number}/" in terminal.text:
                return
            time.sleep(0.05)
    raise terminal.stuck(f"five tries to go to item {number}")


@pytest.mark.slow
def test_no_escape_sequence_of_a_trace_leaves_any_view_of_it(machine: Machine, hostile_file: Path) -> None:
    count = len(hostile_traces())
    with machine.terminal("review", str(hostile_file)) as terminal:
        terminal.wait_for(f"item 1/{count}", "● online")
        for number in range(1, count + 1):
            terminal.wait_for(f"item {number}/")
            terminal.wait_until_gone("Loading…")
            for view in "tmxhrwOi?":
                terminal.press(view)
                time.sleep(0.15)
                for key in ("enter", "G", "space", "escape", "escape"):
                    press(terminal, key)
            for keys in ("/PWNED\r", "t/PWNED\r"):
                for key in (*keys, "n", "N", "escape", "escape", "escape"):
                    press(terminal, key)
            go_to(terminal, number % count + 1)
        assert terminal.leave() == 0
        check_written(machine, bytes(terminal.written))
