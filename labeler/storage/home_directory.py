"""Finds the user's home directory. In a container there may be none: HOME unset, and no entry for the user."""

from __future__ import annotations

from pathlib import Path


class NoHome(Exception):
    """A path starts at a home directory, and there is none. The message is a sentence."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"There is no home directory for {what}: HOME is not set, and the system knows none for this user. Set "
            "HOME, or name a directory with --data-dir and give paths without ~"
        )


def home_directory() -> Path | None:
    """Return the home directory, or None when nothing names one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def expand(path: str) -> Path:
    """Replace ``~`` at the beginning of a path. Raises `NoHome`."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise NoHome(path) from None
