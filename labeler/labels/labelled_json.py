"""Labels joined into the rows of a JSON file: every other character is written as it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TextIO

from labeler.domain.value import JsonValue
from labeler.labels.exact_json import exact_json
from labeler.labels.row_index import RowPlace
from labeler.reading.wire.json_members import with_members, with_new_members

_CHUNK: Final = 1 << 20


def write_json_rows(
    source: TextIO, out: TextIO, rows: Iterable[RowPlace], with_labels: Callable[[RowPlace, str], str]
) -> None:
    """Copy a text, with the text of each row as `with_labels` returns it. The rows are given in the text's order."""
    copied = 0
    for row in rows:
        _copy(source, out, row.start - copied)
        out.write(with_labels(row, _exactly(source, row.end - row.start)))
        copied = row.end
    while chunk := source.read(_CHUNK):
        out.write(chunk)


def joined(row: RowPlace, text: str, key: str, labels: Sequence[str]) -> str:
    """Return the text of a row with its labels, given as JSON objects, under a key."""
    values = {key: f"[{', '.join(labels)}]"}
    return with_members(text, values) if row.has_labels else with_new_members(text, values)


def joined_flat(row: RowPlace, text: str, cells: Mapping[str, JsonValue]) -> str:
    """Return the text of a row with keys of the flat form."""
    values = {key: exact_json(value) for key, value in cells.items()}
    return with_members(text, values) if row.has_cells else with_new_members(text, values)


def _copy(source: TextIO, out: TextIO, count: int) -> None:
    while count > 0:
        chunk = _exactly(source, min(count, _CHUNK))
        out.write(chunk)
        count -= len(chunk)


def _exactly(source: TextIO, count: int) -> str:
    text = source.read(count)
    if len(text) < count:
        raise EOFError
    return text
