"""Reads files at paths that may hold something other than a regular file.

Configurations, themes and credentials are only read from regular files of a sane size. A named pipe or a terminal
under such a name would block whoever opens it for ever, and ``/dev/zero`` would be read until no memory is left.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO, Final, cast

MOST_BYTES: Final = 1 << 20
"""More than any configuration, theme or file of credentials that a person writes."""

_SPOOLED_IN_MEMORY: Final = 1 << 24
_CHUNK: Final = 1 << 20
_NEVER_WAITING: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_small_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the content of a regular file; ``/dev/null`` counts as an empty one. Never block.

    Raises `OSError` with a `strerror` that says what there is instead, or that it holds more than `most_bytes`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NEVER_WAITING)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is a socket or a device, not a regular file", str(path)) from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) and not _is_null_device(status):
            raise _not_regular(status, path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return read_stream(file, most_bytes)
    finally:
        os.close(descriptor)


def read_data_file(path: Path, most_bytes: int) -> bytes:
    """Return the content of a file that a person named: a regular one, or a pipe or terminal, whose writer is awaited.

    Raises `OSError` with a `strerror`, also for devices, which may never end, and for more than `most_bytes`.
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        is_device = stat.S_ISBLK(status.st_mode) or (stat.S_ISCHR(status.st_mode) and not file.isatty())
        if is_device and not _is_null_device(status):
            raise _not_regular(status, path)
        if status.st_size > most_bytes:
            raise _too_large(most_bytes)
        return read_stream(file, most_bytes)


def open_data_file(path: Path) -> BinaryIO:
    """Return a file that a person named, opened for reading, where it is a regular one; else what a pipe gives up to
    its end, in a temporary file. Both can be sought in.

    Raises `OSError` with a `strerror`, also for directories and for devices, which may never end.
    """
    file = path.open("rb")
    try:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode):
            return file
        is_device = stat.S_ISBLK(status.st_mode) or (stat.S_ISCHR(status.st_mode) and not file.isatty())
        if is_device and not _is_null_device(status):
            raise _not_regular(status, path)
        spooled = spool(file)
    except BaseException:
        file.close()
        raise
    file.close()
    return spooled


def spool(stream: BinaryIO) -> BinaryIO:
    """Return what a stream holds up to its end, in a temporary file that can be sought in and goes when it is
    closed.
    """
    copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(_SPOOLED_IN_MEMORY))  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, copy, _CHUNK)
    copy.seek(0)
    return copy


def read_stream(stream: BinaryIO, most_bytes: int) -> bytes:
    """Read a stream up to its end. Raises `OSError` with a `strerror` for more than `most_bytes`."""
    content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    return content


def _is_null_device(status: os.stat_result) -> bool:
    """Return whether a file is the null device."""
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


def _too_large(most_bytes: int) -> OSError:
    return OSError(errno.EINVAL, f"it holds more than {most_bytes >> 20} MB")


def _not_regular(status: os.stat_result, path: Path) -> OSError:
    if stat.S_ISDIR(status.st_mode):
        return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "something else")
    return OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
