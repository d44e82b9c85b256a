"""What a content is, told by its own bytes: whatever a trace calls it counts for nothing."""

from __future__ import annotations

import re
from typing import Final

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ContentType:
    """A kind of content: its name for people, the extension of its files (with the dot), and what may be done with it.

    `is_harmless` tells whether opening it in the system's viewer runs nothing of it; `is_picture` whether it can be
    drawn.
    """

    name: str
    extension: str
    is_harmless: bool = True
    is_picture: bool = False


def content_type(content: bytes) -> ContentType:
    """Return the kind of a content by its first bytes; one that is not known is not harmless."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], _UNKNOWN)
    if content[4:8] == b"ftyp":
        return _SOUND_IN_MP4 if content[8:11] == b"M4A" else _FILM
    if content[:2] in _MP3_FRAMES:
        return _MP3
    if content.startswith(b"BM") and content[6:10] == bytes(4):
        return _BITMAP
    return _text(content)


def _text(content: bytes) -> ContentType:
    if b"\0" in content:
        return _UNKNOWN
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _UNKNOWN
    return _PAGE if _MARKUP.search(text) or _SCRIPT.match(text) else _PLAIN


_MARKUP: Final = re.compile(r"<[!?/a-zA-Z]")
"""What makes browsers, and viewers of vector graphics, take a text for a page."""

_SCRIPT: Final = re.compile(r"\s*(?:#!|\[Desktop Entry\])")
"""How texts begin that a desktop may run."""

_PICTURE_TYPES: Final = (
    (b"\x89PNG\r\n\x1a\n", ContentType("PNG image", ".png", is_picture=True)),
    (b"\xff\xd8\xff", ContentType("JPEG image", ".jpg", is_picture=True)),
    (b"GIF87a", ContentType("GIF image", ".gif", is_picture=True)),
    (b"GIF89a", ContentType("GIF image", ".gif", is_picture=True)),
)
_BITMAP: Final = ContentType("BMP image", ".bmp", is_picture=True)
_MP3_FRAMES: Final = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_MP3: Final = ContentType("MP3 sound", ".mp3")
_FILM: Final = ContentType("MP4 film", ".mp4")
_SOUND_IN_MP4: Final = ContentType("M4A sound", ".m4a")
_PLAIN: Final = ContentType("text", ".txt")
_PAGE: Final = ContentType("page or script", ".txt", is_harmless=False)
_UNKNOWN: Final = ContentType("file of unknown kind", ".bin", is_harmless=False)
_PROGRAM: Final = ContentType("program", ".bin", is_harmless=False)
_ZIP: Final = ContentType("archive or office document", ".zip", is_harmless=False)
_OFFICE: Final = ContentType("office document", ".bin", is_harmless=False)

_MAGIC: Final = (
    *_PICTURE_TYPES,
    (b"OggS", ContentType("Ogg sound", ".ogg")),
    (b"ID3", _MP3),
    (b"fLaC", ContentType("FLAC sound", ".flac")),
    (b"\x1aE\xdf\xa3", ContentType("Matroska film", ".mkv")),
    (b"%PDF-", ContentType("PDF document", ".pdf")),
    (b"PK\x03\x04", _ZIP),
    (b"\x1f\x8b", ContentType("archive", ".gz", is_harmless=False)),
    (b"\xd0\xcf\x11\xe0", _OFFICE),
    (b"\x7fELF", _PROGRAM),
    (b"MZ", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xce\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
)
_RIFF: Final = {
    b"WEBP": ContentType("WebP image", ".webp", is_picture=True),
    b"WAVE": ContentType("WAV sound", ".wav"),
    b"AVI ": ContentType("AVI film", ".avi"),
}
