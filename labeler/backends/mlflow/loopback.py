"""Connections to ``localhost`` that cannot leave this machine, because no name server is asked for its address."""

from __future__ import annotations

from collections.abc import Iterable

import httpcore

from labeler.domain.loopback import loopback_addresses


class LoopbackBackend(httpcore.AsyncNetworkBackend):
    """A network backend that resolves names of this machine itself, and leaves all others to `beyond`."""

    def __init__(self, beyond: httpcore.AsyncNetworkBackend) -> None:
        self._beyond = beyond

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *before, last = loopback_addresses(host) or (host,)
        for address in before:
            try:
                return await self._beyond.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._beyond.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._beyond.sleep(seconds)
