"""The user's home directory, which need not exist: in a container HOME may be unset and the user without an entry."""

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
    """The home directory, or None when nothing names one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def expand(path: str) -> Path:
    """A path as the user wrote it, with ``~`` at its beginning replaced. Raises `NoHome`."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise NoHome(path) from None
