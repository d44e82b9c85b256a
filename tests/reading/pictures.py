"""Small pictures of every kind, made here."""

from __future__ import annotations

import base64
import io

from PIL import Image


def picture(format: str = "PNG", size: tuple[int, int] = (12, 8)) -> bytes:
    """A red picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(file, format)
    return file.getvalue()


def data_uri(content: bytes, type: str = "image/png") -> str:
    return f"data:{type};base64,{base64.b64encode(content).decode()}"
