"""Writes the rows of a file with their labels, in the form that the file is of."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import field
from typing import BinaryIO, Final, cast

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.labels.labelled_csv import write_csv_rows
from labeler.labels.labelled_json import joined, joined_flat, write_json_rows
from labeler.labels.labelled_parquet import write_parquet_rows
from labeler.labels.row_index import RowIndex, RowPlace
from labeler.labels.row_labels import (
    COMMENT,
    LABEL,
    LABELS,
    NOTHING_SAID,
    OWN_LABELS,
    KeptLabel,
    Said,
    cell_text,
    flat_cells,
    is_of,
    row_labels,
)
from labeler.labels.spreadsheet import harmless
from labeler.labels.text_codec import UTF_8_FOR_SPREADSHEETS, TextCodec, codec_of
from labeler.reading.files.entry import LayoutKind

_GZIP: Final = b"\x1f\x8b"
_MARK_BYTES: Final = 4
_TOLD_EVERY: Final = 500

OnRowsWritten = Callable[[int, int], None]
"""Hears how many of how many rows have been written."""


@dataclass(frozen=True, slots=True)
class RowsToWrite:
    """The rows of a file, and what is known of their labels.

    `kept` and `cells` are the labels that files hold already, by trace; `said` is what the journal has. With a
    `reviewer`, only that one's are taken from the journal. `names` are questions that get a place in the flat form
    whether they were answered or not. `is_labelled`: an empty list under the key of labels is a place for them, and no
    content of the row.
    """

    index: RowIndex
    kept: Mapping[str, Sequence[KeptLabel]]
    cells: Mapping[str, Mapping[str, JsonValue]]
    said: Mapping[str, Said]
    reviewer: str | None = None
    names: Sequence[str] = ()
    is_labelled: bool = False
    progress: OnRowsWritten = field(default=lambda done, total: None)


def write_rows(rows: RowsToWrite, source: BinaryIO, out: BinaryIO, *, is_flat: bool, is_packed: bool) -> int:
    """Write the rows of `source` with their labels into `out`, packed with gzip or not. Return how many have any.

    `source` can be sought in. Raises `EOFError` where it is another file than the one that was indexed,
    `UnicodeDecodeError` where its text cannot be kept as it is, and `OSError`.
    """
    assert rows.index.layout is not None
    packed_source = source.read(len(_GZIP)) == _GZIP
    source.seek(0)
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=source)) if packed_source else source
    if not is_packed:
        return _write(rows, plain, out, is_flat=is_flat)
    with closing(gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=0)) as packed:
        return _write(rows, plain, cast(BinaryIO, packed), is_flat=is_flat)


def _write(rows: RowsToWrite, source: BinaryIO, out: BinaryIO, *, is_flat: bool) -> int:
    layout = rows.index.layout
    assert layout is not None
    if layout.kind is LayoutKind.PARQUET:
        flat = _FlatRows(rows)
        write_parquet_rows(source, out, flat.columns, flat.at_number)
        return flat.labelled
    start = source.read(_MARK_BYTES)
    source.seek(0)
    codec = codec_of(start, layout.encoding)
    if layout.kind is LayoutKind.CSV:
        return _write_csv(rows, codec, source, out)
    reader, writer = codec.reader(source), codec.writer(out)
    if is_flat:
        flat = _FlatRows(rows)
        write_json_rows(reader, writer, rows.index.rows, lambda row, text: joined_flat(row, text, flat.cells(row)))
        labelled = flat.labelled
    else:
        nested = _NestedRows(rows)
        write_json_rows(reader, writer, rows.index.rows, nested.joined)
        labelled = nested.labelled
    writer.flush()
    writer.detach()
    reader.detach()
    return labelled


def _write_csv(rows: RowsToWrite, codec: TextCodec, source: BinaryIO, out: BinaryIO) -> int:
    assert rows.index.layout is not None
    dialect = rows.index.layout.dialect
    assert dialect is not None
    flat = _FlatRows(rows)
    can_hold = all(codec.can_hold(harmless(cell_text(each))) for each in flat.values())
    reader, writer = codec.reader(source), (codec if can_hold else UTF_8_FOR_SPREADSHEETS).writer(out)
    write_csv_rows(reader, writer, dialect, flat.columns, flat.at_number)
    writer.flush()
    writer.detach()
    reader.detach()
    return flat.labelled


class _NestedRows:
    """Joins labels into rows as a list of objects, and counts the rows that have any."""

    def __init__(self, rows: RowsToWrite) -> None:
        self._rows = rows
        self._done = 0
        self.labelled = 0

    def joined(self, row: RowPlace, text: str) -> str:
        rows = self._rows
        labels = row_labels(rows.kept.get(row.trace_id, ()), rows.said.get(row.trace_id, NOTHING_SAID), rows.reviewer)
        self.labelled += bool(labels)
        self._done += 1
        if self._done % _TOLD_EVERY == 0:
            rows.progress(self._done, len(rows.index.rows))
        if row.key == LABELS and row.has_labels and not rows.is_labelled:  # an empty list of the row's own
            return joined(row, text, OWN_LABELS, labels)
        return joined(row, text, row.key, labels)


class _FlatRows:
    """Gives rows their cells in the flat form, and counts the rows that have any."""

    def __init__(self, rows: RowsToWrite) -> None:
        self._rows = rows
        self._names = _names(rows)
        self._by_number = {row.number: row for row in rows.index.rows}
        self._done = 0
        self.labelled = 0
        self.columns = [prefix + name for name in self._names for prefix in (LABEL, COMMENT)]

    def cells(self, row: RowPlace) -> Mapping[str, JsonValue]:
        cells = self._cells(row)
        self.labelled += any(value not in (None, "") for key, value in cells.items() if key.startswith(LABEL))
        self._done += 1
        if self._done % _TOLD_EVERY == 0:
            self._rows.progress(self._done, len(self._rows.index.rows))
        return cells

    def at_number(self, number: int) -> Mapping[str, JsonValue] | None:
        row = self._by_number.get(number)
        return None if row is None else self.cells(row)

    def values(self) -> list[JsonValue]:
        return [value for row in self._rows.index.rows for value in self._cells(row).values() if value is not None]

    def _cells(self, row: RowPlace) -> dict[str, JsonValue]:
        kept = self._rows.cells.get(row.trace_id, {})
        return flat_cells(kept, self._rows.said.get(row.trace_id, NOTHING_SAID), self._names, self._rows.reviewer)


def _names(rows: RowsToWrite) -> list[str]:
    """Return the questions that have a place in the flat form: those that are asked, those of the file, those
    answered.
    """
    names = dict.fromkeys(rows.names)
    for columns in (rows.index.columns, *rows.cells.values()):
        names |= dict.fromkeys(each.partition(".")[2] for each in columns)
    for said in rows.said.values():
        mine = (each for each in said.standing if each.span_id is None and is_of(each, rows.reviewer))
        names |= dict.fromkeys(each.name for each in mine)
    return list(names)
