"""The earlier turns of a conversation come from the backend into the cache."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.base import Backend
from labeler.backends.local.store import LocalStore
from labeler.backends.mlflow.backend import open_backend
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.sessions import MOST_TURNS, bring_session, session_filter, turns_of
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query
from tests.servers.filling import Recording, log, recordings
from tests.servers.mlflow_server import shared_server

SESSION = "it's /conv 7/"
MINUTE_MS = 60_000


def turns(count: int, session: str) -> list[Recording]:
    """So many traces of a session, a minute apart."""
    made = recordings(*["plain_root_string_io"] * count)
    for number, each in enumerate(made):
        at = f"2026-09-21T{13 + number // 60:02}:{number % 60:02}:00Z"
        each.info.update(request_time=at, trace_metadata={"mlflow.trace.session": session})
    return made


async def listed(backend: Backend, experiment_id: str) -> list[TraceSummary]:
    return [each async for page in backend.snapshot(Query((experiment_id,))) for each in page]


@pytest.fixture(params=["mlflow", "local"])
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Backend, list[TraceSummary]]]:
    """A backend with six turns of a session and three of another, the traces newest first."""
    traces = [*turns(6, SESSION), *turns(3, "another")]
    opened: Backend
    if request.param == "mlflow":
        server = shared_server()
        experiment_id = server.new_experiment()
        log(server, experiment_id, traces)
        opened = await open_backend(server.url)
    else:
        store = await LocalStore.open_or_create(tmp_path / "store.db")
        await store.import_traces([each.raw for each in traces])
        experiment_id = (await store.experiments())[0].id
        opened = store
    yield opened, await listed(opened, experiment_id)
    await opened.close()


async def test_only_the_turns_before_the_current_one_are_brought_and_once(
    backend: tuple[Backend, list[TraceSummary]], tmp_path: Path
) -> None:
    opened, traces = backend
    mine = [each for each in reversed(traces) if each.session_id == SESSION]
    assert len(mine) == 6
    home = Destination(opened.uri, opened.workspace, mine[0].experiment_id)
    async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
        for _ in range(2):
            await bring_session(opened, cache, mine[4])
            found = await cache.run(Cache.of_session, home, SESSION)
            assert [each.id for each in found] == [each.id for each in mine[:4]]
            assert await cache.run(Cache.of_session, home, "another") == []
    assert await turns_of(opened, mine[4]) == [each.id for each in mine]


async def test_of_a_long_session_the_latest_turns_are_brought(tmp_path: Path) -> None:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([each.raw for each in turns(MOST_TURNS + 5, SESSION)])
    current = (await listed(store, "1"))[0]
    home = Destination(store.uri, "", "1")
    async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
        await bring_session(store, cache, current)
        found = await cache.run(Cache.of_session, home, SESSION)
    assert len(found) == MOST_TURNS
    assert current.requested_at_ms - found[-1].requested_at_ms == MINUTE_MS
    await store.close()


def test_a_session_that_no_search_can_name_is_not_searched_for() -> None:
    assert session_filter("both ' and \"") == ""
    assert session_filter("back\\") == ""
    assert session_filter("") == ""
    assert session_filter("a'b") == 'metadata.`mlflow.trace.session` = "a\'b"'


async def test_without_a_session_nothing_is_asked(tmp_path: Path) -> None:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([each.raw for each in turns(2, SESSION)])
    current = replace((await listed(store, "1"))[0], session_id=None)
    async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
        await bring_session(store, cache, current)
        assert await turns_of(store, current) == []
        assert await cache.run(Cache.of_session, Destination(store.uri, "", "1"), SESSION) == []
    await store.close()
