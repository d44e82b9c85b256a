"""Snapshots of a real server that is written to meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from labeler.backends.mlflow.backend import MlflowBackend
from labeler.backends.mlflow.traces import read_page
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query
from labeler.reading.wire.envelopes import trace_summary
from tests.servers.fault_proxy import Exchange, FaultProxy, none
from tests.servers.filling import log_many
from tests.servers.mlflow_server import MlflowServer

COUNT = 1_053
FIRST_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def experiment_id(mlflow_server: MlflowServer) -> str:
    experiment_id = mlflow_server.new_experiment()
    log_many(mlflow_server, experiment_id, COUNT, first_ms=FIRST_MS)
    return experiment_id


@pytest.mark.slow
@pytest.mark.parametrize("order_by", [(), ("timestamp_ms ASC",), ("execution_time_ms DESC", "request_id")])
async def test_a_snapshot_shows_each_trace_once_while_others_log(
    order_by: tuple[str, ...], mlflow_server: MlflowServer, mlflow_backend: MlflowBackend, experiment_id: str
) -> None:
    before = {summary.id async for page in mlflow_backend.snapshot(Query((experiment_id,))) for summary in page}
    seen: list[str] = []
    pages = 0
    async for page in mlflow_backend.snapshot(Query((experiment_id,), order_by=order_by)):
        seen += [summary.id for summary in page]
        pages += 1
        log_many(mlflow_server, experiment_id, 10)
    assert pages >= 3
    assert len(seen) == len(set(seen))
    assert set(seen) == before


@pytest.mark.slow
async def test_a_snapshot_of_a_live_filter_shows_all_while_the_first_ones_leave_it(
    mlflow_server: MlflowServer, mlflow_backend: MlflowBackend, experiment_id: str
) -> None:
    before = {summary.id async for page in mlflow_backend.snapshot(Query((experiment_id,))) for summary in page}
    seen: list[str] = []
    async for page in mlflow_backend.snapshot(Query((experiment_id,), filter="tag.done IS NULL")):
        seen += [summary.id for summary in page]
        for summary in page[:20]:
            done = {"key": "done", "value": "yes"}
            mlflow_server.http.patch(f"/api/3.0/mlflow/traces/{summary.id}/tags", json=done).raise_for_status()
    assert len(seen) == len(set(seen))
    assert set(seen) == before


async def test_a_page_that_was_shifted_on_its_way_is_read_again(
    mlflow_server: MlflowServer, proxy: FaultProxy, through_proxy: MlflowBackend, experiment_id: str
) -> None:
    query = Query((experiment_id,), filter="tag.gone IS NULL")
    everything = [summary.id async for page in through_proxy.snapshot(query) for summary in page]
    pages = 0

    async def after_traces_left(exchange: Exchange) -> None:
        nonlocal pages
        pages += 1
        if pages in (2, 3):
            for trace_id in everything[480 + pages : 500 * pages : 40]:
                gone = {"key": "gone", "value": "yes"}
                tagged = await asyncio.to_thread(
                    mlflow_server.http.patch, f"/api/3.0/mlflow/traces/{trace_id}/tags", json=gone
                )
                assert tagged.is_success
        await none(exchange)

    proxy.otherwise = after_traces_left
    seen = [summary.id async for page in through_proxy.snapshot(query) for summary in page]
    left = [summary.id async for page in through_proxy.snapshot(query) for summary in page]
    assert len(seen) == len(set(seen))
    assert set(left) < set(everything)
    assert set(left) <= set(seen)


@pytest.mark.slow
async def test_a_server_whose_page_tokens_are_its_own_is_walked_too(
    proxy: FaultProxy, through_proxy: MlflowBackend, mlflow_backend: MlflowBackend, experiment_id: str
) -> None:
    async def with_tokens_of_its_own(exchange: Exchange) -> None:
        exchange.request = exchange.request.replace(b"ITSOWNTOKEN:", b"eyJvZmZzZXQi")
        await exchange.send((await exchange.forward()).replace(b"eyJvZmZzZXQi", b"ITSOWNTOKEN:"))
        exchange.close()

    proxy.otherwise = with_tokens_of_its_own
    for order_by in ((), ("name", "request_id")):
        query = Query((experiment_id,), order_by=order_by)
        expected = [summary.id async for page in mlflow_backend.snapshot(query) for summary in page]
        assert [summary.id async for page in through_proxy.snapshot(query) for summary in page] == expected


@pytest.mark.slow
async def test_more_traces_at_one_instant_than_a_page_holds_are_all_shown(
    mlflow_server: MlflowServer, mlflow_backend: MlflowBackend
) -> None:
    experiment_id = mlflow_server.new_experiment()
    log_many(mlflow_server, experiment_id, 620, first_ms=FIRST_MS, together=600)
    seen = [summary.id async for page in mlflow_backend.snapshot(Query((experiment_id,))) for summary in page]
    assert len(seen) == len(set(seen)) == 620


async def test_a_limit_across_pages_is_kept(mlflow_backend: MlflowBackend, experiment_id: str) -> None:
    pages = [
        page async for page in mlflow_backend.snapshot(Query((experiment_id,), limit=777, until_ms=FIRST_MS + 300))
    ]
    assert sum(map(len, pages)) == 777
    assert max(summary.requested_at_ms for summary in pages[0]) == FIRST_MS + 300


async def test_a_snapshot_may_be_left_at_any_page(mlflow_backend: MlflowBackend, experiment_id: str) -> None:
    snapshot = mlflow_backend.snapshot(Query((experiment_id,)))
    assert len(await anext(snapshot)) == 500
    await snapshot.aclose()


@pytest.mark.slow
async def test_summaries_by_id_are_found_in_many_chunks_and_without_knowing_the_experiment(
    mlflow_server: MlflowServer, mlflow_backend: MlflowBackend
) -> None:
    experiment_id = mlflow_server.new_experiment()
    log_many(mlflow_server, experiment_id, 12, first_ms=FIRST_MS)
    found = mlflow_server.post(
        "/api/3.0/mlflow/traces/search",
        {"locations": [{"mlflow_experiment": {"experiment_id": experiment_id}}], "max_results": 12},
    )
    wanted = [info["trace_id"] for info in found["traces"]]
    assert [summary.id for summary in await mlflow_backend.summaries(wanted)] == wanted
    mlflow_backend.snapshot(Query((experiment_id,)))
    padded = [wanted[0], *(f"tr-{number:032x}" for number in range(250)), *wanted[1:]]
    assert [summary.id for summary in await mlflow_backend.summaries(padded)] == wanted


def test_what_is_listed_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[object] = []

    def counted(info: object) -> TraceSummary:
        decoded.append(info)
        return trace_summary(info)

    monkeypatch.setattr("labeler.backends.mlflow.traces.trace_summary", counted)
    infos = [{"trace_id": f"tr-{number}"} for number in range(3)]
    assert [summary.id for summary in read_page({"traces": infos})] == ["tr-0", "tr-1", "tr-2"]
    assert decoded == infos
