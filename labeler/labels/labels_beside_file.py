"""The label file of a file without rows: a line a label, with the traces' own IDs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from labeler.domain import answer_metadata
from labeler.domain.change import TracePlace
from labeler.labels.label import Label
from labeler.labels.label_lines import LabelLine, read_lines, write_labels
from labeler.labels.labelled_file import LabelsNotWritten, SaidOf, Written, not_written, refused
from labeler.labels.row_index import RowIndex
from labeler.labels.row_labels import NOTHING_SAID, is_of
from labeler.labels.row_writer import OnRowsWritten
from labeler.storage.file_reading import read_data_file
from labeler.storage.replacing import own_turn, replacing

_MOST_BYTES: Final = 1 << 29


class LabelLinesFile:
    """The label file at `path` of the traces in `source`. `index` is what reading `source` gave."""

    is_flat: Final = False

    def __init__(self, source: Path, path: Path, index: RowIndex) -> None:
        self.source = source
        self.path = path
        self.index = index

    def check(self) -> tuple[str, ...]:
        """Raise `LabelsNotWritten` where nothing may be written at the path: what is there is something else."""
        self._lines_there()
        return ()

    def write(
        self,
        said_of: SaidOf,
        reviewer: str | None = None,
        names: Sequence[str] = (),
        progress: OnRowsWritten = lambda done, total: None,
    ) -> Written:
        """Write a line for every label: the journal's, and those of the file at the path that no journal word replaces.

        With a `reviewer`, only that one's labels are taken from the journal. Raises `LabelsNotWritten`.
        """
        try:
            with own_turn(self.path):
                return self._write(said_of, reviewer)
        except OSError as error:
            raise not_written(self.source, self.path, error.strerror or str(error)) from error

    def _write(self, said_of: SaidOf, reviewer: str | None) -> Written:
        there = self._lines_there()
        said = said_of([*self.index.traces, *(line.label.trace_id for line in there)])
        given = [
            self._placed(label, trace_id)
            for trace_id in self.index.traces
            for label in said.get(trace_id, NOTHING_SAID).standing
            if is_of(label, reviewer)
        ]
        gone = {each.assessment_id for each in given}
        for about in said.values():
            gone |= {each.assessment_id for each in about.earlier} | about.replaced
        kept = [line.label for line in there if line.label.assessment_id not in gone]
        labels = [*kept, *given]
        text = io.StringIO(newline="")
        write_labels(labels, text)
        mode = (self.path if self.path.exists() else self.source).stat().st_mode & 0o777
        if labels or self.path.exists():
            with replacing(self.path, mode) as out:
                out.write(text.getvalue().encode())
        labelled = {each.trace_id for each in labels} & self.index.traces.keys()
        return Written(len(labelled), len(self.index.traces))

    def _placed(self, label: Label, trace_id: str) -> Label:
        """Return the label under the ID that the file has for its trace, and with the place that this came from."""
        place = answer_metadata.place_metadata(TracePlace(self.source.name, self.index.traces[trace_id]))
        return replace(label, trace_id=trace_id, metadata={**label.metadata, **place})

    def _lines_there(self) -> list[LabelLine]:
        """Return the labels at the path. Raises `LabelsNotWritten` where it holds something else."""
        if not self.path.exists():
            return []
        try:
            lines, unreadable = read_lines(read_data_file(self.path, _MOST_BYTES))
        except OSError as error:
            raise LabelsNotWritten(refused(self.path, "it cannot be read", error.strerror or "")) from None
        if unreadable:
            first = unreadable[0]
            raise LabelsNotWritten(refused(self.path, "it is no label file", f"line {first.number}: {first.sentence}"))
        if self.index.is_complete and lines and not any(line.label.trace_id in self.index.traces for line in lines):
            why = f"its traces are not those of {self.source.name}, such as the one in line {lines[0].number}"
            raise LabelsNotWritten(refused(self.path, why))
        return lines
