"""The naive client under the same faults and kills: `mlflow.log_feedback` in a retry loop, nothing written down."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.figures import print_figures
from tests.reliability.place import Found, Place, assessed, log_marks
from tests.reliability.weather import FAULTS, Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer

ROOT = Path(__file__).parents[2]
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


@dataclass
class Client:
    """One reviewer whose answers this client sends. `ends` is how each answer that was begun ended, by number."""

    name: str
    url: str
    trace_file: Path
    weather: Weather
    chance: random.Random
    ends: dict[int, str] = field(default_factory=dict)
    kills: int = 0

    def live(self, answers: int) -> None:
        """Start with the next answer; be killed about `answers` answers later."""
        command = [sys.executable, "-m", "tests.reliability.naive_client", self.url, self.name, str(len(self.ends))]
        with subprocess.Popen(
            [*command, str(self.trace_file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=os.environ | QUIET,
            text=True,
        ) as process:
            assert process.stdout is not None
            begun = 0
            wanted = self.chance.randint(1, 2 * answers - 1)
            for line in process.stdout:
                self._hear(line)
                begun += line.startswith("begun")
                if begun == wanted:
                    time.sleep(self.chance.uniform(0.0, 0.08))
                    break
            process.kill()
            self.kills += 1
            for line in process.stdout:
                self._hear(line)

    def _hear(self, line: str) -> None:
        word, _, number = line.strip().partition(" ")
        if number:
            self.ends[int(number)] = word


def run_clients(client: Client, answers: int, kills: int) -> None:
    """Give `answers` answers in `kills` lives."""
    for kill in range(kills):
        client.live(max((answers - len(client.ends)) // (kills - kill), 1))
        if client.kills % 25 == 0:
            print(f"naive {client.name}: {client.kills} kills, {len(client.ends)} answers", flush=True)


async def naive_loop(
    directory: Path, server: MlflowServer, answers: int, kills: int, traces: int, seed: int
) -> tuple[list[Client], list[Found]]:
    """Two clients at one server, killed `kills` / 2 times each; then what the server has."""
    place: Place = log_marks(server, traces)
    trace_file = directory / "traces.txt"
    trace_file.write_text("\n".join(place.traces.values()))
    async with AsyncExitStack() as stack:
        clients = []
        for number, name in enumerate(("rhea", "otto")):
            weather = Weather(seed + number)
            weather.share = FAULTS
            proxy = await stack.enter_async_context(fault_proxy(server.url))
            proxy.otherwise = weather
            clients.append(Client(name, proxy.url, trace_file, weather, random.Random(seed * 100 + number)))
        await asyncio.gather(*(asyncio.to_thread(run_clients, each, answers // 2, kills // 2) for each in clients))
        await asyncio.sleep(2)  # what is late by up to a second still comes
    return clients, assessed(place)


def tell_naive(clients: list[Client], found: list[Found]) -> None:
    """Lost answers by how they ended for the client, and the surplus copies."""
    rows = Counter((each.reviewer, int(each.metadata["number"])) for each in found)
    lost = Counter(end for client in clients for number, end in client.ends.items() if not rows[client.name, number])
    print_figures(
        {
            "kills -9": sum(each.kills for each in clients),
            "answers begun": sum(len(each.ends) for each in clients),
            "writes sent": sum(each.weather.writes for each in clients),
            "faults met": sum(each.weather.met.total() for each in clients),
            "lost": lost.total(),
            "  on their way when it was killed": lost["begun"],
            "  given up after three tries": lost["failed"],
            "  though the client said done": lost["done"],
            "duplicates": sum(count - 1 for count in rows.values()),
        }
    )
