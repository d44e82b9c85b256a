"""The labels in the rows of a labelled file, a line each as a label file has them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.change import TracePlace
from labeler.domain.value import UnusableValue
from labeler.labels.label import Label, check_author, check_content, label_of
from labeler.labels.label_lines import LabelLine
from labeler.reading.files.entry import FileRow, Problem, ReadOptions, UnusableFile
from labeler.reading.files.read import stream_rows
from labeler.reading.wire.forms.form import as_object
from labeler.reading.wire.forms.row_facts import labels_of

_TRACE_ID: Final = "trace_id"


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """The labels of a labelled file, numbered by its rows; `problems` are sentences about rows that cannot be read.

    `is_flat`: the labels stand in keys or columns of their own, which do not say whose they are.
    """

    lines: list[LabelLine]
    problems: list[str]
    is_flat: bool


def read_labelled_rows(name: str, content: bytes) -> LabelledRows | None:
    """Read the labels of a labelled file; return None where it is no such file, or holds no label.

    A label is about the trace that its row names by a key `trace_id`, else about the row's own. Its metadata say where
    it stood: `name` and the row's number.
    """
    lines: list[LabelLine] = []
    problems: list[str] = []
    is_flat = False
    try:
        for found in stream_rows(name, io.BytesIO(content), ReadOptions()):
            if isinstance(found, Problem):
                problems.append(found.sentence)
            elif isinstance(found, FileRow) and found.trace_id:
                said = labels_of(as_object(found.entry.value))
                lines += [_line(name, found, each) for each in said]
                is_flat = is_flat or any(each.source.type is not SourceType.HUMAN for each in said)
            elif isinstance(found, FileRow):
                return None
    except UnusableFile:
        return None
    return LabelledRows(lines, problems, is_flat) if lines else None


def _line(name: str, row: FileRow, said: Assessment) -> LabelLine:
    named = as_object(row.entry.value).get(_TRACE_ID)
    label = replace(
        _label(said),
        trace_id=named if isinstance(named, str) and named else row.trace_id,
        metadata=answer_metadata.place_metadata(TracePlace(name, row.entry.number)),
    )
    return LabelLine(row.entry.number, label, _why_not(label))


def _label(said: Assessment) -> Label:
    label = label_of(said)
    return (
        label if said.source.type is SourceType.HUMAN else replace(label, reviewer=None, source_type=SourceType.HUMAN)
    )


def _why_not(label: Label) -> str:
    """Return why a label cannot be queued, as a sentence; empty where it can."""
    try:
        check_content(label)
        if label.reviewer is not None:
            check_author(label)
    except UnusableValue as problem:
        return f"{problem}."
    return ""
