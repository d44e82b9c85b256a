"""Which program is given what is copied, and what is said of it: real programs on a path of their own."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from labeler.tui.clipboard import hand_to_program, osc_52, way_to_terminal

LOCAL = {"DISPLAY": ":0"}


def program(folder: Path, name: str, does: str = 'cat > "$(dirname "$0")/$(basename "$0").got"') -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(stat.S_IRWXU)


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{folder}:{os.environ['PATH']}", **more}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give programs that do take the text as long as a slow machine needs to run them."""
    monkeypatch.setattr("labeler.tui.clipboard._PATIENCE_S", 30.0)


@pytest.mark.parametrize(
    ("there", "platform", "tool"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", "wl-copy"),
        ({"DISPLAY": ":0"}, "linux", "xclip"),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b"}, "linux", "xclip"),
        ({}, "darwin", "pbcopy"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "linux", ""),
        ({"SSH_CONNECTION": "a b"}, "darwin", ""),
        ({}, "linux", ""),
    ],
)
def test_the_desktop_s_own_program_is_taken_where_the_reviewer_sits_at_it(
    tmp_path: Path, patient: None, there: dict[str, str], platform: str, tool: str
) -> None:
    for name in ("wl-copy", "xclip", "xsel", "pbcopy"):
        program(tmp_path, name)
    said = hand_to_program("Bergen ⚓", environment(tmp_path, **there), platform)
    assert said == (f"the clipboard ({tool})" if tool else "")
    assert [each.name for each in tmp_path.glob("*.got")] == ([f"{tool}.got"] if tool else [])
    if tool:
        assert (tmp_path / f"{tool}.got").read_text() == "Bergen ⚓"


def test_a_program_that_fails_or_hangs_took_nothing(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "exit 1")
    program(tmp_path, "xsel", "exec sleep 20")
    assert hand_to_program("text", environment(tmp_path, **LOCAL), "linux") == ""
    program(tmp_path, "xsel")
    assert hand_to_program("text", environment(tmp_path, **LOCAL), "linux") == "the clipboard (xsel)"


def test_a_tmux_from_before_it_handed_on_is_said_not_to(tmp_path: Path, patient: None) -> None:
    program(tmp_path, "tmux", '[ "$2" = - ] && cat > "$0.got"')
    said = hand_to_program("text", environment(tmp_path, TMUX="/tmp/tmux,1,0"), "linux")
    assert said == "tmux's buffer; this tmux hands none to the terminal"
    assert (tmp_path / "tmux.got").read_text() == "text"


def test_within_screen_the_sequence_is_cut_into_strings_that_it_hands_on() -> None:
    plain = osc_52("word " * 400, {})
    wrapped = osc_52("word " * 400, {"STY": "1.a"})
    chunks = wrapped.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert "".join(chunks) == plain
    assert max(map(len, chunks)) < 256
    assert way_to_terminal({"STY": "1.a", "TERM": "screen"}) == "the terminal, through screen (OSC 52)"


@pytest.mark.parametrize("term", ["tmux-256color", "screen-256color"])
def test_a_tmux_at_the_other_end_of_a_line_is_said_what_it_needs(term: str) -> None:
    assert "set -g set-clipboard on" in way_to_terminal({"TERM": term})
    assert way_to_terminal({"TERM": "xterm-kitty"}) == "the terminal (OSC 52)"
