"""Disks that cannot be written: a file system of its own, mounted, then filled up or made read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A small file system mounted at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "in the way"

    def fill(self, left: int = 0) -> None:
        """Leave only so many bytes on it."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue
            file.truncate(file.tell() - left)

    def clear(self) -> None:
        """Give the room back that `fill` took."""
        self._ballast.unlink()

    def make_read_only(self) -> None:
        """Let nothing be written any more."""
        _run("mount", "-o", "remount,ro", str(self.path))

    def content(self) -> dict[str, bytes]:
        """Every file on it, by its name."""
        return {file.name: file.read_bytes() for file in self.path.iterdir() if file.is_file()}


@contextmanager
def disk_at(path: Path, size: str = "1m") -> Iterator[Disk]:
    """A file system of `size` at a new directory; the test is skipped where none can be mounted."""
    path.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield Disk(path)
    finally:
        _run("umount", "-l", str(path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
