"""What a file is, told by its first bytes, and the files in it: gzip and zip, unpacked within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from gzip import GzipFile
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from labeler.dataclass import dataclass
from labeler.domain.byte_size import limit_words
from labeler.reading.files.entry import Problem, Unusable, UnusableFile

MAX_UNPACKED_BYTES: Final = 1 << 34
"""The most a packed file may hold once unpacked (16 GB). It is read as a stream, never as a whole."""

MAX_MEMBERS: Final = 100_000
"""The most files in one zip archive."""

_PACKED_AT_MOST: Final = 100
"""How much larger than itself a file may unpack to, once that is a lot: text packs to a tenth, made-up zeros to less
than a thousandth."""

_A_LOT: Final = 1 << 26
GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET: Final = b"PAR1"
_OFFICE: Final = "[Content_Types].xml"
_KINDS: Final = (
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 file: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow file: write it as Parquet or JSON Lines"),
    (b"Obj\x01", "an Avro file: write it as Parquet or JSON Lines"),
    (b"\x80\x04", "a Python pickle, which is never opened: it could run programs"),
    (b"\x80\x05", "a Python pickle, which is never opened: it could run programs"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file to be read: what to call it in messages, its bytes, and whether those can be sought in."""

    name: str
    stream: BinaryIO
    is_seekable: bool


def members(name: str, file: BinaryIO) -> Iterator[Member | Problem]:
    """Yield the files that a seekable file is or holds. Each is valid until the next is asked for.

    Raises `UnusableFile` where it holds none that could be read.
    """
    start = file.read(8)
    file.seek(0)
    try:
        if start.startswith(GZIP):
            yield Member(name, _unpacked_gzip(file), is_seekable=False)
        elif start.startswith(ZIP):
            yield from _members_of_zip(name, file)
        else:
            check_kind(start)
            yield Member(name, file, is_seekable=True)
    except Unusable as reason:
        raise UnusableFile(f"{name} {reason}.") from None


def check_kind(start: bytes) -> None:
    """Raise `Unusable` where the first bytes are those of a file of another kind."""
    if start.startswith(GZIP):
        raise Unusable("is packed with gzip twice over; unpack it once")
    if start.startswith(ZIP):
        raise Unusable("holds an archive within an archive; unpack it once")
    if start[257:262] == b"ustar":
        raise Unusable(f"looks like a tar archive: unpack it first; {ACCEPTED}")
    if (kind := next((kind for magic, kind in _KINDS if start.startswith(magic)), None)) is not None:
        raise Unusable(f"looks like {kind}; {ACCEPTED}")


ACCEPTED: Final = (
    "labeler opens JSON, JSON Lines, CSV, Parquet and text with traces or chat rows, also as gzip or zip "
    "(labeler show --help lists the forms)"
)


class _Bounded(io.RawIOBase):
    """A stream that is being unpacked. Reading it raises `Unusable` where it is damaged, or unpacks to far too much."""

    def __init__(self, stream: BinaryIO, budget: _Budget, damaged: str) -> None:
        self._stream = stream
        self._budget = budget
        self._damaged = damaged

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            chunk = self._stream.read(len(view))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
            raise Unusable(self._damaged) from None
        self._budget.spend(len(chunk))
        view[: len(chunk)] = chunk
        return len(chunk)


class _Budget:
    """How much may still be unpacked of a file of `packed` bytes."""

    def __init__(self, packed: int) -> None:
        self._packed = packed
        self._spent = 0

    def spend(self, size: int) -> None:
        self._spent += size
        if self._spent > MAX_UNPACKED_BYTES:
            raise Unusable(f"is larger than {limit_words(MAX_UNPACKED_BYTES)} when uncompressed, more than can be read")
        if self._spent > max(_A_LOT, _PACKED_AT_MOST * self._packed):
            raise Unusable(f"unpacks to more than {_PACKED_AT_MOST} times its size, as no file of traces does")


def _length(file: BinaryIO) -> int:
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    return length


def _unpacked_gzip(file: BinaryIO) -> BinaryIO:
    budget = _Budget(_length(file))
    return io.BufferedReader(_Bounded(GzipFile(fileobj=file), budget, "is a damaged gzip file"))  # type: ignore[arg-type]


def _members_of_zip(name: str, file: BinaryIO) -> Iterator[Member | Problem]:
    budget = _Budget(_length(file))
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise Unusable("is a damaged zip archive") from None
    with closing(archive):
        inside = [each for each in archive.infolist() if _is_meant(each)]
        names = {each.filename for each in inside}
        if _OFFICE in names:
            raise Unusable("looks like an Office document; save its table as CSV")
        if len(inside) > MAX_MEMBERS:
            raise Unusable(f"holds more than {MAX_MEMBERS:,} files, more than can be read")
        if "header.json" in names and any(each.startswith("samples/") for each in names):  # a log of Inspect AI
            inside = [each for each in inside if each.filename.startswith("samples/")]
        if not inside:
            raise Unusable("is a zip archive without a file in it")
        for each in inside:
            inner = f"{name}/{each.filename}"
            if each.flag_bits & 1:
                yield Problem(f"{inner} is encrypted; unpack it first.")
                continue
            try:
                stream = archive.open(each)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
                why = (
                    "is packed in a way that cannot be unpacked here"
                    if isinstance(error, NotImplementedError)
                    else "is damaged"
                )
                yield Problem(f"{inner} {why}.")
                continue
            with closing(stream):
                raw = _Bounded(stream, budget, "is damaged")  # type: ignore[arg-type]
                yield Member(inner, io.BufferedReader(raw), is_seekable=False)


def _is_meant(info: zipfile.ZipInfo) -> bool:
    """Return whether somebody put a file there: not a folder, nor what desktops add by themselves."""
    path = PurePosixPath(info.filename)
    return not info.is_dir() and not path.name.startswith(".") and path.parts[:1] != ("__MACOSX",)
