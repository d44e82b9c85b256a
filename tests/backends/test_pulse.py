"""A server that hangs is told after a while and told to be back with its first byte; a slow one never flickers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from labeler.backends.base import BackendError
from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.transport import Patience, Timeouts
from labeler.backends.pulse import Pulse
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault, FaultProxy

pytestmark = pytest.mark.slow

PATIENCE_S = 0.8


@dataclass
class Watched:
    """A backend behind a proxy, and what its pulse told."""

    backend: MlflowBackend
    told: list[bool]


@pytest.fixture
async def watched(proxy: FaultProxy) -> AsyncIterator[Watched]:
    told: list[bool] = []
    patience = Patience(20, 20)
    pulse = Pulse(told.append, PATIENCE_S)
    backend = await open_backend(proxy.url, timeouts=Timeouts(3, patience, patience, patience), pulse=pulse)
    proxy.otherwise = ANA
    assert await backend.whoami() == "ana"
    yield Watched(backend, told)
    await backend.close()


ANA = faults.answer(200, '{"user": {"username": "ana"}}', Content_Type="application/json")


def after(seconds: float) -> Fault:
    """The server's answer, that late. No real server is asked: how long that takes on a busy machine nobody knows."""

    async def fault(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await ANA(exchange)

    return fault


async def test_silence_is_told_once_and_taken_back_with_the_first_byte(proxy: FaultProxy, watched: Watched) -> None:
    answer_now = asyncio.Event()
    proxy.otherwise = faults.hold(answer_now)
    asking = [asyncio.create_task(watched.backend.whoami()) for _ in range(3)]
    await asyncio.sleep(PATIENCE_S / 2)
    assert watched.told == []
    await asyncio.sleep(2 * PATIENCE_S)
    assert watched.told == [True]
    answer_now.set()
    await asyncio.gather(*asking)
    assert watched.told == [True, False]


async def test_a_server_that_goes_on_answering_slowly_is_told_once_at_most(proxy: FaultProxy, watched: Watched) -> None:
    proxy.otherwise = after(1.5 * PATIENCE_S)
    for _ in range(4):
        await watched.backend.whoami()
    assert watched.told == [True, False]


async def test_answers_that_come_keep_the_pulse_whatever_one_request_waits_for(
    proxy: FaultProxy, watched: Watched
) -> None:
    proxy.script.append(after(3 * PATIENCE_S))
    slow = asyncio.create_task(watched.backend.whoami())
    await asyncio.sleep(0.05)
    while not slow.done():
        await watched.backend.whoami()
        await asyncio.sleep(PATIENCE_S / 4)
    assert watched.told == []


async def test_a_long_answer_that_comes_bit_by_bit_is_a_sign_of_life(proxy: FaultProxy, watched: Watched) -> None:
    async def body_bit_by_bit(exchange: Exchange) -> None:
        head, end, body = faults.response(200, '{"user": {}}', {}).partition(b"\r\n\r\n")
        await exchange.send(head + end)
        for byte in body:
            await asyncio.sleep(PATIENCE_S / 4)
            await exchange.send(bytes([byte]))
        exchange.close()

    proxy.script.append(body_bit_by_bit)
    assert await watched.backend.whoami() is None
    assert watched.told == []


async def test_a_request_that_fails_is_no_sign_of_life_and_none_of_hanging(proxy: FaultProxy, watched: Watched) -> None:
    proxy.otherwise = faults.drop_request
    for _ in range(3):
        with pytest.raises(BackendError):
            await watched.backend.whoami()
    await asyncio.sleep(1.5 * PATIENCE_S)
    assert watched.told == []
