"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import getpass
import subprocess
import sys

from labeler.cli.output import print_message
from labeler.config.identity import BadReviewer, Candidate, check_reviewer


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


def proposal() -> Candidate:
    """Who it might be: git's e-mail address, else the name of this login. Never taken without being accepted."""
    email = git_email()
    if email:
        return Candidate(email, "git")
    try:
        return Candidate(getpass.getuser(), "this login")
    except (KeyError, OSError):  # the system knows no name for this user
        return Candidate("", "nobody")


def ask_reviewer() -> str:
    """Ask who reviews, when nobody and nothing has said so: the ID as typed, or the proposal by Enter.

    Raises `KeyboardInterrupt` when the input ends.
    """
    guess = proposal()
    print_message("Whose labels are these? The name goes with every label.")
    while True:
        line = read_line(f"[{guess.id}, from {guess.origin}; Enter accepts] " if guess.id else "[] ")
        if not line:
            raise KeyboardInterrupt
        try:
            return check_reviewer(line.strip() or guess.id)
        except BadReviewer as error:
            print_message(f"A reviewer ID {error}")


def git_email() -> str:
    """Return what git knows the user by, as a suggestion; empty when it knows nothing, or takes longer than 2 s."""
    try:
        found = subprocess.run(
            ["git", "config", "user.email"], capture_output=True, text=True, check=False, timeout=2, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()
