"""A pseudo-terminal with the real program in it, its screen kept by a terminal emulator."""

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
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pyte
from pyte.screens import Char

_SCREEN_LEFT = b"\x1b[?1049l"
"""What the program writes when it gives the terminal back."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "ctrl+c": "\x03",
    "ctrl+j": "\n",
    "space": " ",
}


PICTURES = re.compile(rb"\x1b[_P].*?\x1b\\", re.DOTALL)
"""What kitty's protocol and sixels consist of: strings that no terminal shows as text."""

ITEM = re.compile(r"item [0-9]+/")
A_LOOK_S = 0.3
"""Keys that act are ignored for 0.15 s after another item was painted."""

A_FIRST_LOOK_S = 0.8
"""After the first one is painted, the program is busy with loading what downloads and delivers."""

UNFINISHED_PICTURE = re.compile(rb"\x1b[_P].*\Z|\x1b\Z", re.DOTALL)


PROGRAM = (sys.executable, "-X", "faulthandler", "-m", "labeler")
"""With the fault handler, so that a program that hangs can be asked where."""


class Terminal:
    """Runs ``python -m labeler``, or another `program`, with `arguments` in a terminal of `size` (columns, rows).

    `written` holds every byte the program wrote. `answers` says what the terminal answers to which query: a pattern,
    and a template that the match is expanded in. Use as a context manager: the program is killed at the end.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (120, 40),
        answers: Mapping[bytes, bytes] = MappingProxyType({}),
        program: Sequence[str] = PROGRAM,
    ) -> None:
        columns, rows = size
        self.written = bytearray()
        self.exit_code: int | None = None
        self._answers = [(re.compile(query, re.DOTALL), answer) for query, answer in answers.items()]
        self._answered = 0
        self._unshown = b""
        self._looked_at = ""
        self._text: str | None = None
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(cwd)
            os.execvpe(program[0], [*program, *arguments], {**environment})
        os.set_inheritable(self._fd, False)  # a terminal started beside this one is not to hold it open
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, *keys: str) -> None:
        """Send keys: names of `KEYS`, or text as it is typed."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())

    def paste(self, text: str) -> None:
        """Send text as a terminal does when somebody pastes it."""
        os.write(self._fd, f"\x1b[200~{text}\x1b[201~".encode())

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        with self._lock:
            self._screen.resize(rows, columns)
            self._text = None
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def text(self) -> str:
        """The screen as it stands."""
        with self._lock:
            if self._text is None:  # a tall screen takes long to put together, and is often looked at
                self._text = "\n".join(line.rstrip() for line in self._screen.display)
            return self._text

    @property
    def cells(self) -> tuple[tuple[Char, ...], ...]:
        """The screen's cells, row by row, with their colours."""
        with self._lock:
            screen = self._screen
            return tuple(tuple(screen.buffer[y][x] for x in range(screen.columns)) for y in range(screen.lines))

    def wait_for(self, *wanted: str, seconds: float = 30) -> str:
        """Wait until all of `wanted` is on the screen; returns the screen."""
        return self.wait_until(lambda text: all(each in text for each in wanted), f"{wanted} on the screen", seconds)

    def wait_until_gone(self, unwanted: str, seconds: float = 30) -> str:
        return self.wait_until(lambda text: unwanted not in text, f"{unwanted} gone", seconds)

    def wait_for_exit(self, seconds: float = 30) -> int:
        """The exit code of the program."""
        if not self.has_ended(seconds):
            raise self.stuck(f"{seconds} s for its end")
        assert self.exit_code is not None
        return self.exit_code

    def leave(self) -> int:
        """Press `q` so long after whatever was closed by one that it is meant to leave; the exit code."""
        time.sleep(1.2)
        self.press("q")
        return self.wait_for_exit()

    def interrupt_while_it_closes(self) -> int:
        """Press `q`, and Ctrl+C again and again once the screen has closed; the exit code."""
        self.press("q")
        self.wait_until(lambda _: _SCREEN_LEFT in self.written, "the screen to close")
        for _ in range(5):
            self.press("ctrl+c")
            time.sleep(0.1)
        return self.wait_for_exit()

    @property
    def told_at_the_end(self) -> str:
        """What was printed after the screen had closed, without blanks: lines break where the terminal ends."""
        return re.sub(r"\s", "", self.written.rpartition(_SCREEN_LEFT)[2].decode())

    def signal(self, number: int) -> None:
        """What `kill -NUMBER` sends."""
        os.kill(self._pid, number)

    def kill(self) -> None:
        """kill -9."""
        if self.exit_code is None:
            os.kill(self._pid, signal.SIGKILL)
            self.wait_for_exit()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._reader.join(2)
        os.close(self._fd)

    def wait_until(self, holds: Callable[[str], bool], what: str, seconds: float = 30) -> str:
        """Wait until the screen's text is as wanted; returns it. Another item is looked at before a key is pressed."""
        deadline = time.monotonic() + seconds
        while not holds(text := self.text):
            if time.monotonic() > deadline:
                raise self.stuck(f"{seconds} s for {what}")
            time.sleep(0.02)
        item = ITEM.search(text)
        if item and item[0] != self._looked_at:
            time.sleep(A_LOOK_S if self._looked_at else A_FIRST_LOOK_S)
            self._looked_at = item[0]
        return text

    def stuck(self, waited_for: str) -> AssertionError:
        """What there was to be seen when a wait was given up, and where the program's threads stood. It is ended."""
        screen, told = self.text, len(self.written)
        if not self.has_ended(0):
            self.signal(signal.SIGABRT)
            if not self.has_ended(5):
                self.kill()
            self._reader.join(2)
        stacks = self.written[told:].decode(errors="replace").replace("\r\n", "\n")
        return AssertionError(
            f"waited {waited_for}; the screen:\n{screen}\n\nended with {self.exit_code}, saying:\n{stacks}"
        )

    def has_ended(self, within_s: float) -> bool:
        """Whether the program comes to its end in that time; it is left alone."""
        deadline = time.monotonic() + within_s
        while self.exit_code is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
                self._reader.join(2)  # what it wrote last is shown, too
            elif time.monotonic() > deadline:
                return False
            else:
                time.sleep(0.02)
        return True

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._fd], [], [], 0.2)
            if not ready:
                if self.exit_code is not None:
                    return
                continue
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self.written += data
                self._answer()
                self._show(data)

    def _answer(self) -> None:
        """Answer what the program has asked since the last time."""
        new = bytes(self.written[self._answered :])
        found = sorted((m.end(), m.expand(answer)) for query, answer in self._answers for m in query.finditer(new))
        for end, answer in found:
            os.write(self._fd, answer)
            self._answered = max(self._answered, len(self.written) - len(new) + end)

    def _show(self, data: bytes) -> None:
        """Show what was written but for pictures, which the emulator knows nothing of."""
        self._text = None
        text = PICTURES.sub(b"", self._unshown + data)
        cut = UNFINISHED_PICTURE.search(text)
        self._unshown = text[cut.start() :] if cut else b""
        self._stream.feed(text[: cut.start()] if cut else text)
