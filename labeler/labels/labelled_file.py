"""Labelled files: the rows of a file as they are, each with its labels. The file itself is never touched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.labels.label import Label
from labeler.labels.labelled_path import is_labelled_name
from labeler.labels.row_index import RowIndex, index_of, index_of_known
from labeler.labels.row_labels import NOTHING_SAID, KeptLabel, Said, is_of, is_same_cell
from labeler.labels.row_writer import OnRowsWritten, RowsToWrite, write_rows
from labeler.reading.files.entry import LayoutKind, ReadOptions, UnusableFile
from labeler.reading.files.read import stream_entries, stream_rows
from labeler.storage.file_reading import open_data_file
from labeler.storage.replacing import own_turn, replacing

_PERMISSIONS: Final = 0o777
_PACKED: Final = ".gz"
_SMALL_BYTES: Final = 1 << 21
_ROWS_OF_A_LARGE_FILE: Final = 100

SaidOf = Callable[[Collection[str]], Mapping[str, Said]]
"""Returns what a journal has of the labels of traces, by their IDs."""


class LabelsNotWritten(Exception):
    """Raised where a labelled file cannot be written; what lies at its path is as it was. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """A labelled file that was written: how many of its rows have labels, and sentences about what is not in it."""

    labelled: int
    rows: int
    notices: tuple[str, ...] = ()


class LabelledFile:
    """The labelled file at `path` of the rows in `source`, to be written whenever there is something new.

    `index` is what reading `source` gave. With `is_flat`, labels stand in keys of their own; in tables they always do.
    """

    def __init__(self, source: Path, path: Path, options: ReadOptions, index: RowIndex, *, is_flat: bool) -> None:
        self.source = source
        self.path = path
        self.index = index
        self._options = options
        self._indexed_at = _stamp(source)
        self._asked_flat = is_flat
        self._there = RowIndex()
        self._there_at: tuple[int, ...] | None = None

    @property
    def is_flat(self) -> bool:
        """Whether labels stand in keys or columns of their own."""
        layout = self.index.layout
        is_table = layout is not None and layout.kind is not LayoutKind.JSON
        is_flat_already = self._is_its_own and self.index.is_flat and not self.index.holds_labels
        return self._asked_flat or is_table or is_flat_already

    def why_not_flat(self, said: Mapping[str, Said], reviewer: str | None) -> str:
        """Return why labels have no place in the flat form, as a sentence; empty where they have."""
        people = {(each.reviewer or "").strip().lower() for each in self._told(said, reviewer)}
        if len(people) > 1:
            named = ", ".join(sorted(people))
            return f"{self.path.name} is for one reviewer's labels, and there are some of {named}: give --reviewer."
        return "".join(self._notices(said, reviewer))

    def check(self) -> tuple[str, ...]:
        """Return sentences about labelled rows at the path that the file has no more.

        Raises `LabelsNotWritten` where nothing may be written at the path: what is there is something else.
        Of a large file only the beginning is read: the reviewer waits for it. The rest is looked at when it is written.
        """
        if not self.index.is_complete and _is_small(self.source):
            self.index = _indexed(self.source, self._options)
        return self._read_what_is_there(None, None if _is_small(self.path) else _ROWS_OF_A_LARGE_FILE)

    def write(
        self,
        said_of: SaidOf,
        reviewer: str | None = None,
        names: Sequence[str] = (),
        progress: OnRowsWritten = lambda done, total: None,
    ) -> Written:
        """Write every row with its labels: the journal's, and those that the file at the path has already.

        With a `reviewer`, only that one's labels are taken from the journal. `names` are questions that get a place in
        the flat form, answered or not. Raises `LabelsNotWritten`.
        """
        try:
            with own_turn(self.path):
                return self._write(said_of, reviewer, names, progress)
        except EOFError:
            raise not_written(self.source, self.path, f"{self.source.name} changed while it was read") from None
        except UnicodeDecodeError:
            raise not_written(
                self.source, self.path, f"{self.source.name} has damaged text, which cannot be kept as it is"
            ) from None
        except UnusableFile as error:
            raise not_written(self.source, self.path, str(error).rstrip(".")) from None
        except OSError as error:
            raise not_written(self.source, self.path, error.strerror or str(error)) from error

    def _write(self, said_of: SaidOf, reviewer: str | None, names: Sequence[str], progress: OnRowsWritten) -> Written:
        if _stamp(self.source) != self._indexed_at:
            self._indexed_at = _stamp(self.source)
            self.index = _indexed(self.source, self._options)
        gone = self._read_what_is_there(said_of, None)
        said = said_of(self.index.traces)
        rows = RowsToWrite(
            self.index,
            {**self.index.kept, **_joined(self.index.kept, self._there.kept)},
            {**self.index.cells, **self._there.cells},
            said,
            reviewer,
            names,
            self._has_place,
            progress,
        )
        is_packed = self.path.name.lower().endswith(_PACKED)
        with open_data_file(self.source) as source, replacing(self.path, self._mode()) as out:
            labelled = write_rows(rows, source, out, is_flat=self.is_flat, is_packed=is_packed)
        if not self._is_its_own:
            self._there_at = _stamp(self.path)
        return Written(labelled, len(self.index.rows), (*gone, *self._notices(said, reviewer)))

    @property
    def _is_its_own(self) -> bool:
        """Whether the file is written back to itself."""
        try:
            return self.source.samefile(self.path)
        except OSError:
            return False

    @property
    def _has_place(self) -> bool:
        """Whether an empty list under the key of labels is a place for them, and no content of the row."""
        return self.index.holds_labels or is_labelled_name(self.source.name)

    def _read_what_is_there(self, said_of: SaidOf | None, most_rows: int | None) -> tuple[str, ...]:
        """Read the labels at the path, unless it is as it was. Return sentences about rows that will go.

        At most so many rows are read. Raises `LabelsNotWritten` where what is there may not be replaced.
        """
        if self._is_its_own:
            is_labelled = self.index.holds_labels or (is_labelled_name(self.source.name) and self.index.is_labelled)
            if not is_labelled:
                raise LabelsNotWritten(
                    f"{self.path} is the file itself and no labelled one, and stays as it is. Give another name"
                )
            return ()
        if not self.path.exists():
            self._there, self._there_at = RowIndex(), None
            return ()
        if _stamp(self.path) == self._there_at:
            return ()
        try:
            there = self._indexed_by_content() if most_rows is None else None
            there = there or _indexed(self.path, self._options, most_rows)
        except (UnusableFile, OSError) as error:
            raise LabelsNotWritten(refused(self.path, "it is no labelled file", str(error))) from None
        if not there.is_labelled:
            raise LabelsNotWritten(refused(self.path, "it is no labelled file: its rows have no labels"))
        if there.is_flat != self.is_flat and (there.holds_labels or there.is_flat):
            form = "the flat form" if there.is_flat else "lists of labels"
            raise LabelsNotWritten(refused(self.path, f"its labels are written as {form}"))
        if not (there.is_complete and self.index.is_complete):
            return ()
        gone = self._rows_that_go(there, said_of)
        if said_of is not None:
            self._there, self._there_at = there, _stamp(self.path)
        return gone

    def _indexed_by_content(self) -> RowIndex | None:
        """Index what is at the path where that can be done quickly, as of a labelled file of the very rows."""
        try:
            with open_data_file(self.path) as file:
                return index_of_known(stream_entries(self.path.name, file, self._options), self.index.traces)
        except UnusableFile:
            return None

    def _rows_that_go(self, there: RowIndex, said_of: SaidOf | None) -> tuple[str, ...]:
        """Return sentences about labelled rows that the file has no more.

        Raises `LabelsNotWritten` where labels would be lost, or no row is the file's.
        """
        strangers = [row for row in there.rows if row.trace_id not in self.index.traces]
        if strangers and len(strangers) == len(there.rows):
            raise LabelsNotWritten(
                refused(self.path, f"its rows are not those of {self.source.name}, such as row {strangers[0].number}")
            )
        labelled = [row for row in strangers if row.trace_id in there.kept or row.trace_id in there.cells]
        said = said_of([row.trace_id for row in labelled]) if said_of is not None and labelled else {}
        for row in labelled if said_of is not None else ():
            if not _is_known(there, row.trace_id, said.get(row.trace_id, NOTHING_SAID)):
                why = f"its row {row.number}, not in {self.source.name}, has labels that this journal does not know"
                raise LabelsNotWritten(refused(self.path, why))
        own_ids = set(self.index.own_ids.values())
        changed = sum(there.own_ids.get(row.trace_id) in own_ids for row in labelled if row.trace_id in there.own_ids)
        notices = []
        if changed:
            notices.append(f"{_rows(changed)} changed since you labelled them: they are other items now.")
        if away := len(labelled) - changed:
            notices.append(f"{_rows(away)} with labels {'is' if away == 1 else 'are'} no longer in {self.source.name}.")
        if labelled:
            notices.append("Their labels are kept: labeler export --local has them.")
        return tuple(notices)

    def _notices(self, said: Mapping[str, Said], reviewer: str | None) -> list[str]:
        """Return a sentence about the answers that have no place in the flat form."""
        spans = sum(each.span_id is not None for each in self._told(said, reviewer)) if self.is_flat else 0
        return [f"{self.path.name} has no place for answers about spans, and there are {spans}."] if spans else []

    def _told(self, said: Mapping[str, Said], reviewer: str | None) -> list[Label]:
        told = (each for trace_id in self.index.traces for each in said.get(trace_id, NOTHING_SAID).standing)
        return [each for each in told if is_of(each, reviewer)]

    def _mode(self) -> int:
        """Return the permissions of the file: those that it has, else those of its source."""
        there = self.path if self.path.exists() else self.source
        return there.stat().st_mode & _PERMISSIONS


def _indexed(path: Path, options: ReadOptions, most_rows: int | None = None) -> RowIndex:
    """Index a file anew, or at most so many of its rows. Raises `UnusableFile` and `OSError`."""
    with open_data_file(path) as file:
        return index_of(stream_rows(path.name, file, options), most_rows)


def _is_small(path: Path) -> bool:
    return not path.exists() or path.stat().st_size <= _SMALL_BYTES


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what differs once a file was changed. Raises `OSError`."""
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _joined(
    first: Mapping[str, Sequence[KeptLabel]], second: Mapping[str, Sequence[KeptLabel]]
) -> dict[str, tuple[KeptLabel, ...]]:
    """Return the labels of two files by trace, each once."""
    joined = {}
    for trace_id, labels in second.items():
        own = first.get(trace_id, ())
        known = {(each.assessment_id, each.assessment_id or each.text) for each in own}
        more = (each for each in labels if (each.assessment_id, each.assessment_id or each.text) not in known)
        joined[trace_id] = (*own, *more)
    return joined


def _is_known(there: RowIndex, trace_id: str, said: Said) -> bool:
    """Return whether a journal has everything that a file says about a trace."""
    ids = {each.assessment_id for each in (*said.standing, *said.earlier)} | said.replaced
    values = [value for each in (*said.standing, *said.earlier) for value in (each.value, each.rationale)]
    cells: Mapping[str, JsonValue] = there.cells.get(trace_id, {})
    return all(each.assessment_id in ids for each in there.kept.get(trace_id, ())) and all(
        any(is_same_cell(value, cell) for value in values) for cell in cells.values()
    )


def not_written(source: Path, path: Path, why: str) -> LabelsNotWritten:
    """Return the error for a file that could not be written for this reason."""
    was = "is as it was" if path.exists() else "was not written"
    return LabelsNotWritten(
        f"{path} {was} ({why}). Your answers are safe in the journal; "
        f"labeler export {source} writes them once it can be"
    )


def refused(path: Path, why: str, more: str = "") -> str:
    """Return the sentence about a file that may not be replaced."""
    behind = f" ({more.rstrip('.')})" if more else ""
    return f"{path} stays as it is: {why}{behind}. Give another name, or move that file away"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
