"""Lines of text with meanings that a terminal may show in colour, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from rich.cells import cell_len, set_cell_size

from labeler.dataclass import dataclass
from labeler.reading.sanitise import sanitise

WIDTH: Final = 100
"""Columns that a report fits into."""


class Style(StrEnum):
    """The role of a piece of text. What colour shows of it, words or positions show as well."""

    PLAIN = "plain"
    HEADING = "heading"
    ASIDE = "aside"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line."""

    text: str
    style: Style = Style.PLAIN


Line: TypeAlias = tuple[Piece, ...]

BLANK: Final[Line] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, the most cells it takes, and whether it holds numbers."""

    title: str
    most: int
    is_number: bool = False


def line(text: str, style: Style = Style.PLAIN) -> Line:
    """Return a line of one piece, cut where it is too long."""
    return (Piece(cut(text, WIDTH), style),)


def safe(text: str) -> str:
    """Return text from outside as part of a line: nothing in it that a terminal would obey, and no line break."""
    return sanitise(text).replace("\n", " ").replace("\t", " ")


def cut(text: str, most: int) -> str:
    """Return text from outside, cut to so many cells of a terminal."""
    whole = safe(text)
    return whole if cell_len(whole) <= most else f"{set_cell_size(whole, most - 1).rstrip()}…"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], indent: int = 1) -> list[Line]:
    """Return a header and rows, in columns that are as wide as their contents and no wider than allowed."""
    cells = [[cut(cell, column.most) for cell, column in zip(row, columns, strict=True)] for row in rows]
    titles = [cut(column.title, column.most) for column in columns]
    widths = [max(map(cell_len, each)) for each in zip(titles, *cells, strict=True)]

    def laid_out(row: Sequence[str]) -> str:
        padded = (
            " " * (width - cell_len(cell)) + cell if column.is_number else cell + " " * (width - cell_len(cell))
            for cell, column, width in zip(row, columns, widths, strict=True)
        )
        return (" " * indent + "  ".join(padded)).rstrip()

    return [(Piece(laid_out(titles), Style.ASIDE),), *((Piece(laid_out(row)),) for row in cells)]


def wrapped(words: Sequence[str], indent: int, separator: str = " · ", style: Style = Style.PLAIN) -> list[Line]:
    """Return parts of a sentence in as many lines as they need, none of them broken; a longer one is cut."""
    lines: list[str] = []
    for part in (cut(word, WIDTH - indent - len(separator)) for word in words):
        if lines and cell_len(lines[-1]) + len(separator) + cell_len(part) <= WIDTH - indent:
            lines[-1] += separator + part
        else:
            lines.append(part)
    return [(Piece(" " * indent + text, style),) for text in lines]
