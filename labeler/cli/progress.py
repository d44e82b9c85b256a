"""A progress line on stderr, for people; scripts see only how it ended."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, Self

from labeler.cli.output import print_message

_WIDTH: Final = 30
_REDRAW_S: Final = 0.1


class Progress:
    """Counts up to a total that may still grow. Draws at most ten times a second, and only on a terminal.

    What is noted beside the count goes to scripts too, as a line of its own.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._note = ""
        self._done = self._total = 0
        self._drawn_at = 0.0
        self._on_terminal = sys.stderr.isatty()

    def show(self, done: int, total: int) -> None:
        """`done` of `total` are there now."""
        self._done, self._total = done, total
        now = time.monotonic()
        if not self._on_terminal or (now - self._drawn_at < _REDRAW_S and done < total):
            return
        self._drawn_at = now
        self._draw()

    def note(self, words: str) -> None:
        """Say this beside the count until something else is noted; empty: nothing."""
        self._note = words
        if self._on_terminal:
            self._drawn_at = time.monotonic()
            self._draw()
        elif words:
            print_message(f"{self._what}: {words}")

    def _draw(self) -> None:
        filled = _WIDTH * self._done // max(self._total, 1)
        bar = f"{'█' * filled}{'░' * (_WIDTH - filled)}"
        sys.stderr.write(f"\r{self._what}  {bar}  {self._done:,} of {self._total:,} {self._note}\x1b[K")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on_terminal and self._drawn_at:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
