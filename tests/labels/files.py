"""Files of rows and their labelled ones, without a program around them."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from labeler.labels.label import Label
from labeler.labels.labelled_file import LabelledFile, Written
from labeler.labels.labelled_path import labelled_path
from labeler.labels.row_index import RowIndex, index_of
from labeler.labels.row_labels import NOTHING_SAID, Said
from labeler.reading.files.entry import ReadOptions
from labeler.reading.files.read import stream_rows


def indexed(data: bytes, name: str = "data.jsonl") -> RowIndex:
    return index_of(stream_rows(name, io.BytesIO(data)))


def trace_ids(data: bytes, name: str = "data.jsonl") -> list[str]:
    """The traces of a file's rows, in their order."""
    return [row.trace_id for row in indexed(data, name).rows]


def labelled_file(source: Path, path: Path | None = None, *, is_flat: bool = False) -> LabelledFile:
    with source.open("rb") as file:
        index = index_of(stream_rows(source.name, file))
    return LabelledFile(source, path or labelled_path(source), ReadOptions(), index, is_flat=is_flat)


def write(
    source: Path,
    said: Mapping[str, Said],
    path: Path | None = None,
    names: tuple[str, ...] = (),
    reviewer: str | None = None,
    *,
    is_flat: bool = False,
) -> Written:
    """Write the labelled file of a file, as a program does that has just read it."""
    return labelled_file(source, path, is_flat=is_flat).write(known(said), reviewer, names)


def known(said: Mapping[str, Said]) -> Callable[[Collection[str]], Mapping[str, Said]]:
    return lambda trace_ids: {each: said.get(each, NOTHING_SAID) for each in trace_ids}


def thumb(trace_id: str, number: int, value: object = True, **more: object) -> Label:
    """An answer to one question; its ID is made of its number."""
    fields = {
        "name": "is_helpful",
        "reviewer": "rhea",
        "assessment_id": f"a-{number:032}",
        "created_at_ms": 1_790_000_000_000 + number,
    }
    return Label(trace_id, value=value, **(fields | more))  # type: ignore[arg-type]
