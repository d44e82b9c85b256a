"""Text of a file decoded so that writing it again gives the same bytes, also those that are no text."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, Final, cast

from labeler.dataclass import dataclass

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKED: Final = ("utf-8-sig", "utf-16", "utf-32")
"""Encodings that take a byte order mark for what it is."""


@dataclass(frozen=True, slots=True)
class TextCodec:
    """How a file's text is encoded: the byte order mark that it begins with, if any, and the encoding behind that."""

    mark: bytes
    encoding: str

    @property
    def errors(self) -> str:
        """The handler of errors that keeps each byte, or half of a character."""
        return "surrogatepass" if self.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"

    def reader(self, stream: BinaryIO) -> io.TextIOWrapper:
        """Return the text of a stream behind the mark; line ends stay as they are."""
        stream.read(len(self.mark))
        return io.TextIOWrapper(cast(io.BufferedReader, stream), self.encoding, self.errors, newline="")

    def writer(self, stream: BinaryIO) -> io.TextIOWrapper:
        """Return a text to be written into a stream, where the mark is written at once."""
        stream.write(self.mark)
        return io.TextIOWrapper(cast(io.BufferedWriter, stream), self.encoding, self.errors, newline="")

    def can_hold(self, text: str) -> bool:
        """Return whether a text can be written in this encoding."""
        try:
            text.encode(self.encoding, self.errors)
        except UnicodeEncodeError:
            return False
        return True


UTF_8_FOR_SPREADSHEETS: Final = TextCodec(codecs.BOM_UTF8, "utf-8")


def codec_of(start: bytes, encoding: str) -> TextCodec:
    """Return the codec of a file that begins with these bytes and is read in this encoding."""
    if encoding in _MARKED:
        for mark, behind in _MARKS:
            if start.startswith(mark):
                return TextCodec(mark, behind)
    return TextCodec(b"", encoding)
