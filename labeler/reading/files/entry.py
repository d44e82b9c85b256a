"""What a file is taken apart into: values with their places, and what could not be taken."""

from __future__ import annotations

import csv
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue

if TYPE_CHECKING:
    from labeler.reading.files.batch_requests import BatchRequests

MAX_VALUE_BYTES: Final = 1 << 29
"""The most that one value of a file may hold, in characters (512 M): it is read as a whole."""

_NUMBER: Final = re.compile(r"\d+")
MAX_ENTRIES: Final = 1_000_000
"""The most rows or list members a file may have."""


class UnusableFile(ValueError):
    """A file that holds no trace. The message is a sentence that says what it holds instead."""


class Unusable(Exception):
    """Why nothing can be read; completes the sentence that the file's name begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a file: where it stands, its exact text, its value, or why it has none.

    `group` numbers the list that it is a member of; 0 stands for none. `end` is where its text ends, counted in
    characters from the beginning of the file's text; -1 where it is no part of one.
    """

    position: str
    text: str
    value: JsonValue
    group: int = 0
    problem: str = ""
    end: int = -1

    @property
    def number(self) -> int:
        """The number in its position: of its line, of its place in the list or table, from 1."""
        digits = _NUMBER.search(self.position)
        return int(digits[0]) if digits else 1


class LayoutKind(Enum):
    """How the entries of a file lie in it."""

    JSON = auto()
    """Values one after the other, or a list of them."""
    CSV = auto()
    PARQUET = auto()
    TEXT = auto()
    """One text, the whole file."""


@dataclass(frozen=True, slots=True)
class FileLayout:
    """How a file is laid out: `encoding` is that of its text (empty for Parquet), `dialect` that of a CSV file.

    `is_whole` is False for a file within an archive.
    """

    kind: LayoutKind
    encoding: str = ""
    dialect: type[csv.Dialect] | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class FileRow:
    """What an entry that could be read is to the file: `trace_id` is the one trace that it is, as an object.

    It is empty where the entry is only a part of a trace, or holds several.
    """

    entry: Entry
    trace_id: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of a file that could not be read, as a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth knowing of how a file was read, as a sentence. Nothing is lost by it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about files: the keys of their rows, and whether they are plain texts."""

    request: str | None = None
    response: str | None = None
    own_id: str | None = None
    is_text: bool = False
    requests: BatchRequests | None = None
    """Where the requests of batches are kept until their answers are read, which may lie in another file."""
