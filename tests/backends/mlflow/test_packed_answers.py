"""Answers that come packed: read within bounds, whatever they swell to."""

from __future__ import annotations

import asyncio
import gzip
import io
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.backends.base import Ambiguous, Malformed
from labeler.backends.mlflow.backend import MlflowBackend
from labeler.backends.mlflow.unpacking import Cut, NotUnpacked, unpacked
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, FaultProxy
from tests.servers.gateways import raw

MIB = 1 << 20
ZEROS = bytes(64 * MIB)


def unpack(body: bytes, codings: Sequence[str], most: int = MIB, chunk: int = 4096) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), chunk):
            yield body[start : start + chunk]

    return asyncio.run(unpacked(chunks(), codings, most))


def deflated(data: bytes, bits: int = zlib.MAX_WBITS) -> bytes:
    packing = zlib.compressobj(wbits=bits)
    return packing.compress(data) + packing.flush()


@settings(max_examples=25)
@given(st.binary(max_size=2000), st.binary(max_size=200), st.integers(1, 600))
def test_what_was_packed_comes_out(data: bytes, more: bytes, chunk: int) -> None:
    for packed, coding in (
        (data, "identity"),
        (gzip.compress(data), "gzip"),
        (gzip.compress(data), "X-GZIP"),
        (deflated(data), "deflate"),
        (deflated(data, -zlib.MAX_WBITS), " deflate "),
    ):
        assert unpack(packed, [coding], chunk=chunk) == data
    assert unpack(gzip.compress(data) + gzip.compress(more), ["gzip"], chunk=chunk) == data + more
    assert unpack(data, [], chunk=chunk) == data


@pytest.mark.parametrize("chunk", [7, 4096])
@pytest.mark.parametrize("more", [0, 1, 40])
def test_what_comes_out_just_longer_than_a_piece_is_whole(more: int, chunk: int) -> None:
    data = bytes(MIB + more)
    for packed, coding in (
        (gzip.compress(data), "gzip"),
        (deflated(data), "deflate"),
        (deflated(data, -zlib.MAX_WBITS), "deflate"),
    ):
        assert unpack(packed, [coding], most=4 * MIB, chunk=chunk) == data


@settings(max_examples=25)
@given(st.binary(min_size=50, max_size=500), st.data())
def test_what_was_cut_is_never_taken_for_whole(data: bytes, draw: st.DataObject) -> None:
    packed = gzip.compress(data)
    cut = packed[: draw.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(Cut):
        unpack(cut, ["gzip"])


@pytest.mark.parametrize(
    ("codings", "told"),
    [
        (["gzip", "gzip"], "packed 2 times over"),
        (["gzip", "identity", "deflate"], "packed 2 times over"),
        (["gzip"] * 50, "packed 50 times over"),
        (["br"], "not asked for (br)"),
        (["zstd"], "not asked for (zstd)"),
        (["x" * 5000], "not asked for"),
    ],
)
def test_more_than_one_coding_or_an_unknown_one_is_not_unpacked(codings: list[str], told: str) -> None:
    with pytest.raises(NotUnpacked) as raised:
        unpack(gzip.compress(gzip.compress(b"{}")), codings)
    assert told in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_swells_is_left_before_it_is_in_memory(coding: str) -> None:
    packed = gzip.compress(ZEROS) if coding == "gzip" else deflated(ZEROS)
    assert len(packed) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(NotUnpacked, match="more than 4 MB"):
            unpack(packed, [coding], 4 * MIB, chunk=1 << 16)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 12 * MIB


def test_members_without_content_do_not_come_for_ever() -> None:
    with pytest.raises(NotUnpacked, match="more than 1 MB"):
        unpack(gzip.compress(b"") * 100_000, ["gzip"], MIB, chunk=1 << 16)


TWICE = gzip.compress(gzip.compress(ZEROS))


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Encoding", "gzip, gzip")],
        [("Content-Encoding", "gzip"), ("content-encoding", "gzip")],
        [("Content-Encoding", "br")],
    ],
    ids=["a list", "two headers", "brotli"],
)
async def test_an_answer_packed_over_and_over_costs_that_trace_alone(
    headers: list[tuple[str, str]], proxy: FaultProxy, through_proxy: MlflowBackend
) -> None:
    proxy.otherwise = raw(200, headers, TWICE)
    with pytest.raises(Malformed, match="not read further") as raised:
        await through_proxy.trace("tr-1")
    assert "labeler" not in str(raised.value)


async def test_only_what_is_unpacked_is_asked_for(proxy: FaultProxy, through_proxy: MlflowBackend) -> None:
    asked: list[bytes] = []

    async def listening(exchange: Exchange) -> None:
        asked.extend(line for line in exchange.request.split(b"\r\n") if line.lower().startswith(b"accept-encoding"))
        await faults.none(exchange)

    proxy.otherwise = listening
    await through_proxy.capabilities()
    assert {line.partition(b":")[2].strip() for line in asked} == {b"gzip, deflate"}


async def test_a_packed_answer_is_read_and_a_cut_one_is_a_broken_connection(
    proxy: FaultProxy, through_proxy: MlflowBackend
) -> None:
    info = b'{"trace": {"trace_info": {"trace_id": "tr-1", "request_time": "2026-01-01T00:00:00Z"}}}'
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(info)
    proxy.otherwise = raw(200, [("Content-Encoding", "gzip")], packed.getvalue())
    assert (await through_proxy.summary("tr-1")).id == "tr-1"
    proxy.otherwise = raw(200, [("Content-Encoding", "gzip")], packed.getvalue()[:-9])
    with pytest.raises(Ambiguous, match="broke"):
        await through_proxy.summary("tr-1")
