"""Where the rows of a file stand and which traces they are, noted while the file is read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import field

from labeler.dataclass import dataclass
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.labels.row_labels import COMMENT, LABEL, LABELS, OWN_LABELS, KeptLabel, are_labels, labels_in
from labeler.reading.files.entry import Entry, FileLayout, FileRow, LayoutKind, Problem, Remark
from labeler.reading.files.identity import OWN_ID_KEY, RowCounter, row_digest
from labeler.reading.wire.json_members import members_of


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row: the trace that it is, the number by which the file knows it (of its line, entry or row, from 1), and where
    its text begins and ends in the file's, in characters. `key` is where its labels go; `has_labels` says whether it
    holds a list of labels there, perhaps an empty one, `has_cells` whether it holds keys of a flat file."""

    trace_id: str
    number: int
    start: int
    end: int
    key: str
    has_labels: bool
    has_cells: bool


@dataclass(slots=True)
class RowIndex:
    """The rows of one file. Feed it with what reading the file gives, in that order.

    `traces` are its traces with the number of the first row that each is, None where it is no row. `kept` are the
    labels that its rows hold, by trace; `cells` the same of a flat file, by trace and key, and
    `columns` its keys. `own_ids` are the names that rows have for themselves. `is_complete`: the file
    was read to its end.
    """

    layout: FileLayout | None = None
    rows: list[RowPlace] = field(default_factory=list)
    traces: dict[str, int | None] = field(default_factory=dict)
    kept: dict[str, tuple[KeptLabel, ...]] = field(default_factory=dict)
    cells: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)
    own_ids: dict[str, str] = field(default_factory=dict)
    is_complete: bool = False
    _is_all_rows: bool = True
    _without_labels: int = 0

    def note(self, found: FileLayout | RawTrace | FileRow | Problem | Remark) -> None:
        """Take in one more thing that was read of the file."""
        match found:
            case FileLayout():
                self.layout = found
                self._is_all_rows = self._is_all_rows and found.is_whole
            case RawTrace():
                self.traces.setdefault(found.summary.id, None)
                if (own_id := found.summary.metadata.get(OWN_ID_KEY)) is not None:
                    self.own_ids[found.summary.id] = own_id
            case FileRow(entry, trace_id) if trace_id:
                self.rows.append(self._placed(entry, trace_id))
            case FileRow():
                self._is_all_rows = False

    @property
    def is_of_rows(self) -> bool:
        """Whether each entry of the file is one trace, so that its labels can stand in it."""
        is_table = self.layout is not None and self.layout.kind is not LayoutKind.TEXT
        return is_table and self._is_all_rows and bool(self.rows)

    @property
    def holds_labels(self) -> bool:
        """Whether labels stand in some row, as a labelled file has them."""
        return any(self.kept.values())

    @property
    def is_labelled(self) -> bool:
        """Whether every row has a place for labels, as a labelled file has it, perhaps an empty one."""
        return self.is_of_rows and (not self._without_labels or self.is_flat)

    @property
    def is_flat(self) -> bool:
        """Whether labels stand in keys or columns of their own."""
        return bool(self.columns)

    def _placed(self, entry: Entry, trace_id: str) -> RowPlace:
        number = entry.number
        if self.traces.get(trace_id) is None:
            self.traces[trace_id] = number
        row = entry.value
        assert isinstance(row, Mapping)
        cells = {key: value for key, value in row.items() if key.startswith((LABEL, COMMENT))}
        if cells:
            self.columns.update(dict.fromkeys(cells))
            self.cells[trace_id] = {key: value for key, value in cells.items() if value not in (None, "")}
        key = self._label_key(row)
        if key is None:
            self._without_labels += 1
        else:
            self._keep_labels(trace_id, key, entry.text)
        where = key or (OWN_LABELS if LABELS in row else LABELS)
        return RowPlace(
            trace_id, number, entry.end - len(entry.text), entry.end, where, key is not None, has_cells=bool(cells)
        )

    def _label_key(self, row: Mapping[str, JsonValue]) -> str | None:
        """Return the key of a row that holds labels; None where it has none, or holds something else under it."""
        return next((key for key in (OWN_LABELS, LABELS) if key in row and are_labels(row[key])), None)

    def _keep_labels(self, trace_id: str, key: str, text: str) -> None:
        value = next(text[each.value_start : each.end] for each in reversed(members_of(text)) if each.key == key)
        if labels := labels_in(value):
            self.kept[trace_id] = labels


def index_of_known(found: Iterable[FileLayout | Entry], known: Container[str]) -> RowIndex | None:
    """Index a file whose rows are all among known ones, by their content alone; return None where one is not.

    That gives what `index_of` gives, `own_ids` aside, in a fraction of the time: no row is read as a trace.
    """
    index, rows = RowIndex(), RowCounter()
    for each in found:
        if isinstance(each, FileLayout):
            index.note(each)
            continue
        is_row = isinstance(each.value, Mapping) and not each.problem
        trace_id = rows.trace_id(row_digest(each.value)) if is_row else ""
        if trace_id not in known:
            return None
        index.note(FileRow(each, trace_id))
    index.is_complete = True
    return index


def index_of(
    found: Iterable[FileLayout | RawTrace | FileRow | Problem | Remark], most_rows: int | None = None
) -> RowIndex:
    """Index a file from everything that reading it gives, or at most so many of its rows."""
    index = RowIndex()
    for each in found:
        index.note(each)
        if len(index.rows) == most_rows:
            return index
    index.is_complete = True
    return index
