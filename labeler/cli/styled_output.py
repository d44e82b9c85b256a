"""Lines with meanings on stdout: in colour on a terminal that wants it, else as plain text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final, TextIO

from labeler.cli.stdout import write_out
from labeler.reports.styled_line import Line, Style

_CODES: Final = {Style.HEADING: "1", Style.ASIDE: "2", Style.NOTE: "33"}
_RESET: Final = "\x1b[0m"


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines on stdout."""
    is_coloured = takes_colour(sys.stdout, os.environ)
    write_out("".join(f"{_painted(each) if is_coloured else plain(each)}\n" for each in lines))


def plain(line: Line) -> str:
    """Return the text of a line."""
    return "".join(piece.text for piece in line)


def takes_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether colour may be written: to a terminal that has any, unless NO_COLOR is set to something."""
    is_wanted = not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"
    return is_wanted and stream.isatty()


def _painted(line: Line) -> str:
    return "".join(
        f"\x1b[{_CODES[piece.style]}m{piece.text}{_RESET}" if piece.style in _CODES else piece.text for piece in line
    )
