"""What reading labels for a report costs beside the raw requests: 1,000 traces that a team of eight labelled.

``python -m tests.benchmarks.report_reads [--traces N] [--rounds N]``. A real server; the same pages one after another
with a bare httpx client, and as `labeler report` reads them, into the cache as well.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from labeler.cli import command_options
from labeler.cli.server_labels import labels_of_server
from tests.servers.mlflow_server import MlflowServer
from tests.servers.team_work import create_questions, log_team_work


async def raw(url: str, experiment_id: str) -> int:
    """Read all pages of 500 with nothing but a client."""
    body: dict[str, object] = {
        "locations": [{"mlflow_experiment": {"experiment_id": experiment_id}}],
        "max_results": 500,
    }
    found = 0
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        while True:
            page = (await client.post("/api/3.0/mlflow/traces/search", json=body)).json()
            found += sum(len(trace.get("assessments", ())) for trace in page.get("traces", ()))
            if not page.get("next_page_token"):
                return found
            body["page_token"] = page["next_page_token"]


async def ours(url: str, experiment_id: str, directory: str) -> int:
    """Read as the command does."""
    parser = argparse.ArgumentParser()
    command_options.report(parser)
    arguments = parser.parse_args(["-b", url, "-e", experiment_id])
    arguments.data_dir = directory
    return len((await labels_of_server(arguments)).assessments)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.environ["LABELER_CONFIG"] = os.devnull
        server = MlflowServer(Path(directory), options=())
        server.start()
        try:
            experiment_id = server.new_experiment()
            create_questions(server, experiment_id)
            log_team_work(server, experiment_id, asked.traces)
            took: dict[str, list[float]] = {"raw": [], "report": []}
            for number in range(asked.rounds + 1):
                for name in took:
                    began = time.perf_counter()
                    found = await (
                        raw(server.url, experiment_id)
                        if name == "raw"
                        else ours(server.url, experiment_id, f"{directory}/data")
                    )
                    if number:
                        took[name].append(time.perf_counter() - began)
            medians = {name: statistics.median(times) for name, times in took.items()}
            print(f"{asked.traces} traces, {found} assessments")
            ratio = medians["report"] / medians["raw"]
            print(f"raw requests {medians['raw']:.2f} s, report {medians['report']:.2f} s: {ratio:.2f}")
        finally:
            server.close()


if __name__ == "__main__":
    asyncio.run(main())
