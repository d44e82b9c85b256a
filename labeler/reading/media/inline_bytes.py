"""The bytes of media that were recorded in a trace itself: as a data URI, or as Python's ``repr`` of bytes."""

from __future__ import annotations

import ast
import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

MOST_BYTES: Final = 256 * 1024 * 1024
"""Content that is unpacked at most."""

_BASE64: Final = ";base64"
_ESCAPES: Final = r"""\\(?:x[0-9a-f]{2}|[nrt\\'"])"""
_REPR: Final = re.compile(rf"""b'(?:[ -&(-\[\]-~]|{_ESCAPES})*+'|b"(?:[ !#-\[\]-~]|{_ESCAPES})*+\"""")
"""Exactly what Python's ``repr`` of bytes writes."""

_REPR_BYTE: Final = re.compile(r"\\x[0-9a-f]{2}|\\.|[ -\[\]-~]")


class UnreadableContent(ValueError):
    """What was recorded is not what it claims to be. The message is a sentence."""


def is_recorded(uri: str) -> bool:
    """Return whether a media's address is no address, but the content itself."""
    return uri.startswith(("data:", "b'", 'b"'))


def recorded_bytes(uri: str) -> bytes:
    """Return the content in a data URI or the ``repr`` of bytes. Raises `UnreadableContent`."""
    if len(uri) > 4 * MOST_BYTES:
        raise UnreadableContent("What was recorded is too large to be opened.")
    if not uri.startswith("data:"):
        return _of_repr(uri)
    head, comma, content = uri.partition(",")
    if not comma:
        raise UnreadableContent("What was recorded is not a whole data address: it was cut.")
    try:
        return _of_base64(content) if head.lower().endswith(_BASE64) else unquote_to_bytes(content)
    except ValueError:
        raise UnreadableContent("What was recorded as a data address is damaged or was cut.") from None


def recorded_start(uri: str, count: int) -> bytes:
    """About the first `count` bytes of the content, or fewer; none where it is damaged."""
    if not uri.startswith("data:"):
        return b"".join(map(_byte, _REPR_BYTE.findall(uri[2 : 2 + min(count, _REPR_START)])))
    head, _, content = uri[: 2 * count + _LONGEST_HEAD].partition(",")
    try:
        if not head.lower().endswith(_BASE64):
            return unquote_to_bytes(content[:count])
        text = _plain_base64(content)
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except ValueError:
        return b""


def _of_base64(content: str) -> bytes:
    """Return the bytes of base64; what was left out at its end is put there."""
    text = _plain_base64(content)
    return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)


def _plain_base64(content: str) -> str:
    """Base64 of either alphabet as the standard has it, without white space and padding."""
    return "".join(content.split()).rstrip("=").replace("-", "+").replace("_", "/")


def _of_repr(text: str) -> bytes:
    if not _REPR.fullmatch(text):
        raise UnreadableContent("What was recorded as bytes is damaged or was cut.")
    value: bytes = ast.literal_eval(text)
    return value


def _byte(unit: str) -> bytes:
    if unit.startswith("\\x"):
        return bytes.fromhex(unit[2:])
    return _ESCAPED.get(unit, unit[-1:].encode("latin-1", "replace"))


_ESCAPED: Final = {"\\n": b"\n", "\\r": b"\r", "\\t": b"\t"}
_LONGEST_HEAD: Final = 256
"""Characters before the content in a data URI, as far as it is a picture's."""

_REPR_START: Final = 32 * 1024
"""Characters of a ``repr`` within which a picture's size is looked for."""
