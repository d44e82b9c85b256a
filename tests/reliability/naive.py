"""The naive client under the same faults and kills: `mlflow.log_feedback` in a retry loop, nothing written down."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import IO

from tests.reliability.figures import print_figures
from tests.reliability.place import Found, assessed, log_marks
from tests.reliability.weather import FAULTS, Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer

ROOT = Path(__file__).parents[2]
_LIFE_AT_MOST_S = 600.0
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

    def run(self, answers: int, kills: int) -> None:
        """Give `answers` answers in `kills` lives."""
        command = [sys.executable, "-m", "tests.reliability.naive_client", self.url, self.name, str(self.trace_file)]
        environment = os.environ | QUIET
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment, text=True) as forker:
            assert forker.stdin is not None
            assert forker.stdout is not None
            for kill in range(kills):
                hangs = threading.Timer(_LIFE_AT_MOST_S, forker.kill)
                hangs.daemon = True
                hangs.start()
                self._live(forker.stdin, forker.stdout, max((answers - len(self.ends)) // (kills - kill), 1))
                hangs.cancel()
                assert forker.poll() is None, f"{self.name}: a life took more than {_LIFE_AT_MOST_S:.0f} s"
            forker.kill()

    def _live(self, asked: IO[str], told: IO[str], answers: int) -> None:
        """Start with the next answer; be killed about `answers` answers later."""
        wanted, begun, pid = self.chance.randint(1, 2 * answers - 1), 0, 0
        print(len(self.ends), file=asked, flush=True)
        for line in told:
            word, _, number = line.strip().partition(" ")
            if word == "ended":
                break
            if word == "process":
                pid = int(number)
            else:
                self.ends[int(number)] = word
                begun += word == "begun"
            if pid and begun >= wanted and word in ("begun", "process"):
                time.sleep(self.chance.uniform(0.0, 0.08))
                os.kill(pid, signal.SIGKILL)
                pid = 0
                self.kills += 1


async def naive_loop(
    directory: Path, server: MlflowServer, answers: int, kills: int, traces: int, seed: int
) -> tuple[list[Client], list[Found]]:
    """Two clients at one server, killed `kills` / 2 times each; then what the server has."""
    place = log_marks(server, traces)
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
        await asyncio.gather(*(asyncio.to_thread(each.run, answers // 2, kills // 2) for each in clients))
        await asyncio.sleep(2)  # what is late by up to a second still comes
    return clients, assessed(place)


def tell(clients: list[Client], found: list[Found]) -> None:
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


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability naive", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--answers", type=int, default=1_200)
    parser.add_argument("--traces", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-naive-") as folder:
        directory = Path(folder)
        server = MlflowServer(directory)
        server.start()
        try:
            sizes = (asked.answers, asked.kills, asked.traces, asked.seed)
            tell(*asyncio.run(naive_loop(directory, server, *sizes)))
        finally:
            server.close()
    return 0
