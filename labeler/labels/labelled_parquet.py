"""Labels as further columns of a Parquet file, which keeps its other columns with their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from labeler.domain.value import MAX_EXACT_INTEGER, JsonValue
from labeler.labels.row_labels import cell_text


def write_parquet_rows(
    source: BinaryIO,
    out: BinaryIO,
    columns: Sequence[str],
    cells_of: Callable[[int], Mapping[str, JsonValue] | None],
) -> None:
    """Copy a table with these columns, which replace those of the same names; `cells_of` is given numbers from 1."""
    import pyarrow
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(source)
    told = [cells_of(number) or {} for number in range(1, file.metadata.num_rows + 1)]
    cells = {column: [each.get(column) for each in told] for column in columns}
    types = {column: _type_of(pyarrow, values) for column, values in cells.items()}
    kept = [field for field in file.schema_arrow if field.name not in types]
    added = [pyarrow.field(column, kind) for column, kind in types.items()]
    schema = pyarrow.schema([*kept, *added], metadata=file.schema_arrow.metadata)
    with pyarrow.parquet.ParquetWriter(out, schema, compression=_compression(file)) as writer:
        done = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group).select([field.name for field in kept])
            until = done + table.num_rows
            for column, kind in types.items():
                values = [_of_type(pyarrow, kind, value) for value in cells[column][done:until]]
                table = table.append_column(pyarrow.field(column, kind), pyarrow.array(values, kind))
            writer.write_table(table.replace_schema_metadata(schema.metadata))
            done = until


def _type_of(pyarrow: Any, values: Sequence[JsonValue]) -> Any:
    """Return the type of a column that holds these values: texts, JSON texts included, where no narrower one does."""
    there = {type(value) for value in values if value is not None}
    if there == {bool}:
        return pyarrow.bool_()
    if there == {int}:
        return pyarrow.int64() if all(_is_exact(value) for value in values) else pyarrow.string()
    is_number = there and there <= {int, float} and all(_is_exact(value) for value in values)
    return pyarrow.float64() if is_number else pyarrow.string()


def _is_exact(value: JsonValue) -> bool:
    return not isinstance(value, int) or abs(value) <= MAX_EXACT_INTEGER


def _of_type(pyarrow: Any, kind: Any, value: JsonValue) -> JsonValue:
    return cell_text(value) if kind == pyarrow.string() and value is not None else value


def _compression(file: Any) -> str:
    """Return how the file's columns are packed."""
    metadata = file.metadata
    if not metadata.num_row_groups or not metadata.num_columns:
        return "snappy"
    name: str = metadata.row_group(0).column(0).compression
    return "none" if name == "UNCOMPRESSED" else name.lower()
