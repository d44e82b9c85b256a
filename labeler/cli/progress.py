"""A progress line on stderr, for people; scripts see only how it ended."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, Self

_WIDTH: Final = 30
_REDRAW_S: Final = 0.1


class Progress:
    """Counts up to a total that may still grow. Draws at most ten times a second, and only on a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._drawn_at = 0.0
        self._on_terminal = sys.stderr.isatty()

    def show(self, done: int, total: int) -> None:
        """`done` of `total` are there now."""
        now = time.monotonic()
        if not self._on_terminal or (now - self._drawn_at < _REDRAW_S and done < total):
            return
        self._drawn_at = now
        filled = _WIDTH * done // max(total, 1)
        sys.stderr.write(f"\r{self._what}  {'█' * filled}{'░' * (_WIDTH - filled)}  {done:,} of {total:,} ")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on_terminal and self._drawn_at:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
