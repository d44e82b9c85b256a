"""Makes files that their owner alone can use, and never follows a link to them.

A link in place of such a file would decide where answers and logs go, and somebody else may have made it.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_OTHERS: Final = 0o077
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
"""Keeps the opening of a pipe from waiting for its other end. It has no effect on files."""


class NoPlainFile(OSError):
    """What is at the path is a link, a pipe, a device or a directory. `strerror` says so in a phrase."""


def make_private(path: Path) -> bool:
    """Make sure that there is a file at `path` for its owner alone. Return True if it is new. Raises `OSError`."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return True
    keep_private(path)
    return False


def keep_private(path: Path) -> None:
    """Take all permissions on a file from everybody but its owner, if there is one. Raises `OSError`.

    It is not opened for that: closing a descriptor of an SQLite file would drop the locks that this process has on it
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    _check(path, status)
    if status.st_mode & _OTHERS:
        with suppress(FileNotFoundError):  # SQLite deletes a log when its last reader leaves
            path.chmod(0o600)


def may_be_written(path: Path) -> bool:
    """Return whether this process may write the file at `path`, and the file system allows it."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def open_private(path: Path, flags: int) -> int:
    """Open a file for its owner alone, made if it is missing. Return the descriptor. Raises `OSError`."""
    try:
        descriptor = os.open(path, flags | os.O_CREAT | _NO_LINK | _NO_WAIT, 0o600)
    except OSError:
        with suppress(FileNotFoundError):
            _check(path, path.lstat())
        raise
    try:
        status = os.fstat(descriptor)
        _check(path, status)
        if sys.platform != "win32" and status.st_mode & _OTHERS:
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(path: Path, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise NoPlainFile(0, "it is a symbolic link", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise NoPlainFile(0, "it is no file", str(path))
