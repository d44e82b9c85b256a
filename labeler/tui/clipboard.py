"""The ways from here to a clipboard, and what each of them lets us say.

A program such as `xclip`, and tmux, tell whether they took a text. A terminal that is written to (OSC 52) tells
nothing, and what stands between, a tmux or a GNU screen, may swallow it.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

_PATIENCE_S: Final = 1.0
"""Seconds after which a program that takes a text has failed: a display that is gone is waited for without end."""

_CHUNK: Final = 240
"""Characters of a string that every GNU screen hands on; versions before 4 cut at 256."""

_X_TOOLS: Final = (("xclip", "-selection", "clipboard", "-in"), ("xsel", "--clipboard", "--input"))
_TMUX_NEEDS: Final = "a tmux on the way passes it on after: set -g set-clipboard on"
_TMUX_KNOWS_CLIPBOARD: Final = "set -as terminal-features ',*:clipboard'"


def hand_to_program(text: str, environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """Give a text to the first program here that takes it; says which clipboard has it, or nothing when none took it.

    Programs of a desktop come first, then a tmux around us. Waits for them.
    """
    search = environment.get("PATH")
    for name, *options in _desktop_tools(environment, platform):
        program = shutil.which(name, path=search)
        if program is not None and _took([program, *options], text, environment):
            return f"the clipboard ({name})"
    tmux = shutil.which("tmux", path=search) if environment.get("TMUX") else None
    return "" if tmux is None else _hand_to_tmux(tmux, text, environment)


def osc_52(text: str, environment: Mapping[str, str]) -> str:
    """Return what a terminal is to be sent for its clipboard; within GNU screen as the strings that screen
    hands on unread.
    """
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if not environment.get("STY"):
        return sequence
    chunks = (sequence[start : start + _CHUNK] for start in range(0, len(sequence), _CHUNK))
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)


def way_to_terminal(environment: Mapping[str, str]) -> str:
    """Return how `osc_52` reaches the terminal, for people: what it passes through, and what that needs."""
    if environment.get("STY"):
        return "the terminal, through screen (OSC 52)"
    between = environment.get("TMUX") or environment.get("TERM", "").startswith(("tmux", "screen"))
    return f"the terminal (OSC 52); {_TMUX_NEEDS}" if between else "the terminal (OSC 52)"


def _desktop_tools(environment: Mapping[str, str], platform: str) -> Sequence[Sequence[str]]:
    """Return the programs that reach the clipboard of the desktop the reviewer sits at, not of a machine logged
    in to.
    """
    is_far = bool(environment.get("SSH_CONNECTION"))
    if platform == "darwin":
        return () if is_far else (("pbcopy",),)
    tools: list[Sequence[str]] = []
    if environment.get("WAYLAND_DISPLAY") and not is_far:
        tools.append(("wl-copy",))
    display = environment.get("DISPLAY", "")
    if display and not (is_far and display.startswith(":")):
        tools.extend(_X_TOOLS)
    return tools


def _hand_to_tmux(tmux: str, text: str, environment: Mapping[str, str]) -> str:
    """Have tmux keep a text; from 3.2 on it passes it on itself, whatever `set-clipboard` forbids programs to do."""
    if _took([tmux, "load-buffer", "-w", "-"], text, environment):
        features = _answer([tmux, "display-message", "-p", "#{client_termfeatures}"], environment)
        if "clipboard" in features.split(","):
            return "tmux's buffer, which tmux hands to the terminal (OSC 52)"
        return f"tmux's buffer; for the terminal's clipboard tmux may need: {_TMUX_KNOWS_CLIPBOARD}"
    if _took([tmux, "load-buffer", "-"], text, environment):
        return "tmux's buffer; this tmux hands none to the terminal"
    return ""


def _took(command: Sequence[str], text: str, environment: Mapping[str, str]) -> bool:
    """Return whether a program takes a text. It may go on in the background: that is how X keeps a clipboard."""
    try:
        ended = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            env=dict(environment),
            start_new_session=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _answer(command: Sequence[str], environment: Mapping[str, str]) -> str:
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            env=dict(environment),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.decode(errors="replace").strip()
