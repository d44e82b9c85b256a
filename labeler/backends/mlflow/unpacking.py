"""Unpacks the body of a response within bounds: a few bytes that unpack to gigabytes never fill the memory."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from labeler.domain.byte_size import limit_words

ACCEPTED: Final = "gzip, deflate"
"""The value of ``Accept-Encoding``: the codings that can be unpacked here."""

_GZIP: Final = ("gzip", "x-gzip")
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
_GZIP_START: Final = b"\x1f\x8b"
_START: Final = 2
"""Bytes at the start of a member or a stream that identify its kind."""

_PIECE: Final = 1 << 20
"""The number of bytes that are unpacked at a time, which takes a few milliseconds."""


class NotUnpacked(Exception):
    """Reading of the body was given up. The message is a phrase that names what is wrong: ``more than 256 MB``."""


class Cut(Exception):
    """The packed body ends too early, or is damaged."""


async def unpacked(chunks: AsyncIterator[bytes], codings: Sequence[str], most_bytes: int) -> bytes:
    """Return a body, unpacked by its `codings`, those of ``Content-Encoding``.

    Raises `NotUnpacked` for a body of more than `most_bytes`, received or unpacked, for an unknown coding, and for more
    than one: each coding can multiply the size by a thousand. Raises `Cut`.
    """
    unpacking = _unpacking([coding.strip().lower() for coding in codings])
    body = io.BytesIO()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        for piece in (chunk,) if unpacking is None else unpacking.pieces(chunk):
            body.write(piece)
            if max(received, body.tell()) > most_bytes:
                raise NotUnpacked(f"more than {limit_words(most_bytes)}")
            if len(piece) == _PIECE:
                await asyncio.sleep(0)
    if unpacking is not None:
        unpacking.check_end()
    return body.getvalue()


def _unpacking(codings: Sequence[str]) -> _Inflating | None:
    told = [coding for coding in codings if coding not in ("", "identity")]
    if not told:
        return None
    if len(told) > 1:
        raise NotUnpacked(f"a body packed {len(told)} times over ({_named(told)})")
    if told[0] in _GZIP:
        return _Inflating(_GZIP_BITS)
    if told[0] == "deflate":
        return _Inflating(zlib.MAX_WBITS)
    raise NotUnpacked(f"a body in a coding that was not asked for ({_named(told)})")


class _Inflating:
    """Unpacks gzip of one or more members, or deflate with or without a zlib header."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._inflate = zlib.decompressobj(bits)
        self._has_begun = False
        self._start = b""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk unpacks to, at most `_PIECE` bytes at a time. Raises `Cut`."""
        pending = self._start + chunk
        self._start = b""
        has_more = False
        while pending or has_more:
            if (self._inflate.eof or not self._has_begun) and len(pending) < _START:
                self._start = pending
                return
            if self._inflate.eof and not self._begin_member(pending):
                return
            if not self._has_begun:
                self._begin(pending)
            try:
                piece = self._inflate.decompress(pending, _PIECE)
            except zlib.error:
                raise Cut from None
            pending = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            # zlib may have consumed all input and still hold output back.
            has_more = len(piece) == _PIECE and not self._inflate.eof
            yield piece

    def check_end(self) -> None:
        """Raise `Cut` if the data ended too early."""
        if not self._inflate.eof and (self._has_begun or self._start):
            raise Cut

    def _begin(self, pending: bytes) -> None:
        """Choose the form of deflate. It should have zlib's header (RFC 1950, 2.2), which some servers leave out."""
        self._has_begun = True
        if self._bits == zlib.MAX_WBITS and (pending[0] & 0x0F != 8 or int.from_bytes(pending[:2]) % 31):
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def _begin_member(self, pending: bytes) -> bool:
        """Return whether another member follows (RFC 1952, 2.2), and begin it. Anything else is ignored."""
        if self._bits != _GZIP_BITS or not pending.startswith(_GZIP_START):
            return False
        self._inflate = zlib.decompressobj(_GZIP_BITS)
        return True


def _named(codings: Sequence[str]) -> str:
    text = ", ".join(codings[:4])
    return text if len(text) <= 60 else f"{text[:60]}…"
