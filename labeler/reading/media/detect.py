"""Telling what is no text: attachments, data URIs, base64, the ``repr`` of bytes."""

from __future__ import annotations

import binascii
import re
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from labeler.domain.byte_size import size_words
from labeler.reading.media.image_size import ENOUGH, dimensions, is_jpeg
from labeler.reading.media.inline_bytes import is_recorded, recorded_start
from labeler.reading.message import Media

ATTACHMENT: Final = "mlflow-attachment://"

_DATA_URI: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,\s]*)*(;base64)?,(?!\s)", re.ASCII)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\r\n]{200,}={0,2}[\r\n]*", re.ASCII)
_BASE64_HEAD: Final = re.compile(r"[A-Za-z0-9+/]*", re.ASCII)
_BYTES_REPR: Final = re.compile(r"""b(['"])(?:[^\\]|\\.)*\1""", re.ASCII | re.DOTALL)
_ESCAPE: Final = re.compile(r"\\x[0-9a-fA-F]{2}|\\.", re.ASCII | re.DOTALL)

_MAGIC: Final = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"fLaC": "audio/flac",
}
_MAGIC_REPR: Final = {
    "\\x89PNG": "image/png",
    "\\xff\\xd8\\xff": "image/jpeg",
    "GIF8": "image/gif",
    "%PDF": "application/pdf",
    "PK\\x03\\x04": "application/zip",
    "RIFF": "audio/wav",
    "ID3": "audio/mpeg",
}


def attachment_address(uri: str) -> tuple[str, str, int | None] | None:
    """Return what an attachment's address says: trace ID (may be empty), path, and size in bytes where it tells that.

    None when it is none that a store gives.
    """
    if not uri.startswith(ATTACHMENT):
        return None
    try:
        parts = urlsplit(uri)
        trace_id = parse_qs(parts.query).get("trace_id", [""])[0]
    except ValueError:
        return None
    return (trace_id, parts.netloc, _attachment(uri).size) if _ATTACHED.fullmatch(parts.netloc) else None


def described(text: str) -> Media | None:
    """Return the media that a whole text certainly is (an address, a data URI, known first bytes), or None."""
    if text.startswith(ATTACHMENT):
        return _attachment(text)
    if text.startswith("data:"):
        return _measured(_data_uri(text))
    if text[:2] in ("b'", 'b"'):
        return _measured(_bytes_repr(text))
    return _measured(_known_base64(text))


def encoded(text: str) -> Media | None:
    """As `described`, and what looks like base64 of something unknown: for values, which nobody reads as prose."""
    return described(text) or _unknown_base64(text)


def inline(content: str, type: str, name: str = "") -> Media:
    """Media recorded in place: base64, a data URI, an attachment's address or the ``repr`` of bytes."""
    found = described(content)
    if found is None:
        kind = type if "/" in type else ""
        return _in_pixels(Media(type, _decoded_size(content), f"data:{kind};base64,{content}", name))
    return _named(found, type, name)


def located(uri: str, type: str, name: str = "") -> Media:
    """Media recorded by its address, which may be a data URI or an attachment's."""
    found = described(uri)
    return Media(type, None, uri, name) if found is None else _named(found, type, name)


def _named(found: Media, type: str, name: str) -> Media:
    return replace(found, type=type or found.type if found.type in _VAGUE else found.type, name=name or found.name)


def _measured(found: Media | None) -> Media | None:
    return None if found is None else _in_pixels(found)


def _in_pixels(found: Media) -> Media:
    """Return the media with its dimensions, where it is a picture that lies in the trace itself."""
    if not is_recorded(found.uri):
        return found
    head = recorded_start(found.uri, _HEAD)
    return replace(found, dimensions=dimensions(recorded_start(found.uri, ENOUGH) if is_jpeg(head) else head))


def label(item: Media) -> str:
    """Return the placeholder: ``[image/png 74 B 12×8]``, ``[application/pdf 13 B minutes.pdf]``, ``[image https://…]``."""
    size = size_words(item.size) if item.size is not None else ""
    pixels = f"{item.dimensions[0]}×{item.dimensions[1]}" if item.dimensions else ""
    address = item.uri if not is_recorded(item.uri) and not item.uri.startswith(ATTACHMENT) else ""
    parts = (item.type or "file", size, pixels, item.name, address)
    return f"[{' '.join(' '.join(part.split()) for part in parts if part)}]"


def _attachment(uri: str) -> Media:
    try:
        query = parse_qs(urlsplit(uri).query)
    except ValueError:
        return Media("file", None, uri)
    kind = query.get("content_type", ["file"])[0]
    size = query.get("size", [""])[0]
    name = query.get("name", query.get("filename", [""]))[0]
    return Media(kind, int(size) if _COUNT.fullmatch(size) else None, uri, name)


def _data_uri(uri: str) -> Media | None:
    head = _DATA_URI.match(uri)
    if head is None or not (head.group(1) or head.group(2)) or " " in uri or "\n" in uri.strip():
        return None
    content = len(uri) - head.end()
    size = (content - uri[-2:].count("=")) * 3 // 4 if head.group(2) else content
    return Media(head.group(1) or "text/plain", size, uri)


def _bytes_repr(text: str) -> Media | None:
    if not _BYTES_REPR.fullmatch(text):
        return None
    content = text[2:-1]
    kind = next((kind for magic, kind in _MAGIC_REPR.items() if content.startswith(magic)), "bytes")
    if kind == "bytes" and "\\x" not in content:
        return None
    return Media(kind, len(_ESCAPE.sub(".", content)), text)


def _known_base64(text: str) -> Media | None:
    start = _decoded_start(text)
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    if start.startswith(b"RIFF"):
        kind = "image/webp" if start[8:12] == b"WEBP" else "audio/wav"
    if not kind or not _BASE64.fullmatch(text):
        return None
    return Media(kind, _decoded_size(text), f"data:{kind};base64,{text}")


def _unknown_base64(text: str) -> Media | None:
    sample = text[:_SAMPLE]
    mixed = any(c.isupper() for c in sample) and any(c.islower() for c in sample) and any(c.isdigit() for c in sample)
    if not mixed or len(set(sample)) < _ALPHABET_SEEN or len(text.rstrip()) % 4:
        return None
    if len(text) < _SHORTEST_BASE64 or not _BASE64.fullmatch(text):
        return None
    return Media("base64", _decoded_size(text), f"data:application/octet-stream;base64,{text}")


def _decoded_start(text: str) -> bytes:
    """Return the first bytes that a long text would be the base64 of; none for any other text."""
    head = text[:_HEAD]
    if len(text) < _SHORTEST_BASE64 or not _BASE64_HEAD.fullmatch(head):
        return b""
    try:
        return binascii.a2b_base64(head)
    except binascii.Error:
        return b""


def _decoded_size(text: str) -> int:
    stripped = text.rstrip("=\r\n ")
    return (len(stripped) - stripped.count("\n") - stripped.count("\r")) * 3 // 4


_VAGUE: Final = ("file", "bytes", "base64", "application/octet-stream", "text/plain")
_ATTACHED: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_SHORTEST_BASE64: Final = 200
_ALPHABET_SEEN: Final = 24
_SAMPLE: Final = 400
_HEAD: Final = 64
