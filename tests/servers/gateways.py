"""Faults of what stands between a client and MLflow and answers in its place: caches, gateways, proxies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.servers.fault_proxy import Exchange, Fault, none

Change = Callable[[Any], Any]


def forgetful_cache(*paths: str, heeds_no_cache: bool = True) -> Fault:
    """A cache that knows what it kept by path alone: the first answer stands for every other of that path.

    Of `paths` (parts of them) alone, all by one key. Asked past caches, it asks the server, if it heeds that.
    """
    kept: dict[str, bytes] = {}
    looking = asyncio.Lock()

    async def fault(exchange: Exchange) -> None:
        part = next((each for each in paths if each in exchange.path), None)
        asks_past_caches = b"no-cache" in exchange.request.lower().partition(b"\r\n\r\n")[0]
        if part is None or (heeds_no_cache and asks_past_caches):
            await exchange.send(await exchange.forward())
        else:
            async with looking:
                if part not in kept:
                    kept[part] = await exchange.forward()
            await exchange.send(kept[part])
        exchange.close()

    return fault


def changed(change: Change, *parts: str) -> Fault:
    """The JSON of answers whose path holds all `parts`, as `change` makes it of the server's."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.forward()
        if all(part in exchange.path for part in parts):
            head, _, body = answer.partition(b"\r\n\r\n")
            content = json.dumps(change(json.loads(body))).encode()
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
            answer = b"\r\n".join([*lines, b"Content-Length: %d" % len(content), b"", b""]) + content
        await exchange.send(answer)
        exchange.close()

    return fault


def every_second(fault: Fault, otherwise: Fault) -> Fault:
    """Each second request meets the fault."""
    count = 0

    async def chosen(exchange: Exchange) -> None:
        nonlocal count
        count += 1
        await (fault if count % 2 == 0 else otherwise)(exchange)

    return chosen


def raw(status: int, headers: list[tuple[str, str]], body: bytes) -> Fault:
    """An answer of exactly these headers and bytes; the server is not asked."""

    async def fault(exchange: Exchange) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        await exchange.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        exchange.close()

    return fault


def only_at(part: str, fault: Fault, otherwise: Fault) -> Fault:
    """The fault for requests whose path holds `part`."""

    async def chosen(exchange: Exchange) -> None:
        await (fault if part in exchange.path else otherwise)(exchange)

    return chosen


def leading_on(part: str, token: Callable[[int], str], change: Callable[[Any, int], Any]) -> Fault:
    """Each page of a listing is the server's first one, with a token for another."""
    count = 0
    first: dict[str, Any] = {}

    async def fault(exchange: Exchange) -> None:
        nonlocal count
        if part not in exchange.path or b'"max_results":1,' in exchange.request:  # to see how new the newest is
            await none(exchange)
            return
        if not first:
            first.update(json.loads((await exchange.forward()).partition(b"\r\n\r\n")[2]))
        count += 1
        page = change(first | {"next_page_token": token(count)}, count)
        content = json.dumps(page).encode()
        lines = [b"HTTP/1.1 200 OK", b"Content-Type: application/json", b"Content-Length: %d" % len(content), b"", b""]
        await exchange.send(b"\r\n".join(lines) + content)
        exchange.close()

    return fault
