"""Files that their owner alone can read."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from labeler.reading.sanitise import ELLIPSIS, sanitise
from labeler.storage.home_directory import home_directory


def write_privately(path: Path, content: bytes) -> Path:
    """Write a file that its owner alone can read, in place of what was there. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path


def in_words(path: Path, width: int) -> str:
    """Return a path in at most `width` characters: with ~ for the home directory, and its end where it is longer."""
    home = home_directory()
    is_below = home is not None and path.is_relative_to(home)
    shown = sanitise(f"~/{path.relative_to(home)}" if home is not None and is_below else str(path))
    return shown if len(shown) <= width else ELLIPSIS + shown[len(shown) - max(width - 1, 1) :]


class TemporaryFiles:
    """Files for other programs to look at, in a directory of their own that ends with this program."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._count = 0

    def write(self, extension: str, content: bytes) -> Path:
        """Return a new file with a name that says nothing but its extension. Raises `OSError`."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="labeler-"))
            atexit.register(self.remove)
        self._count += 1
        return write_privately(self._folder / f"media-{self._count}{extension}", content)

    def remove(self) -> None:
        """Delete them all."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
            atexit.unregister(self.remove)
