"""Files of traces, read one trace at a time.

A file is unpacked (`containers`), taken apart into values (`content`, `json_values`, `tables`), and each value is read
by the form that it is of (`traces`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from labeler.dataclass import dataclass
from labeler.domain.trace import RawTrace
from labeler.reading.files.containers import members
from labeler.reading.files.content import entries_of, layout_of
from labeler.reading.files.entry import Entry, FileLayout, FileRow, Problem, ReadOptions, Remark, Unusable, UnusableFile
from labeler.reading.files.traces import Found, TracesOfOneFile

_MOST_PROBLEMS: Final = 20
"""So many things that could not be read are told one by one; the rest are counted."""


_MOST_WITHOUT_A_TRACE: Final = 10_000
"""So many entries that cannot be read before the first trace, and a file is not read on."""


@dataclass(frozen=True, slots=True)
class TraceFile:
    """The traces of a file in its order; `problems` are sentences about the entries that could not be used."""

    traces: tuple[RawTrace, ...]
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()
    """Sentences about what was done with the entries and is nobody's mistake."""


def read_traces(name: str, data: bytes, options: ReadOptions | None = None) -> TraceFile:
    """Return all traces in a file's bytes. Raises `UnusableFile` when there is none; `name` is for its message."""
    found = list(stream_traces(name, io.BytesIO(data), options))
    return TraceFile(
        tuple(each for each in found if isinstance(each, RawTrace)),
        tuple(each.sentence for each in found if isinstance(each, Problem)),
        tuple(each.sentence for each in found if isinstance(each, Remark)),
    )


def stream_traces(
    name: str, file: BinaryIO, options: ReadOptions | None = None
) -> Iterator[RawTrace | Problem | Remark]:
    """Yield the traces of a seekable file one by one, and what could not be read.

    Raises `UnusableFile` at the end when there was no trace; `name` is for its message.
    """
    for found in stream_rows(name, file, options):
        if not isinstance(found, FileLayout | FileRow):
            yield found


def stream_rows(name: str, file: BinaryIO, options: ReadOptions | None = None) -> Iterator[FileLayout | Found]:
    """As `stream_traces`, with the layout of each file before its traces, and behind each entry the row that it is."""
    is_found = False
    told = 0
    waiting: list[Problem] = []
    for found in _everything(name, file, options or ReadOptions()):
        if isinstance(found, Problem):
            waiting.append(found)
            if len(waiting) >= _MOST_WITHOUT_A_TRACE and not is_found:
                break
        else:
            is_found = is_found or isinstance(found, RawTrace)
            yield found
        if is_found:
            yield from waiting[: max(0, _MOST_PROBLEMS - told)]
            told += len(waiting)
            waiting.clear()
    if told > _MOST_PROBLEMS:
        yield Problem(f"{name}: {told - _MOST_PROBLEMS:,} more entries could not be read.")
    if not is_found:
        raise UnusableFile(_why_nothing(name, waiting))


def stream_entries(name: str, file: BinaryIO, options: ReadOptions) -> Iterator[FileLayout | Entry]:
    """Yield the layout of a seekable file and its entries as they stand, without reading what trace each of them is.

    Raises `UnusableFile` where it cannot be taken apart, and for an archive, which holds files of its own.
    """
    for member in members(name, file):
        if isinstance(member, Problem) or member.name != name:
            raise UnusableFile(f"{name} is an archive.")
        try:
            layout, stream = layout_of(member, options)
            yield layout
            yield from entries_of(member, stream, layout, options)
        except Unusable as reason:
            raise UnusableFile(f"{name} {reason}.") from None


def _everything(name: str, file: BinaryIO, options: ReadOptions) -> Iterator[FileLayout | Found]:
    for member in members(name, file):
        if isinstance(member, Problem):
            yield member
            continue
        is_inner = member.name != name
        try:
            layout, stream = layout_of(member, options)
            yield replace(layout, is_whole=not is_inner)
            yield from TracesOfOneFile(member.name, options).read(entries_of(member, stream, layout, options))
        except Unusable as reason:
            if not is_inner:
                raise UnusableFile(f"{name} {reason}.") from None
            yield Problem(f"{member.name} {reason}.")


def _why_nothing(name: str, problems: list[Problem]) -> str:
    if not problems:
        return f"{name} holds no trace: it is an empty list."
    first = problems[0].sentence.removeprefix(f"{name}: ").removeprefix(f"{name}/").rstrip(".")
    more = f" ({len(problems) - 1} more entries are unusable too)" if len(problems) > 1 else ""
    return f"{name} holds no trace: {first}{more}."
