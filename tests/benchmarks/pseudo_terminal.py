"""A program in a pseudo-terminal, every piece of what it writes kept with the time at which it came."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pyte

from tests.benchmarks.measures import cpu_ms

SIZE = (140, 45)
"""Columns and rows."""


class Piece(NamedTuple):
    """Bytes that one read gave, when (seconds of `time.perf_counter`), and the CPU time the program had used by then.

    The CPU time is in milliseconds, of all threads.
    """

    at: float
    data: bytes
    cpu_ms: float


class PseudoTerminal:
    """Runs `command` in a terminal of `SIZE`. Nothing is read but in its methods. Use as a context manager."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        columns, rows = SIZE
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(cwd)
            os.execve(command[0], list(command), {**environment})

    def press(self, keys: str) -> float:
        """Send keys; returns when, in seconds of `time.perf_counter`."""
        at = time.perf_counter()
        os.write(self._fd, keys.encode())
        return at

    def read(self, seconds: float) -> Piece | None:
        """The next piece that is written within `seconds`, or None."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return None
        with suppress(OSError):  # the other end may be closed
            data = os.read(self._fd, 1 << 16)
            return Piece(time.perf_counter(), data, cpu_ms(self.pid)) if data else None
        return None

    def until_quiet(self, silence_s: float, first_s: float | None = None) -> list[Piece]:
        """Everything written until nothing is for `silence_s`; the first piece may take `first_s`."""
        pieces: list[Piece] = []
        while (piece := self.read(silence_s if pieces or first_s is None else first_s)) is not None:
            pieces.append(piece)
        return pieces

    def show(self, pieces: Sequence[Piece]) -> None:
        """Put pieces on the screen that `lines` tells."""
        for piece in pieces:
            self._stream.feed(piece.data)

    @property
    def lines(self) -> list[str]:
        """The screen after everything given to `show`."""
        columns, rows = SIZE
        buffer = self._screen.buffer
        return ["".join(buffer[row][column].data for column in range(columns)).rstrip() for row in range(rows)]

    def wait_for(self, pattern: str, seconds: float = 300) -> float:
        """Read and show until the screen matches; returns when the piece that made it so came."""
        deadline = time.perf_counter() + seconds
        wanted = re.compile(pattern)
        while time.perf_counter() < deadline:
            piece = self.read(0.5)
            if piece is not None:
                self.show([piece])
                if wanted.search("\n".join(self.lines)):
                    return piece.at
            elif self._has_ended():
                raise RuntimeError("the program has ended; the screen:\n" + "\n".join(self.lines))
        raise TimeoutError(f"waited {seconds} s for {pattern!r}; the screen:\n" + "\n".join(self.lines))

    def settling(self, pieces: Sequence[Piece], part: Callable[[list[str]], Sequence[str]]) -> Piece | None:
        """The last piece that changed `part` of the screen; None when none did. Shows the pieces."""
        settling = None
        before = part(self.lines)
        for piece in pieces:
            self.show([piece])
            now = part(self.lines)
            if now != before:
                settling, before = piece, now
        return settling

    def until_idle(self, seconds: float = 1.0) -> None:
        """Read and show until the program has used almost no CPU time for so long."""
        while True:
            before = cpu_ms(self.pid)
            end = time.perf_counter() + seconds
            while (left := end - time.perf_counter()) > 0:
                if (piece := self.read(left)) is not None:
                    self.show([piece])
            if cpu_ms(self.pid) - before < 60 * seconds:
                return

    def _has_ended(self) -> bool:
        """Whether the program has ended, by whatever it did."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def wait_for_exit(self) -> None:
        while self.read(5) is not None:
            pass
        os.waitpid(self.pid, 0)
        self.pid = 0

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)


def environment(home: Path) -> dict[str, str]:
    """An environment of its own for the program: files under `home`, no setting of the developer's."""
    kept = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(home),
        "LABELER_CONFIG": str(home / "config.toml"),
        "LABELER_DATA_DIR": str(home / "data"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


def labeler(home: Path, *arguments: str) -> PseudoTerminal:
    """The real program."""
    return PseudoTerminal([sys.executable, "-m", "labeler", *arguments], environment(home), home)
