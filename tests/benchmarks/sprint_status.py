"""What `labeler sprint status` costs beside the raw requests that it needs: 1,000 items, three of eight people each.

``python -m tests.benchmarks.sprint_status [--traces N] [--rounds N]``. A real server; the same requests one after
another with a bare httpx client, the command's reading of them, and the whole command in this process, with all its
figures, alternated.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from labeler.cli import sprint_status
from labeler.cli.sprint_backend import sprint_named, team_context
from labeler.cli.sprint_options import sprint as sprint_options
from labeler.cli.sprint_reading import read_whole
from tests.benchmarks.measures import machine, noise
from tests.reliability.sprint import environment_of
from tests.servers.mlflow_server import MlflowServer
from tests.servers.team_work import PEOPLE, create_questions, log_team_work

NAME, SLUG = "Autumn 2026", "autumn-2026"
_PAGE = 500


async def raw(url: str, experiment_id: str) -> None:
    """Read plan, queues, items, questions and labels with nothing but a client."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:

        async def get(path: str, **asked: str | int) -> dict[str, list[dict[str, str]]]:
            answer: dict[str, list[dict[str, str]]] = (await client.get(path, params=asked)).json()
            return answer

        await client.get("/version")
        await get("/api/2.0/mlflow/experiments/get", experiment_id=experiment_id)
        queues = await get("/api/3.0/mlflow/review-queues/list", experiment_id=experiment_id, max_results=1_000)
        trace_ids: set[str] = set()
        for queue in queues["review_queues"]:
            items = await get(
                "/api/3.0/mlflow/review-queues/items/list", queue_id=queue["queue_id"], max_results=50_000
            )
            trace_ids |= {each["item_id"] for each in items.get("items", [])}
        await get("/api/3.0/mlflow/label-schemas/list", experiment_id=experiment_id, max_results=1_000)
        listed = sorted(trace_ids)
        for start in range(0, len(listed), _PAGE):
            named = ", ".join(f"'{each}'" for each in listed[start : start + _PAGE])
            body = {
                "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}],
                "filter": f"request_id IN ({named})",
                "max_results": _PAGE,
            }
            answer = await client.post("/api/3.0/mlflow/traces/search", json=body)
            assert len(answer.json()["traces"]) == len(listed[start : start + _PAGE])


async def reading(arguments: argparse.Namespace) -> None:
    """Read as the command does, without its figures."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, NAME)
        await read_whole(team, sprint, lambda done, of: None)


async def whole(arguments: argparse.Namespace) -> None:
    """The command."""
    with _nothing_printed():
        await sprint_status.status(arguments)


def label(server: MlflowServer, experiment_id: str, home: Path) -> None:
    """Make the sprint and have its labels given: those that are there become the sprint's."""
    command = [sys.executable, "-m", "labeler", "sprint", "create", NAME, "--reviewers", ",".join(PEOPLE)]
    command += ["--overlap", "3", "--yes", "-b", server.url, "-e", experiment_id]
    subprocess.run(command, env=environment_of(home), cwd=home, check=True, capture_output=True)
    draw = random.Random(3)
    with closing(sqlite3.connect(server.store.removeprefix("sqlite:///"), timeout=60)) as database, database:
        database.execute(
            "UPDATE assessments SET assessment_metadata = json_set(assessment_metadata, '$.\"labeler.sprint\"', ?)"
            " WHERE source_type = 'HUMAN' AND json_extract(assessment_metadata, '$.\"labeler.duration_ms\"') > 0",
            (SLUG,),
        )
        items = database.execute("SELECT queue_id, item_id FROM review_queue_items").fetchall()
        at_ms = int(time.time() * 1000)
        database.executemany(
            "UPDATE review_queue_items SET status = 'complete', completed_time_ms = ?"
            " WHERE queue_id = ? AND item_id = ?",
            [(at_ms, *item) for item in items if draw.random() < 0.6],
        )


@contextmanager
def _nothing_printed() -> Iterator[None]:
    """Have what is printed go nowhere, by the descriptor itself, which the command writes to."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        home = Path(directory)
        os.environ["LABELER_CONFIG"] = os.devnull
        server = MlflowServer(home, options=())
        server.start()
        try:
            experiment_id = server.new_experiment()
            create_questions(server, experiment_id)
            log_team_work(server, experiment_id, asked.traces)
            label(server, experiment_id, home)
            options = argparse.ArgumentParser()
            sprint_options(options)
            arguments = options.parse_args(["status", NAME, "-b", server.url, "-e", experiment_id])
            arguments.data_dir = f"{directory}/data"
            took: dict[str, list[float]] = {"raw requests": [], "read": [], "status": []}
            for number in range(asked.rounds + 1):
                for name in took:
                    began = time.perf_counter()
                    match name:
                        case "raw requests":
                            await raw(server.url, experiment_id)
                        case "read":
                            await reading(arguments)
                        case _:
                            await whole(arguments)
                    if number:
                        took[name].append(time.perf_counter() - began)
        finally:
            server.close()
    noise()
    medians = {name: statistics.median(times) for name, times in took.items()}
    for name, median in medians.items():
        print(f"{name:<14}{median:6.2f} s   {median / medians['raw requests']:.2f}   least {min(took[name]):.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
