"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Whether a person can be asked: stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Ask a question whose answer is yes or no; anything but a yes is a no, the end of the input included."""
    return read_line(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def read_line(prompt: str) -> str:
    """Return the line that is typed behind `prompt`; empty, without even a line end, where the input ends."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline()
