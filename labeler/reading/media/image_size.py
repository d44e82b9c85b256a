"""The size of a picture in pixels, from its first bytes, without decoding any of it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, TypeAlias

Dimensions: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

ENOUGH: Final = 256 * 1024
"""Bytes from the beginning within which the size stands; in JPEG it follows the camera's own data."""


def dimensions(head: bytes) -> Dimensions | None:
    """Width and height of a PNG, GIF, JPEG, WebP or BMP picture that begins with `head`; None where it does not say."""
    for magic, read in _READERS:
        if head.startswith(magic):
            try:
                found = read(head)
            except (struct.error, IndexError):
                return None
            return found if found is not None and min(found) > 0 else None
    return None


def is_jpeg(head: bytes) -> bool:
    """Return whether it takes more than a few bytes to tell, because it is a JPEG picture."""
    return head.startswith(_JPEG)


def _png(head: bytes) -> Dimensions:
    return _pair(">II", head, 16)


def _gif(head: bytes) -> Dimensions:
    return _pair("<HH", head, 6)


def _bmp(head: bytes) -> Dimensions:
    width, height = _pair("<ii", head, 18)
    return width, abs(height)


def _webp(head: bytes) -> Dimensions | None:
    match head[8:16]:
        case b"WEBPVP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"WEBPVP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"WEBPVP8 ":
            width, height = _pair("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(head: bytes) -> Dimensions | None:
    """From the frame header, which stands behind segments of any kind."""
    at = 2
    while head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = _pair(">HH", head, at + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", head, at + 2)
            at += 2 + max(length, 2)
    return None


def _pair(layout: str, head: bytes, at: int) -> Dimensions:
    first, second = struct.unpack_from(layout, head, at)
    return first, second


_JPEG: Final = b"\xff\xd8\xff"
_READERS: Final[tuple[tuple[bytes, Callable[[bytes], Dimensions | None]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF8", _gif),
    (_JPEG, _jpeg),
    (b"RIFF", _webp),
    (b"BM", _bmp),
)
