"""A proxy between client and server that breaks exchanges on purpose, one scripted fault a request."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit


class Exchange:
    """One request on its way, with what a fault can do about it."""

    def __init__(self, upstream: tuple[str, int], request: bytes, client: asyncio.StreamWriter) -> None:
        self.method, self.path, _ = request.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
        self._upstream = upstream
        self.request = request
        self._client = client

    async def forward(self) -> bytes:
        """Let the server have the request; its whole answer, which the client does not get by this."""
        reader, writer = await asyncio.open_connection(*self._upstream)
        try:
            head, _, rest = self.request.partition(b"\r\n")
            writer.write(head + b"\r\nConnection: close\r\n" + rest)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.close()

    async def send(self, data: bytes) -> None:
        self._client.write(data)
        await self._client.drain()

    def close(self) -> None:
        self._client.close()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        connection = self._client.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._client.transport.abort()


Fault: TypeAlias = Callable[[Exchange], Awaitable[None]]


async def none(exchange: Exchange) -> None:
    """No fault: the exchange as it should be."""
    await exchange.send(await exchange.forward())
    exchange.close()


async def drop_request(exchange: Exchange) -> None:
    """The server never sees it."""
    exchange.close()


async def drop_response(exchange: Exchange) -> None:
    """The server commits it; the client never learns."""
    await exchange.forward()
    exchange.close()


async def reset_after_commit(exchange: Exchange) -> None:
    await exchange.forward()
    exchange.reset()


async def half_a_body(exchange: Exchange) -> None:
    answer = await exchange.forward()
    head, _, body = answer.partition(b"\r\n\r\n")
    await exchange.send(head + b"\r\n\r\n" + body[: len(body) // 2])
    exchange.close()


async def silence(exchange: Exchange) -> None:
    """The request is taken and never answered."""
    await asyncio.Event().wait()


async def drip(exchange: Exchange) -> None:
    """The answer comes a byte every tenth of a second: no single read ever takes long."""
    for byte in await exchange.forward():
        await exchange.send(bytes([byte]))
        await asyncio.sleep(0.1)


def hold(until: asyncio.Event) -> Fault:
    """The request reaches the server late, and is committed then, whoever still listens."""

    async def fault(exchange: Exchange) -> None:
        await until.wait()
        await none(exchange)

    return fault


def late(chance: random.Random, longest_s: float) -> Fault:
    """Request and answer go through up to that many seconds late, also when nobody waits for them any more."""

    async def fault(exchange: Exchange) -> None:
        await asyncio.sleep(chance.uniform(0, longest_s))
        await none(exchange)

    return fault


def answer(status: int, body: str = "", **headers: str) -> Fault:
    """The server is not asked; the proxy answers. Header names are given with underscores."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(response(status, body, headers))
        exchange.close()

    return fault


def answer_after_commit(status: int, body: str = "", **headers: str) -> Fault:
    """The server commits; the proxy answers something else."""

    async def fault(exchange: Exchange) -> None:
        await exchange.forward()
        await exchange.send(response(status, body, headers))
        exchange.close()

    return fault


class FaultProxy:
    """Listens at `url`. Requests meet the faults of `script` in turn, then `otherwise`; `seen` is what came."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._exchanges: set[asyncio.Task[None]] = set()
        self.url = ""
        self.script: deque[Fault] = deque()
        self.otherwise: Fault = none
        self.seen: list[tuple[str, str]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._exchanges.add(task)
        try:
            while request := await _read_request(reader):
                exchange = Exchange(self._upstream, request, writer)
                self.seen.append((exchange.method, exchange.path))
                await (self.script.popleft() if self.script else self.otherwise)(exchange)
                if writer.is_closing():
                    return
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            self._exchanges.discard(task)

    async def settled(self) -> None:
        """Wait until every exchange under way has come to its end."""
        if self._exchanges:
            await asyncio.wait(self._exchanges)

    def cancel(self) -> None:
        for exchange in tuple(self._exchanges):
            exchange.cancel()


@contextlib.asynccontextmanager
async def fault_proxy(upstream: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultProxy]:
    """A proxy in front of `upstream`, on a free loopback port; it speaks TLS where a context is given."""
    proxy = FaultProxy(upstream)
    listener = await asyncio.start_server(proxy.handle, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    proxy.url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        listener.close()
        proxy.cancel()
        await listener.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """One request with its body; nothing at the end of the connection, also when that comes in the middle."""
    length = 0
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return head + await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return b""


def response(status: int, body: str, headers: dict[str, str]) -> bytes:
    """A whole answer; header names are given with underscores."""
    content = body.encode()
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content
