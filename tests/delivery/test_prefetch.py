from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypedDict, Unpack

import pytest

from labeler.backends.base import Backend
from labeler.backends.local.store import LocalStore
from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.transport import Patience, Timeouts
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.prefetch import Arrived, CameOnline, Missing, Prefetcher, PrefetchEvent, WentOffline
from labeler.domain.destination import Destination
from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import FaultProxy, fault_proxy
from tests.servers.filling import Recording, log, recordings
from tests.servers.mlflow_server import shared_server

MIB = 1024 * 1024


class Told:
    """What a prefetcher told, and waiting for it."""

    def __init__(self) -> None:
        self.events: list[PrefetchEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: PrefetchEvent) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, *expected: PrefetchEvent) -> None:
        async with asyncio.timeout(30):
            while not set(expected) <= set(self.events):
                self._more.clear()
                await self._more.wait()

    async def missing(self) -> Missing:
        async with asyncio.timeout(30):
            while not (found := [event for event in self.events if isinstance(event, Missing)]):
                self._more.clear()
                await self._more.wait()
        return found[0]

    @property
    def arrived(self) -> list[str]:
        return [event.trace_id for event in self.events if isinstance(event, Arrived)]


class Limits(TypedDict, total=False):
    """How much a prefetcher takes, ahead and at a time."""

    ahead: int
    ahead_bytes: int
    in_flight: int


@asynccontextmanager
async def prefetching(
    backend: Backend, directory: Path, *, first_pause_s: float = 0.05, **limits: Unpack[Limits]
) -> AsyncIterator[tuple[Prefetcher, AsyncCache, Told]]:
    told = Told()
    async with await AsyncCache.open(directory / "cache.db", 100 * MIB) as cache:
        prefetcher = Prefetcher(backend, cache, told, first_pause_s=first_pause_s, **limits)
        running = asyncio.create_task(prefetcher.run())
        try:
            yield prefetcher, cache, told
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert running.cancelled()


async def in_cache(cache: AsyncCache, backend: Backend, trace_ids: list[str]) -> set[str]:
    return await cache.run(Cache.have, Destination(backend.uri, backend.workspace, ""), trace_ids)


@pytest.fixture
def sample() -> list[Recording]:
    return recordings()


@pytest.fixture
async def store(tmp_path: Path, sample: list[Recording]) -> AsyncIterator[LocalStore]:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([recording.raw for recording in sample])
    yield store
    await store.close()


@pytest.fixture
async def proxy(sample: list[Recording]) -> AsyncIterator[FaultProxy]:
    server = shared_server()
    log(server, server.new_experiment(), sample)
    async with fault_proxy(server.url) as proxy:
        yield proxy


@pytest.fixture
async def through_proxy(proxy: FaultProxy) -> AsyncIterator[Backend]:
    little = Patience(silence_s=1, total_s=2)
    backend = await open_backend(proxy.url, timeouts=Timeouts(1, little, little, little))
    yield backend
    await backend.close()


async def test_what_is_wanted_comes_first_the_newest_call_before_older_ones(
    tmp_path: Path, store: LocalStore, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    told = Told()
    async with await AsyncCache.open(tmp_path / "cache.db", 100 * MIB) as cache:
        prefetcher = Prefetcher(store, cache, told, in_flight=0)
        prefetcher.want(ids[4:6])
        prefetcher.want(ids[7:9])
        running = asyncio.create_task(prefetcher.run())
        await told.until(Arrived(ids[5]))
        running.cancel()
    assert told.arrived == [ids[7], ids[8], ids[4], ids[5]]


async def test_the_rest_of_the_worklist_follows_in_its_order_up_to_the_limit(
    tmp_path: Path, store: LocalStore, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    async with prefetching(store, tmp_path, ahead=6, in_flight=1) as (prefetcher, cache, told):
        prefetcher.fill(iter(ids))
        await told.until(*map(Arrived, ids[:6]))
        await asyncio.sleep(0.1)
        assert told.arrived == ids[:6]
        prefetcher.fill(ids[3:])
        await told.until(*map(Arrived, ids[6:9]))
        assert told.arrived == ids[:9]
        assert await in_cache(cache, store, ids) == set(ids[:9])


async def test_a_byte_limit_ends_the_download_ahead_but_never_what_is_wanted(
    tmp_path: Path, store: LocalStore, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    async with prefetching(store, tmp_path, ahead_bytes=1, in_flight=1) as (prefetcher, _, told):
        prefetcher.fill(ids)
        await told.until(Arrived(ids[0]))
        prefetcher.want([ids[5]])
        await told.until(Arrived(ids[5]))
        await asyncio.sleep(0.1)
        assert told.arrived == [ids[0], ids[5]]


async def test_what_is_here_is_not_fetched_again(
    tmp_path: Path, proxy: FaultProxy, through_proxy: MlflowBackend, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    async with prefetching(through_proxy, tmp_path) as (prefetcher, _, told):
        prefetcher.fill(ids)
        await told.until(*map(Arrived, ids))
    proxy.seen.clear()
    async with prefetching(through_proxy, tmp_path) as (prefetcher, _, told):
        prefetcher.fill(ids)
        prefetcher.want(ids[:2])
        await told.until(Arrived(ids[0]), Arrived(ids[1]))
        await asyncio.sleep(0.2)
    assert proxy.seen == []


async def test_traces_come_byte_for_byte_through_a_network_that_drops_and_cuts(
    tmp_path: Path, proxy: FaultProxy, through_proxy: MlflowBackend, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    proxy.script.extend(
        [
            faults.drop_request,
            faults.drop_response,
            faults.half_a_body,
            faults.reset_after_commit,
            faults.answer(503, "", Retry_After="0"),
            faults.answer(429, "", Retry_After="0"),
            faults.answer(502, "<html>bad gateway</html>"),
        ]
    )
    async with prefetching(through_proxy, tmp_path) as (prefetcher, cache, told):
        prefetcher.fill(ids)
        await told.until(*map(Arrived, ids))
        here = Destination(through_proxy.uri, through_proxy.workspace, "")
        patient = await open_backend(through_proxy.uri)
        for trace_id in ids:
            kept = await cache.run(Cache.trace, here, trace_id)
            assert kept == await patient.trace(trace_id)
    await patient.close()
    assert not [event for event in told.events if isinstance(event, Missing)]


@pytest.mark.slow
async def test_while_the_backend_is_away_little_is_asked_of_it_and_when_it_is_back_the_work_goes_on(
    tmp_path: Path, proxy: FaultProxy, through_proxy: MlflowBackend, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    proxy.otherwise = faults.drop_request
    async with prefetching(through_proxy, tmp_path, first_pause_s=0.2) as (prefetcher, _, told):
        prefetcher.fill(ids)
        await asyncio.sleep(2)
        assert [type(event) for event in told.events] == [WentOffline]
        assert prefetcher.offline
        assert len(proxy.seen) < 40
        proxy.otherwise = faults.none
        prefetcher.resume()
        await told.until(CameOnline(), *map(Arrived, ids))
        assert not prefetcher.offline


async def test_a_trace_that_cannot_be_had_is_told_and_holds_up_nothing(
    tmp_path: Path, through_proxy: MlflowBackend, sample: list[Recording]
) -> None:
    ids = [recording.id for recording in sample]
    missing = "tr-00000000000000000000000000000000"
    async with prefetching(through_proxy, tmp_path) as (prefetcher, _, told):
        prefetcher.fill([missing, *ids])
        await told.until(*map(Arrived, ids))
        assert (await told.missing()).trace_id == missing
        assert (await told.missing()).sentence
        told.events.clear()
        prefetcher.want([missing])
        assert (await told.missing()).trace_id == missing


async def test_a_trace_over_which_the_server_stumbles_is_given_up_while_others_come(
    tmp_path: Path, proxy: FaultProxy, through_proxy: MlflowBackend, sample: list[Recording]
) -> None:
    bad, *good = (recording.id for recording in sample)

    async def stumble_over_one(exchange: faults.Exchange) -> None:
        fault = faults.answer(500, "{}") if bad.encode() in exchange.request else faults.none
        await fault(exchange)

    proxy.otherwise = stumble_over_one
    async with prefetching(through_proxy, tmp_path) as (prefetcher, _, told):
        prefetcher.fill([bad, *good])
        await told.until(*map(Arrived, good))
        assert (await told.missing()).trace_id == bad
        assert bad not in told.arrived


async def test_a_login_that_has_ended_is_an_outage_not_hundreds_of_missing_traces(
    tmp_path: Path, proxy: FaultProxy, through_proxy: MlflowBackend
) -> None:
    proxy.otherwise = faults.answer(401, "You are not authenticated")
    ids = [f"tr-{number:032x}" for number in range(200)]
    async with prefetching(through_proxy, tmp_path, first_pause_s=5) as (prefetcher, _, _):
        prefetcher.fill(ids)
        for _ in range(300):
            await asyncio.sleep(0.1)
            if prefetcher.offline:
                break
        assert prefetcher.offline
        await asyncio.sleep(0.5)
        assert len(proxy.seen) < 50
