"""Copying where something stands between the program and the terminal: what is said is what arrived."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import Machine
from tests.terminal.terminal import PROGRAM, Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
needs_screen = pytest.mark.skipif(shutil.which("screen") is None, reason="there is no GNU screen")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A tmux of its own, with nothing configured."""
    command = ("tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null")
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)


def copied_id(terminal: Terminal, *says: str) -> None:
    terminal.wait_for("item 1/", "● online", "assistant")
    terminal.press("w", "i")
    terminal.wait_until(lambda text: all(words in " ".join(text.split()) for words in says), f"{says} on the screen")


def handed(text: str) -> bytes:
    """How a terminal is told what its clipboard is to hold."""
    return base64.b64encode(text.encode())


@needs_tmux
def test_tmux_with_its_defaults_has_what_was_copied_and_hands_it_on(machine: Machine, tmux: tuple[str, ...]) -> None:
    with Terminal(["new-session", *PROGRAM, "demo"], machine.environment, machine.home, program=tmux) as terminal:
        copied_id(terminal, "copied the trace's ID", "to tmux's buffer, which tmux hands to the terminal (OSC 52)")
        shown = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=True).stdout
        assert shown.startswith("tr-")
        terminal.wait_until(lambda _: handed(shown) in terminal.written, "the clipboard's text to come out of tmux")
        assert b"\x1b]52;" in terminal.written
        terminal.press("q")


@needs_tmux
def test_a_terminal_that_tmux_knows_no_clipboard_of_is_not_said_to_have_it(
    machine: Machine, tmux: tuple[str, ...]
) -> None:
    machine.extra["TERM"] = "vt220"
    with Terminal(["-u", "new-session", *PROGRAM, "demo"], machine.environment, machine.home, program=tmux) as terminal:
        copied_id(terminal, "to tmux's buffer; for the terminal's clipboard tmux may need: set -as terminal-features")
        assert b"\x1b]52;" not in terminal.written
        terminal.press("q")


@needs_tmux
def test_where_tmux_cannot_be_asked_it_is_said_what_it_needs(machine: Machine) -> None:
    machine.extra["TMUX"] = f"{machine.home}/gone,1,0"
    with machine.terminal("demo") as terminal:
        copied_id(terminal, "handed the trace's ID", "a tmux on the way passes it on after: set -g set-clipboard on")
        assert b"\x1b]52;c;" in terminal.written
        terminal.press("q")


@needs_screen
def test_screen_lets_what_is_copied_through_however_long_it_is(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "screens").mkdir(mode=0o700)
    machine.extra["SCREENDIR"] = str(tmp_path / "screens")
    program = ("screen", "-U", "-c", "/dev/null", *PROGRAM, "demo")
    with Terminal([], machine.environment, machine.home, program=program) as terminal:
        copied_id(terminal, "handed the trace's ID", "to the terminal, through screen (OSC 52)")
        assert b"\x1b]52;c;" + handed("tr-")[:3] in terminal.written
        terminal.press("w", "t")
        terminal.wait_for("handed the whole trace")
        _, _, told = terminal.written.rpartition(b"\x1b]52;c;")
        text = base64.b64decode(told.partition(b"\x07")[0], validate=True).decode()
        assert len(text) > 1000
        assert f"handed the whole trace, {len(text):,} characters" in terminal.text
        terminal.press("q")


def test_a_terminal_is_not_said_to_have_taken_what_it_was_handed(machine: Machine) -> None:
    with machine.terminal("demo") as terminal:
        copied_id(terminal, "handed the trace's ID", "to the terminal (OSC 52) · f writes it to a file")
        terminal.press("q")
