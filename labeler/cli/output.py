"""Results on stdout and messages on stderr, made harmless for the terminal."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, Self

from labeler.cli.stdout import give_up, write_out
from labeler.domain.value import JsonValue
from labeler.reading.sanitise import sanitise


def print_text(text: str) -> None:
    """Print text for people on stdout."""
    write_out(f"{sanitise(text)}\n")


def print_json(value: JsonValue) -> None:
    """Print a JSON value exactly, on one line of stdout, with invisible characters as escapes."""
    from labeler.labels.exact_json import exact_json

    write_out(f"{exact_json(value)}\n")


def print_raw_json(payload: bytes) -> None:
    """Print JSON text as it came; only what a terminal should not see becomes an equivalent escape."""
    try:
        text = payload.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = payload.decode("utf-8", "replace")
    escapes = {
        ord(character): "" if character == "\r" else json.dumps(character)[1:-1]
        for character in set(text)
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }
    write_out(f"{text.translate(escapes)}\n")


def print_message(sentence: str) -> None:
    """Print a message for people on stderr. It is lost where stderr cannot be written: there is nowhere to say so."""
    try:
        sys.stderr.write(f"labeler: {sanitise(sentence)}\n")
    except OSError:
        give_up(sys.stderr)


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of cells in columns on stdout."""
    lines = [list(header), *([sanitise(cell).replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        write_out("  ".join(padded).rstrip() + "\n")


_WIDTH: Final = 30
_REDRAW_S: Final = 0.1


class ProgressBar:
    """A count up to a total that may still grow, drawn at most ten times a second and only on a terminal.

    A note beside the count goes to scripts too, as a line of its own.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._note = ""
        self._done = self._total = 0
        self._drawn_at = 0.0
        self._on_terminal = sys.stderr.isatty()

    def show(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        self._done, self._total = done, total
        now = time.monotonic()
        if not self._on_terminal or (now - self._drawn_at < _REDRAW_S and done < total):
            return
        self._drawn_at = now
        self._draw()

    def note(self, words: str) -> None:
        """Show these words beside the count until the next note; empty words clear them."""
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
