"""Labels as further columns of a CSV file, in its own dialect: what it had before stays as it is written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TextIO

from labeler.domain.value import JsonValue
from labeler.labels.row_labels import cell_text
from labeler.labels.spreadsheet import harmless

_LINE_END: Final = re.compile(r"(?:\r\n|\r|\n)?\Z")
_MOST_CELL: Final = 1 << 28


def write_csv_rows(
    source: TextIO,
    out: TextIO,
    dialect: type[csv.Dialect],
    columns: Sequence[str],
    cells_of: Callable[[int], Mapping[str, JsonValue] | None],
) -> None:
    """Copy a table with these columns, which replace those of the same names or stand behind all others.

    `cells_of` returns the cells of the record that begins in a line, None for one that is to stay as it is.
    """
    csv.field_size_limit(_MOST_CELL)
    records = _records(source, dialect)
    _, header, text = next(records)
    there = [name.strip().strip("\ufeff") for name in header]
    new = [column for column in columns if column not in there]
    places = {there.index(column): column for column in columns if column in there}
    out.write(_with_cells(text, new, dialect))
    for line, record, text in records:
        cells = cells_of(line)
        if not any(record) or len(record) > len(there) or cells is None:
            out.write(text)
            continue
        told = {name: harmless(cell_text(value)) for name, value in cells.items()}
        missing = len(there) - len(record)
        replaced = _replaced(text, {place: told.get(name, "") for place, name in places.items()}, dialect)
        written = _with_cells(replaced, ["" for _ in range(missing)] + [told.get(name, "") for name in new], dialect)
        out.write(written if _is_one_record(written, len(there) + len(new), dialect) else text)


def _records(source: TextIO, dialect: type[csv.Dialect]) -> Iterator[tuple[int, list[str], str]]:
    """Yield the records of a table: the line that each begins in, its cells, and its exact text."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in source:
            taken.append(line)
            yield line

    reader = csv.reader(lines(), dialect)
    while True:
        begins = reader.line_num + 1
        taken.clear()
        try:
            record = next(reader, None)
        except csv.Error:
            yield begins, [], "".join(taken)
            continue
        if record is None:
            return
        yield begins, record, "".join(taken)


def _with_cells(text: str, cells: Sequence[str], dialect: type[csv.Dialect]) -> str:
    """Return a record's text with cells more at its end."""
    if not cells:
        return text
    ends = _LINE_END.search(text)
    assert ends is not None  # it matches nothing as well
    return text[: ends.start()] + "".join(dialect.delimiter + _written(cell, dialect) for cell in cells) + ends[0]


def _replaced(text: str, cells: Mapping[int, str], dialect: type[csv.Dialect]) -> str:
    """Return a record's text with other cells in some places."""
    if not cells:
        return text
    spans = _cell_spans(text, dialect.delimiter)
    for place in sorted(cells, reverse=True):
        if place < len(spans):
            start, end = spans[place]
            text = text[:start] + _written(cells[place], dialect) + text[end:]
    return text


def _cell_spans(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Return where the cells of a record begin and end, quotes included."""
    ends = _LINE_END.search(text)
    assert ends is not None
    spans: list[tuple[int, int]] = []
    start = 0
    is_quoted = text[:1] == '"'
    position = int(is_quoted)
    while position < ends.start():
        sign = text[position]
        if is_quoted:
            if sign == '"':
                is_doubled = text[position + 1 : position + 2] == '"'
                is_quoted = is_doubled
                position += is_doubled
        elif sign == delimiter:
            spans.append((start, position))
            start = position + 1
            is_quoted = text[start : start + 1] == '"'
            position += is_quoted
        position += 1
    spans.append((start, max(start, ends.start())))
    return spans


def _written(cell: str, dialect: type[csv.Dialect]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=dialect.delimiter, lineterminator="\r\n").writerow([cell, ""])
    return out.getvalue().removesuffix(f"{dialect.delimiter}\r\n")


def _is_one_record(text: str, cells: int, dialect: type[csv.Dialect]) -> bool:
    """Return whether a text is one record of so many cells: a quote that is never closed would swallow those added."""
    if text.count('"') % 2 == 0:
        return True
    found = list(csv.reader(io.StringIO(text, newline=""), dialect))
    return len(found) == 1 and len(found[0]) == cells
