"""Rows of tables: CSV in whatever dialect, Parquet with the extra for it, and pandas' ways of writing one as JSON."""

from __future__ import annotations

import ast
import base64
import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, BinaryIO, Final, TextIO

from labeler.domain.value import JsonValue
from labeler.reading.files.entry import MAX_ENTRIES, Entry, Unusable
from labeler.reading.wire.forms.form import as_object

_DELIMITERS: Final = ",;\t|"
_MOST_CELL: Final = 1 << 28
_MOST_LITERAL: Final = 1 << 22
_BATCH: Final = 64
_MARKS: Final = frozenset(
    ("messages", "conversations", "prompt", "input", "inputs", "question", "instruction", "request", "query", "text",
     "response", "output", "outputs", "completion", "answer", "trace", "trace_id", "spans", "content", "user_input",
     "context.span_id", "run_type", "traceid", "id")
)  # fmt: skip
"""Names of columns that the forms of rows know, in lower case."""


def csv_dialect(start: str, columns: Sequence[str] = ()) -> type[csv.Dialect] | None:
    """Return the dialect of a table that a text begins; None where its first line names none of the known `columns`."""
    first = start.split("\n", 1)[0]
    best = max(_DELIMITERS, key=first.count)

    class Found(csv.excel):
        delimiter = best

    try:
        header = next(csv.reader([first.rstrip("\r")], Found), [])
    except csv.Error:
        return None
    named = {each.strip().strip("\ufeff").lower() for each in header}
    is_table = len(header) > 1 or (len(header) == 1 and named & {"messages", "text", "trace"})
    known = _MARKS | {name.lower() for name in columns}
    return Found if is_table and named & known and len(named) == len(header) else None


def csv_entries(stream: TextIO, dialect: type[csv.Dialect], columns: Sequence[str] = ()) -> Iterator[Entry]:
    """Yield the rows of a CSV file as objects. A row with more cells than there are columns is a problem."""
    csv.field_size_limit(_MOST_CELL)
    rows = csv.reader(stream, dialect)
    header = [name.strip().strip("\ufeff") for name in next(rows)]
    if missing := [name for name in columns if name not in header]:
        raise Unusable(f"has no column {missing[0]!r}; it has {', '.join(header[:12])}")
    number = 0
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows, None)
        except csv.Error as error:
            yield Entry(f"line {line}", "", None, problem=f"is no row of a table ({error})")
            continue
        if cells is None:
            return
        number += 1
        if number > MAX_ENTRIES:
            raise Unusable(f"has more than {MAX_ENTRIES:,} rows, more than can be read")
        if not any(cells):
            continue
        if len(cells) > len(header):
            problem = f"has {len(cells)} cells where there are {len(header)} columns"
            yield Entry(f"line {line}", "", None, problem=problem)
            continue
        yield _row_entry(f"line {line}", {name: _cell(cell) for name, cell in zip_longest(header, cells, fillvalue="")})


def parquet_entries(stream: BinaryIO) -> Iterator[Entry]:
    """Yield the rows of a Parquet file as objects.

    Raises `Unusable`, also where what reads such files is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Unusable(
            "is a Parquet file, and what reads those is not installed: pip install 'trace-labeler[parquet]'"
        ) from None
    try:
        file = pyarrow.parquet.ParquetFile(stream)
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH):
            for row in batch.to_pylist():
                number += 1
                if number > MAX_ENTRIES:
                    raise Unusable(f"has more than {MAX_ENTRIES:,} rows, more than can be read")
                yield _row_entry(f"row {number}", {str(key): _plain(value) for key, value in row.items()})
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        first = str(error).split("\n", 1)[0]
        raise Unusable(f"is a damaged Parquet file ({first.rstrip('.')})") from None


def rows_in(value: JsonValue) -> Sequence[JsonValue] | None:
    """Return the rows of a table that pandas wrote as one JSON value, in any of its orients; None for what is
    no table.
    """
    holder = as_object(value)
    columns, data = holder.get("columns"), holder.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        if not {str(name).lower() for name in columns} & _MARKS:
            return None
        return [dict(zip(map(str, columns), row, strict=False)) for row in data if isinstance(row, list)]
    if isinstance(as_object(holder.get("schema")).get("fields"), list) and isinstance(data, list):
        return data
    listed = holder.get("rows")
    if isinstance(listed, list) and listed and all(isinstance(as_object(each).get("row"), dict) for each in listed):
        return [as_object(each)["row"] for each in listed]  # an answer of Hugging Face's data set server
    inner = list(holder.values())
    if not inner or not all(isinstance(each, Mapping) and each for each in inner):
        return None
    if all(key.isdigit() for key in holder):
        return inner
    first = as_object(inner[0]).keys()
    is_by_column = {key.lower() for key in holder} & _MARKS and all(as_object(each).keys() == first for each in inner)
    if is_by_column and all(key.isdigit() for key in first):
        return [{name: as_object(column)[key] for name, column in holder.items()} for key in first]
    return None


def _row_entry(position: str, row: dict[str, JsonValue]) -> Entry:
    return Entry(position, json.dumps(row, ensure_ascii=False), row)


def _cell(text: str) -> JsonValue:
    """Return a cell: a text, but for lists and objects that pandas wrote as Python writes them."""
    if text[:1] + text[-1:] not in ("[]", "{}") or "'" not in text or len(text) > _MOST_LITERAL:
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        try:
            return _plain(ast.literal_eval(text))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return text
    return text


def _plain(value: Any) -> JsonValue:
    """Return a value of Python or Arrow as JSON has it."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple() | set():
            return [_plain(each) for each in value]
        case datetime() | date():
            return value.isoformat()
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return f"data:application/octet-stream;base64,{base64.b64encode(value).decode()}"
        case _:
            return str(value)
