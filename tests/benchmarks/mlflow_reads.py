"""How fast traces and labels go to and from a default ``mlflow server``, beside raw httpx.

``python -m tests.benchmarks.mlflow_reads [--traces N] [--rounds N]``. Contestants run in a new order every round, so
that whatever else the machine does meets them alike; medians and 95th percentiles in milliseconds. Trust ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpcore
import httpx

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.backends.mlflow.quickack import network_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.worklist import Query
from labeler.reading.wire.envelopes import assessment_to_wire
from tests.servers.filling import log, log_many, recordings
from tests.servers.mlflow_server import MlflowServer

WARM_UP = 8
"""Rounds not counted: every worker of the server has to meet its first request."""

Contestant = Callable[[], Awaitable[object]]


def raw_client(url: str, *, quick: bool) -> httpx.AsyncClient:
    """httpx as it comes, or with the pool of our transport under it."""
    transport = httpx.AsyncHTTPTransport()
    if quick:
        transport._pool = httpcore.AsyncConnectionPool(network_backend=network_backend(), max_connections=8)
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=60)


async def race(title: str, rounds: int, contestants: dict[str, Contestant]) -> None:
    """Run all contestants once a round, and print what they took."""
    took: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(WARM_UP + rounds):
        for name in random.sample(list(contestants), len(contestants)):
            contestant = contestants[name]
            start = time.perf_counter()
            await contestant()
            if number >= WARM_UP:
                took[name].append((time.perf_counter() - start) * 1000)
    print(f"\n{title} ({rounds} rounds)")
    for name, times in took.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"  {name:<44} median {statistics.median(times):8.1f} ms   p95 {p95:8.1f} ms")


def label(trace_id: str) -> Assessment:
    assessment_id = f"a-{secrets.token_hex(16)}"
    source = Source(SourceType.HUMAN, "bench")
    metadata = {"labeler.id": assessment_id}
    return Assessment(assessment_id, trace_id, "ok", AssessmentKind.FEEDBACK, True, source, metadata=metadata)


async def read_and_write(server: MlflowServer, backend: MlflowBackend, trace_id: str, rounds: int) -> None:
    quick, plain = raw_client(server.url, quick=True), raw_client(server.url, quick=False)
    info, spans = f"/api/3.0/mlflow/traces/{trace_id}", f"/ajax-api/2.0/mlflow/get-trace-artifact?request_id={trace_id}"
    whole = f"/api/3.0/mlflow/traces/get?trace_id={trace_id}&allow_partial=true"

    async def info_and_spans() -> None:
        await asyncio.gather(quick.get(info), quick.get(spans))

    await race(
        "one whole trace",
        rounds,
        {
            "backend.trace (info and spans)": lambda: backend.trace(trace_id),
            "raw, quick acks: info and spans at once": info_and_spans,
            "raw, quick acks: spans alone": lambda: quick.get(spans),
            "raw, quick acks: traces/get": lambda: quick.get(whole),
            "raw, as it comes: spans alone": lambda: plain.get(spans),
        },
    )

    def raw_create(client: httpx.AsyncClient) -> Contestant:
        async def create() -> None:
            body = {"assessment": assessment_to_wire(label(trace_id))}
            (await client.post(f"{info}/assessments", json=body)).raise_for_status()

        return create

    await race(
        "one label",
        rounds,
        {
            "backend.create": lambda: backend.create(label(trace_id)),
            "raw, quick acks": raw_create(quick),
            "raw, as it comes": raw_create(plain),
        },
    )
    await quick.aclose()
    await plain.aclose()


async def load_worklist(server: MlflowServer, backend: MlflowBackend, count: int, rounds: int) -> None:
    experiment_id = server.new_experiment()
    log_many(server, experiment_id, count)
    quick = raw_client(server.url, quick=True)

    async def page(offset: int) -> int:
        token = base64.b64encode(json.dumps({"offset": offset}).encode()).decode()
        body = {"locations": [{"mlflow_experiment": {"experiment_id": experiment_id}}], "max_results": 500}
        answer = await quick.post(
            "/api/3.0/mlflow/traces/search", json=body | ({"page_token": token} if offset else {})
        )
        return len(answer.json().get("traces", []))

    def raw(in_flight: int) -> Contestant:
        async def load() -> None:
            gate = asyncio.Semaphore(in_flight)

            async def one(offset: int) -> int:
                async with gate:
                    return await page(offset)

            assert sum(await asyncio.gather(*map(one, range(0, count, 500)))) == count

        return load

    async def snapshot() -> None:
        pages = [page async for page in backend.snapshot(Query((experiment_id,)))]
        assert sum(map(len, pages)) == count

    await race(
        f"a worklist of {count}",
        rounds,
        {
            "backend.snapshot": snapshot,
            "raw, page after page": raw(1),
            "raw, two pages in flight": raw(2),
            "raw, four pages in flight": raw(4),
        },
    )
    await quick.aclose()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        server = MlflowServer(Path(directory), options=())
        server.start()
        try:
            traces = recordings("openai_tool_roundtrip")
            log(server, server.new_experiment(), traces)
            backend = await open_backend(server.url)
            await read_and_write(server, backend, traces[0].id, asked.rounds)
            await load_worklist(server, backend, asked.traces, max(3, asked.rounds // 10))
            await backend.close()
        finally:
            server.close()


if __name__ == "__main__":
    asyncio.run(main())
