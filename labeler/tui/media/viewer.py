"""The program that opens images, sound and files outside the terminal: the one configured, else the system's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from labeler.dataclass import dataclass

_ENDS_WITHIN_S: Final = 2.0
"""Seconds in which openers end that only pass a file on; a viewer that is still there then shows it."""


class ViewerFailed(Exception):
    """The program did not open the file. The message says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A command that gets the file's name as its last word; no command: what Windows opens such files with."""

    command: tuple[str, ...]

    @property
    def name(self) -> str:
        """The program, for people."""
        return Path(self.command[0]).name if self.command else "the system's viewer"

    async def open(self, file: Path) -> None:
        """Have the program open a file, and go on beside it. Raises `ViewerFailed`."""
        try:
            status = await asyncio.to_thread(self._run, file)
        except OSError as error:
            raise ViewerFailed(f"{self.name} did not start ({error.strerror or error})") from error
        if status:
            raise ViewerFailed(f"{self.name} did not open it (status {status})")

    def _run(self, file: Path) -> int:
        if sys.platform == "win32" and not self.command:
            os.startfile(file)
            return 0
        process = subprocess.Popen(
            [*self.command, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            return 0


def find_viewer(
    configured: Sequence[str], environment: Mapping[str, str], platform: str = sys.platform
) -> Viewer | None:
    """Return the viewer that there is here; None without a display to show anything on, or without a program
    that would.
    """
    search = environment.get("PATH")
    if configured:
        program = shutil.which(configured[0], path=search)
        return Viewer((program, *configured[1:])) if program else None
    if platform == "win32":
        return Viewer(())
    if platform == "darwin":
        program = None if environment.get("SSH_CONNECTION") else shutil.which("open", path=search)
    else:
        has_display = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
        program = shutil.which("xdg-open", path=search) if has_display else None
    return Viewer((program,)) if program else None
