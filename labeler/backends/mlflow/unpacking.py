"""The body of an answer, unpacked within bounds: what a few bytes swell to is known before it is in memory."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from labeler.domain.byte_size import limit_words

ACCEPTED: Final = "gzip, deflate"
"""What is asked for as ``Accept-Encoding``: the codings that are unpacked here."""

_GZIP: Final = ("gzip", "x-gzip")
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
_GZIP_START: Final = b"\x1f\x8b"
_START: Final = 2
"""Bytes at the start of a member or a stream that tell what it is."""

_PIECE: Final = 1 << 20
"""Bytes that are unpacked at a time, which takes a few milliseconds."""


class NotUnpacked(Exception):
    """A body that is not read any further. The message is a phrase that says what is wrong with it."""


class Cut(Exception):
    """A packed body that ends too early, or is damaged."""


async def unpacked(chunks: AsyncIterator[bytes], codings: Sequence[str], most_bytes: int) -> bytes:
    """A body of the codings in its ``Content-Encoding``, at most `most_bytes` as received and as unpacked.

    Raises `NotUnpacked` for more, and for any but one known coding: each further one multiplies what comes out
    by up to a thousand. Raises `Cut`.
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
    """Unpacks gzip, of one member or several, or deflate, with its zlib header or without."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._inflate = zlib.decompressobj(bits)
        self._has_begun = False
        self._start = b""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What a chunk unpacks to, at most `_PIECE` bytes at a time. Raises `Cut`."""
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
            # zlib may have taken in all that came and not given all of it back yet.
            has_more = len(piece) == _PIECE and not self._inflate.eof
            yield piece

    def check_end(self) -> None:
        """Raise `Cut` where more should have come."""
        if not self._inflate.eof and (self._has_begun or self._start):
            raise Cut

    def _begin(self, pending: bytes) -> None:
        """Deflate should come with zlib's header (RFC 1950, 2.2), and from some servers does not."""
        self._has_begun = True
        if self._bits == zlib.MAX_WBITS and (pending[0] & 0x0F != 8 or int.from_bytes(pending[:2]) % 31):
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def _begin_member(self, pending: bytes) -> bool:
        """Whether what follows the end is another member (RFC 1952, 2.2); anything else is left alone."""
        if self._bits != _GZIP_BITS or not pending.startswith(_GZIP_START):
            return False
        self._inflate = zlib.decompressobj(_GZIP_BITS)
        return True


def _named(codings: Sequence[str]) -> str:
    text = ", ".join(codings[:4])
    return text if len(text) <= 60 else f"{text[:60]}…"
