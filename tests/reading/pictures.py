"""Small pictures of every kind, made here."""

from __future__ import annotations

import base64
import io
import struct
import zlib

from PIL import Image


def picture(format: str = "PNG", size: tuple[int, int] = (12, 8)) -> bytes:
    """A red picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, format)
    return file.getvalue()


def data_uri(content: bytes, type: str = "image/png") -> str:
    return f"data:{type};base64,{base64.b64encode(content).decode()}"


def png(width: int, height: int, scanlines: bytes) -> bytes:
    """A PNG that claims to be of a size, whatever it holds."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(scanlines, 9)) + chunk(b"IEND", b"")
    )
