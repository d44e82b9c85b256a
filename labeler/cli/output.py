"""Writing results to stdout and messages to stderr, so that no terminal is harmed by what a trace holds."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from labeler.cli.stdout import give_up, write_out
from labeler.domain.value import JsonValue
from labeler.reading.sanitise import sanitise


def print_text(text: str) -> None:
    """Text for people, on stdout."""
    write_out(f"{sanitise(text)}\n")


def print_json(value: JsonValue) -> None:
    """One JSON value on one line of stdout: exact, invisible characters as escapes."""
    from labeler.labels.exact_json import exact_json

    write_out(f"{exact_json(value)}\n")


def print_raw_json(payload: bytes) -> None:
    """JSON text as it came, on stdout: only what no terminal should see becomes an escape that means the same."""
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
    """A message for people, on stderr. One that cannot be written there is lost: there is nowhere to say so."""
    try:
        sys.stderr.write(f"labeler: {sanitise(sentence)}\n")
    except OSError:
        give_up(sys.stderr)


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of cells in columns, on stdout."""
    lines = [list(header), *([sanitise(cell).replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        write_out("  ".join(padded).rstrip() + "\n")


def is_interactive() -> bool:
    """Whether a person can be asked: stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()
