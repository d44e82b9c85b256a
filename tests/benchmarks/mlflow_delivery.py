"""How fast answers go to an ``mlflow server`` and whole traces come from it, beside raw httpx and MLflow's own client.

``python -m tests.benchmarks.mlflow_delivery [--url URL] [--answers N] [--traces N] [--rounds N]``. Without ``--url``
a default server (four workers, SQLite) is started. Traces are logged first: chats of 4 to 10 KB, each an agent and a
model call. Contestants alternate round by round on the same server, so that the noise of the machine meets them
alike: trust the shares. The raw peer sends the same requests with acknowledgements as quick as ours, at every
concurrency up to 8; its best is what the server can do. At the end the real program syncs and pulls once, its start
and its end included.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.cache.async_cache import AsyncCache
from labeler.cli.pull import download
from labeler.delivery.engine import DeliveryEngine
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Act, Answer, AnswerEffect, Change
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceState
from labeler.domain.worklist import Query, ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.reading.wire.envelopes import assessment_to_wire
from tests.benchmarks.measures import machine, median, noise, rates
from tests.benchmarks.mlflow_reads import raw_client
from tests.benchmarks.pseudo_terminal import environment
from tests.benchmarks.worklists import chat, typical
from tests.servers.mlflow_server import MlflowServer

REVIEWER = "bench"
IN_FLIGHT = (1, 2, 4, 8)
_LOGGED_TOGETHER = 100

Work = Callable[[], Awaitable[object]]


def log_chats(url: str, count: int) -> tuple[str, list[str]]:
    """Log so many chats to a new experiment; returns its ID and theirs."""
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as http:
        named = {"name": f"benchmark {uuid.uuid4().hex}"}
        experiment: str = http.post("/api/2.0/mlflow/experiments/create", json=named).json()["experiment_id"]
        prefix = secrets.token_hex(12)
        numbers = range(1, count + 1)
        for first in range(0, count, _LOGGED_TOGETHER):
            spans = [span for n in numbers[first : first + _LOGGED_TOGETHER] for span in otlp_spans(n, prefix)]
            body = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}
            http.post("/v1/traces", json=body, headers={"x-mlflow-experiment-id": experiment}).raise_for_status()
    return experiment, [f"tr-{prefix}{number:08x}" for number in numbers]


def otlp_spans(number: int, prefix: str) -> list[dict[str, Any]]:
    """The spans of a chat as OTLP/JSON, under a trace ID that begins with `prefix` (24 hexadecimal digits)."""
    spans = json.loads(chat(number, typical(number)).payload)["spans"]
    return [
        {
            "traceId": f"{prefix}{number:08x}",
            "spanId": span["span_id"],
            "parentSpanId": span["parent_span_id"] or "",
            "name": span["name"],
            "startTimeUnixNano": str(span["start_time_unix_nano"]),
            "endTimeUnixNano": str(span["end_time_unix_nano"]),
            "status": {"code": 1},
            "attributes": [{"key": key, "value": {"stringValue": text}} for key, text in span["attributes"].items()],
        }
        for span in spans
    ]


async def per_second(count: int, work: Work) -> float:
    start = time.perf_counter()
    await work()
    return count / (time.perf_counter() - start)


async def at_once(in_flight: int, jobs: Sequence[Work]) -> None:
    """Do all of `jobs`, at most so many at a time."""
    waiting = iter(jobs)

    async def lane() -> None:
        for job in waiting:
            await job()

    await asyncio.gather(*(lane() for _ in range(in_flight)))


async def send_raw(http: httpx.AsyncClient, trace_ids: Sequence[str], in_flight: int) -> None:
    """The same labels by the same requests, with nothing around them."""

    def job(trace_id: str) -> Work:
        async def send() -> None:
            path = f"/api/3.0/mlflow/traces/{trace_id}/assessments"
            label = {"assessment": assessment_to_wire(assessment(trace_id))}
            (await http.post(path, json=label)).raise_for_status()

        return send

    await at_once(in_flight, [job(each) for each in trace_ids])


def assessment(trace_id: str) -> Assessment:
    assessment_id = f"a-{uuid.uuid4().hex}"
    source, metadata = Source(SourceType.HUMAN, REVIEWER), {"labeler.id": assessment_id}
    return Assessment(assessment_id, trace_id, "helpful", AssessmentKind.FEEDBACK, True, source, metadata=metadata)


async def send_by_mlflow(url: str, trace_ids: Sequence[str]) -> None:
    """MLflow's own client, one label after the other."""
    import mlflow
    from mlflow.entities import AssessmentSource

    def send() -> None:
        mlflow.set_tracking_uri(url)
        for trace_id in trace_ids:
            source = AssessmentSource("HUMAN", REVIEWER)
            mlflow.log_feedback(trace_id=trace_id, name="helpful", value=True, source=source)

    await asyncio.to_thread(send)


async def queue_answers(journal: AsyncJournal, home: Destination, trace_ids: Sequence[str]) -> None:
    """Answers in the journal, ready to go."""
    spec = ReviewSpec(home.backend_uri, home.workspace, (home.experiment_id,), REVIEWER)
    record = await journal.run(journal.reviews.begin, spec, 1)
    rows = [WorklistRow(trace_id, home.experiment_id, "", 0, TraceState.OK) for trace_id in trace_ids]
    await journal.run(journal.reviews.add_items, record.id, rows)
    for trace_id in trace_ids:
        answer = Answer(f"a-{uuid.uuid4().hex}", True, None, time.time_ns() // 1_000_000, 2_000)
        effect = AnswerEffect(trace_id, uuid.uuid4().hex, AssessmentKind.FEEDBACK, None, answer)
        change = Change(uuid.uuid4().hex, Act.ANSWER, trace_id, answer.answered_at_ms, (effect,))
        await journal.run(journal.changes.record, record.id, change)


async def race_answers(
    backend: MlflowBackend, home: Destination, trace_ids: list[str], asked: argparse.Namespace
) -> None:
    """`sync` against raw requests and MLflow's client, a part of the answers each round."""
    share = max(asked.answers // asked.rounds, 1)
    chosen = itertools.cycle([trace_ids[at : at + share] for at in range(0, len(trace_ids) - share + 1, share)])
    found: dict[str, list[float]] = {}
    async with raw_client(asked.url, quick=True) as http:
        await send_raw(http, trace_ids[:40], 8)
        for number in range(asked.rounds):
            for in_flight in IN_FLIGHT:
                part = next(chosen)
                rate = await per_second(share, partial(send_raw, http, part, in_flight))
                found.setdefault(f"raw httpx, {in_flight} in flight", []).append(rate)
            for concurrency in (2, 4):
                with tempfile.TemporaryDirectory() as folder:
                    rate = await sync_once(backend, home, next(chosen), Path(folder), concurrency)
                found.setdefault(f"labeler's delivery, {concurrency} in flight", []).append(rate)
            few = next(chosen)[: max(share // 5, 1)]
            if number == 0:
                await send_by_mlflow(asked.url, few[:5])
            rate = await per_second(len(few), partial(send_by_mlflow, asked.url, few))
            found.setdefault("mlflow.log_feedback, one by one", []).append(rate)
    best = max((name for name in found if name.startswith("raw")), key=lambda name: median(found[name]))
    rates(f"answers delivered ({share} a round)", "answers/s", found, best)


async def sync_once(
    backend: MlflowBackend, home: Destination, trace_ids: Sequence[str], folder: Path, concurrency: int
) -> float:
    """Answers a second, from the journal to the server and back into the journal."""
    journal = await AsyncJournal.open(folder / "journal.db")
    await queue_answers(journal, home, trace_ids)
    engine = DeliveryEngine(
        journal,
        backend,
        [home],
        grace_s=5,
        concurrency=concurrency,
        on_event=lambda event: None,
    )
    rate = await per_second(len(trace_ids), engine.drain)
    counts = await journal.run(journal.queries.counts, [home])
    assert counts.waiting + counts.parked + counts.refused == 0, counts
    await journal.close()
    return rate


async def race_traces(backend: MlflowBackend, experiment: str, trace_ids: list[str], asked: argparse.Namespace) -> None:
    """`pull` of whole traces against raw requests for the same spans."""
    share = max(asked.traces // asked.rounds, 1)
    found: dict[str, list[float]] = {}

    def fetch(http: httpx.AsyncClient, trace_id: str) -> Work:
        async def get() -> None:
            answer = await http.get("/ajax-api/2.0/mlflow/get-trace-artifact", params={"request_id": trace_id})
            answer.raise_for_status()

        return get

    async with raw_client(asked.url, quick=True) as http:
        for number in range(asked.rounds):
            part = trace_ids[number * share : (number + 1) * share]
            for in_flight in IN_FLIGHT:
                jobs = [fetch(http, trace_id) for trace_id in part]
                rate = await per_second(share, partial(at_once, in_flight, jobs))
                found.setdefault(f"raw httpx, {in_flight} in flight", []).append(rate)
            async for _ in backend.snapshot(Query((experiment,), limit=2_000)):
                pass
            with tempfile.TemporaryDirectory() as folder:
                cache = await AsyncCache.open(Path(folder) / "cache.db", 1 << 30)
                rate = await per_second(share, partial(download, backend, cache, part))
                found.setdefault("labeler's download into the cache", []).append(rate)
                await cache.close()
    best = max((name for name in found if name.startswith("raw")), key=lambda name: median(found[name]))
    rates(f"whole traces ({share} a round)", "traces/s", found, best)


def run_program(home: Path, url: str, *arguments: str) -> float:
    """Seconds that a command of the real program takes."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "labeler", *arguments, "-b", url]
    ended = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{arguments} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return time.perf_counter() - start


def measure_program(url: str, experiment: str, trace_ids: Sequence[str]) -> None:
    """The commands as they are typed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "config.toml").touch()
        labels = home / "labels.jsonl"
        name = f"helpful {secrets.token_hex(4)}"
        labels.write_text(
            "".join(json.dumps({"trace_id": each, "name": name, "value": True}) + "\n" for each in trace_ids)
        )
        nothing = run_program(home, url, "sync", "-e", experiment)
        push = run_program(home, url, "push", str(labels), "-r", REVIEWER, "-e", experiment)
        sync = run_program(home, url, "sync", "-e", experiment)
        pull = run_program(home, url, "pull", "-r", REVIEWER, "-e", experiment)
    print(f"\nlabeler push of {len(trace_ids):,} labels      {push:6.1f} s")
    print(f"labeler sync with nothing to do   {nothing:6.1f} s")
    print(f"labeler sync of {len(trace_ids):,} labels      {sync:6.1f} s   {len(trace_ids) / (sync - nothing):.0f}/s")
    print(f"labeler pull of the worklist      {pull:6.1f} s")


async def race(asked: argparse.Namespace) -> tuple[str, list[str]]:
    """Log, then measure; returns the experiment and the trace IDs."""
    count = max(asked.answers, asked.traces)
    began = time.perf_counter()
    experiment, trace_ids = log_chats(asked.url, count)
    print(f"\n{count:,} chats logged in {time.perf_counter() - began:.0f} s", flush=True)
    backend = await open_backend(asked.url)
    home = Destination(backend.uri, backend.workspace, experiment)
    await race_answers(backend, home, trace_ids, asked)
    await race_traces(backend, experiment, trace_ids, asked)
    await backend.close()
    return experiment, trace_ids


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a running server, instead of a new one")
    parser.add_argument("--answers", type=int, default=1_000)
    parser.add_argument("--traces", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        server = None if asked.url else MlflowServer(Path(directory), options=())
        if server is not None:
            server.start()
            asked.url = server.url
        try:
            experiment, trace_ids = asyncio.run(race(asked))
            measure_program(asked.url, experiment, trace_ids[: asked.answers])
        finally:
            if server is not None:
                server.close()
    noise()


if __name__ == "__main__":
    main()
