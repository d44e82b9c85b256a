"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Return whether a person can be asked: stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Ask a yes-or-no question. Anything but a yes is a no, and so is the end of the input."""
    return read_line(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def read_line(prompt: str) -> str:
    """Show a prompt and return the line typed there, with its line end; empty at the end of the input."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline()
