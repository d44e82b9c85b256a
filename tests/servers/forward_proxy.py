"""A forward proxy as companies have one: plain http by absolute addresses, https through tunnels (CONNECT)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.servers.fault_proxy import response


class ForwardProxy:
    """Listens at `url`. `names` says where a host name leads; `seen` is what was asked for.

    While `refusal` is set (status, body) that is its answer to everything, in a page of its own.
    """

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.url = ""
        self.seen: list[str] = []
        self.refusal: tuple[int, str] | None = None
        self._exchanges: set[asyncio.Task[None]] = set()

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._exchanges.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            self._exchanges.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
        self.seen.append(f"{method} {target}")
        if self.refusal is not None:
            status, body = self.refusal
            kind = "application/json" if body.startswith("{") else "text/html"
            writer.write(response(status, body, {"Content_Type": kind}))
            await writer.drain()
            return
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        leads_to = urlsplit(self.names[parts.hostname or ""])
        their_reader, their_writer = await asyncio.open_connection(leads_to.hostname, leads_to.port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                rest = head.partition(b"\r\n")[2]
                their_writer.write(f"{method} {path} HTTP/1.1\r\nConnection: close\r\n".encode() + rest)
            await asyncio.gather(_pump(reader, their_writer), _pump(their_reader, writer))
        finally:
            their_writer.close()

    def cancel(self) -> None:
        for exchange in tuple(self._exchanges):
            exchange.cancel()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@contextlib.asynccontextmanager
async def forward_proxy(names: dict[str, str]) -> AsyncIterator[ForwardProxy]:
    """A running one, on a free loopback port."""
    proxy = ForwardProxy(names)
    listener = await asyncio.start_server(proxy.handle, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        listener.close()
        proxy.cancel()
        await listener.wait_closed()
