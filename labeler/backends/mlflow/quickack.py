"""Sockets that acknowledge at once, so that a server with Nagle's algorithm does not wait for us.

A default ``mlflow server`` (several uvicorn workers) sends the headers and the body of a response in two segments, and
holds the second one back until the first is acknowledged. On a connection that is kept alive Linux delays the
acknowledgement by 40 ms. ``TCP_QUICKACK`` turns the delay off until the kernel resets it, so every read sets it again.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore


def network_backend() -> httpcore.AsyncNetworkBackend:
    """Return the network backend for a connection pool. It acknowledges at once where the platform can (Linux)."""
    plain = httpcore.AnyIOBackend()
    option = getattr(socket, "TCP_QUICKACK", None)
    return plain if option is None else _QuickAckBackend(plain, option)


class _QuickAckBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, plain: httpcore.AsyncNetworkBackend, option: int) -> None:
        self._plain = plain
        self._option = option

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._plain.connect_tcp(host, port, timeout, local_address, socket_options)
        return _QuickAckStream(stream, stream.get_extra_info("socket"), self._option)

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


class _QuickAckStream(httpcore.AsyncNetworkStream):
    def __init__(self, plain: httpcore.AsyncNetworkStream, connection: socket.socket, option: int) -> None:
        self._plain = plain
        self._connection = connection
        self._option = option

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with contextlib.suppress(OSError):
            self._connection.setsockopt(socket.IPPROTO_TCP, self._option, 1)
        return await self._plain.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._plain.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._plain.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        encrypted = await self._plain.start_tls(ssl_context, server_hostname, timeout)
        return _QuickAckStream(encrypted, self._connection, self._option)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
