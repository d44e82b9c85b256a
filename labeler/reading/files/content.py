"""The values of one unpacked file: JSON, a table or a text, told by how it begins."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, Final, TextIO, cast

from labeler.domain.byte_size import limit_words
from labeler.reading.files.containers import PARQUET, Member, check_kind
from labeler.reading.files.entry import MAX_VALUE_BYTES, Entry, FileLayout, LayoutKind, ReadOptions, Unusable
from labeler.reading.files.json_values import begins_json, json_entries
from labeler.reading.files.refusals import why_no_text
from labeler.reading.files.tables import csv_dialect, csv_entries, parquet_entries

_PEEKED: Final = 1 << 16
_TEXT_NAMES: Final = (".txt", ".md", ".markdown", ".text")
_OTHER_THAN_UTF_8: Final = "cp1252"


def layout_of(member: Member, options: ReadOptions) -> tuple[FileLayout, BinaryIO]:
    """Return how a file is laid out, told by how it begins, and its stream from the beginning. Raises `Unusable`."""
    start, stream = _peeked(member.stream)
    check_kind(start)
    if start.startswith(PARQUET):
        return FileLayout(LayoutKind.PARQUET), stream
    encoding = json.detect_encoding(start[:4])
    beginning = start.decode(encoding, "replace")
    first = beginning.lstrip(" \t\r\n\ufeff")
    is_named_text = PurePosixPath(member.name.removesuffix(".gz")).suffix.lower() in _TEXT_NAMES
    is_json = first[:1] in ("{", "[", '"') and (not is_named_text or begins_json(first))
    if options.is_text or (is_named_text and first and not is_json):
        return FileLayout(LayoutKind.TEXT, _text_encoding(start, encoding)), stream
    columns = _named_columns(options)
    dialect = None if first[:1] in ("{", "[") else csv_dialect(beginning, columns)
    if dialect is not None:
        return FileLayout(LayoutKind.CSV, _text_encoding(start, encoding), dialect), stream
    if first and not is_json and not _holds_json_lines(first):
        raise Unusable(why_no_text(beginning))
    return FileLayout(LayoutKind.JSON, encoding), stream


def entries_of(member: Member, stream: BinaryIO, layout: FileLayout, options: ReadOptions) -> Iterator[Entry]:
    """Yield the values of a file. Raises `Unusable` where there are none, or none that can be read."""
    match layout.kind:
        case LayoutKind.PARQUET:
            return parquet_entries(_seekable(member, stream))
        case LayoutKind.TEXT:
            return _text_entry(stream, layout.encoding)
        case LayoutKind.CSV:
            assert layout.dialect is not None
            rows = partial(csv_entries, dialect=layout.dialect, columns=_named_columns(options))
            return _from_text(stream, layout.encoding, rows)
        case LayoutKind.JSON:
            return _from_text(stream, layout.encoding, json_entries)


def _named_columns(options: ReadOptions) -> list[str]:
    return [name for name in (options.request, options.response) if name is not None]


def _from_text(stream: BinaryIO, encoding: str, entries: Callable[[TextIO], Iterator[Entry]]) -> Iterator[Entry]:
    """Yield the entries of a stream of text, which is closed after them."""
    with io.TextIOWrapper(cast(io.BufferedReader, stream), encoding, UNREADABLE_BYTES, newline="") as text:
        yield from entries(text)


def _one_sign_a_byte(error: UnicodeError) -> tuple[str, int]:
    """Let each byte that is no text become U+FFFD, so that places in the text are known whoever decodes it."""
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd" * (error.end - error.start), error.end


UNREADABLE_BYTES: Final = "labeler.one_sign_a_byte"
"""The name under which `_one_sign_a_byte` is known to codecs."""

codecs.register_error(UNREADABLE_BYTES, _one_sign_a_byte)


def _holds_json_lines(beginning: str) -> bool:
    """Return whether a text that begins with something else may hold JSON: values by themselves, or behind a log's
    words.
    """
    line = beginning.split("\n", 1)[0]
    return begins_json(line) or "{" in line or "[" in line


def _peeked(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream, and the stream with these bytes still to be read. Raises `Unusable`."""
    buffered = (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream), _PEEKED)
    )
    start = buffered.peek(_PEEKED)
    return start, buffered


def _seekable(member: Member, stream: BinaryIO) -> BinaryIO:
    if member.is_seekable:
        return stream
    data = stream.read(MAX_VALUE_BYTES + 1)
    if len(data) > MAX_VALUE_BYTES:
        raise Unusable(f"is larger than {limit_words(MAX_VALUE_BYTES)}; unpack it first")
    return io.BytesIO(data)


def _text_encoding(start: bytes, encoding: str) -> str:
    """Return the encoding of a text or table: Unicode's, else the one that Windows' programs write."""
    if not encoding.startswith("utf-8"):
        return encoding
    try:
        start[: len(start) - 4 if len(start) > 4 else None].decode(encoding)
    except UnicodeDecodeError as error:
        is_cut = error.end >= len(start) - 8 and error.reason == "unexpected end of data"
        return encoding if is_cut else _OTHER_THAN_UTF_8
    return encoding


def _text_entry(stream: BinaryIO, encoding: str) -> Iterator[Entry]:
    data = stream.read(MAX_VALUE_BYTES + 1)
    if len(data) > MAX_VALUE_BYTES:
        raise Unusable(f"is a text of more than {limit_words(MAX_VALUE_BYTES)}")
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    if not text.strip():
        raise Unusable("is empty")
    yield Entry("it", json.dumps(text, ensure_ascii=False), text)
