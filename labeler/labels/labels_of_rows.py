"""The labels in the rows of a labelled file, a line each as a label file has them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.value import UnusableValue
from labeler.labels.label import Label, check_author, check_content, label_of
from labeler.labels.label_lines import LabelLine
from labeler.reading.files.entry import ReadOptions, Row, UnusableFile
from labeler.reading.files.read import stream_rows
from labeler.reading.wire.forms.row_facts import is_label_key, labels_of

_TRACE_ID: Final = "trace_id"


def read_labelled_rows(name: str, content: bytes) -> list[LabelLine] | None:
    """Read the labels of a labelled file, numbered by its rows; None where it is no such file, or holds no label.

    A label is about the trace that its row names by a key `trace_id`, else about the row's own. Its metadata say where
    it stood: `name` and the row's number. Those of the flat form have no reviewer, since the file does not say whose
    they are.
    """
    lines: list[LabelLine] = []
    try:
        for found in stream_rows(name, io.BytesIO(content), ReadOptions()):
            if isinstance(found, Row) and found.trace_id:
                lines.extend(_lines_of(name, found))
            elif isinstance(found, Row):
                return None
    except UnusableFile:
        return None
    return lines or None


def _lines_of(name: str, row: Row) -> Iterator[LabelLine]:
    value = row.entry.value
    if not isinstance(value, Mapping) or not any(map(is_label_key, value)):
        return
    named = value.get(_TRACE_ID)
    trace_id = named if isinstance(named, str) and named else row.trace_id
    number = row.entry.number
    place = {answer_metadata.FILE: name, answer_metadata.LINE: str(number)}
    for said in labels_of(value):
        label = replace(_label(said), trace_id=trace_id, metadata=place)
        yield LabelLine(number, label, _why_not(label))


def _label(said: Assessment) -> Label:
    label = label_of(said)
    return label if said.source.type is SourceType.HUMAN else replace(label, reviewer=None)


def _why_not(label: Label) -> str:
    """Why a label cannot be queued, as a sentence; empty where it can."""
    try:
        check_content(label)
        if label.reviewer is not None:
            check_author(label)
    except UnusableValue as problem:
        return f"{problem}."
    return ""
