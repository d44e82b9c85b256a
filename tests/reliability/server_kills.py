"""kill -9 of the MLflow server in the middle of delivery, while a reviewer goes on answering."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from labeler.backends.mlflow.backend import open_backend
from labeler.delivery.drain import SyncResult
from labeler.delivery.timing import Timing
from labeler.domain.change import Change
from labeler.domain.destination import Destination
from labeler.domain.worklist import ItemState
from labeler.journal.models import DeliveryState
from tests.delivery.work import Work, running, work
from tests.journal.sitting import spec
from tests.reliability.figures import print_figures
from tests.reliability.patience import patience
from tests.reliability.place import Place, assessed, finished, log_marks, queue_of_all
from tests.reliability.statuses import Statuses, judge_statuses
from tests.reliability.verdict import Cell, Said, Verdict, judge
from tests.reliability.weather import Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer

BATCH: Final = 50
"""Things done to answers between two kills."""

QUESTIONS: Final = ("helpful", "quality")

TIMING: Final = Timing(longest_retry_s=2.0, horizon_ms=20_000)
"""As the program's, but that the server is never away for long, and nothing comes late: it is dead, or it answers."""


_DRAIN_PATIENCE_S: Final = 300.0


@dataclass
class Answering:
    """A reviewer at a real journal who answers, changes, clears and takes back, faster than a server takes it."""

    at_work: Work
    place: Place
    chance: random.Random
    history: dict[Cell, list[Said | None]] = field(default_factory=lambda: defaultdict(list))
    done: int = 0

    async def do_some(self, count: int) -> None:
        for _ in range(count):
            await self._do_one()

    async def _do_one(self) -> None:
        sitting, draw, now_ms = self.at_work.sitting, self.chance.random(), time.time_ns() // 1_000_000
        mark, question = self.chance.choice(list(self.place.traces)), self.chance.choice(QUESTIONS)
        trace_id = self.place.traces[mark]
        state = self.chance.choice((ItemState.LABELLED, ItemState.LABELLED, ItemState.OPEN, ItemState.DECLINED))
        if draw < 0.12 and sitting.done:
            change = sitting.undo(now_ms)
        elif draw < 0.18 and (trace_id, question) in sitting.cells:
            change = sitting.clear(trace_id, question, now_ms)
        elif draw > 0.75:
            change = sitting.set_state(trace_id, state, now_ms)
        else:
            value = self.chance.random() < 0.5 if question == "helpful" else self.chance.randint(1, 5)
            change = sitting.answer(trace_id, question, value, self.chance.choice((None, "because")), now_ms)
        await self.at_work.record(change)
        await self.at_work.leave(change.trace_id, at_ms=now_ms)
        self._remember(change)
        self.done += 1

    def _remember(self, change: Change) -> None:
        marks = {trace_id: mark for mark, trace_id in self.place.traces.items()}
        for question in QUESTIONS:
            answer = self.at_work.sitting.cells.get((change.trace_id, question))
            said = None if answer is None else (answer.value, answer.comment or "")
            self.history[marks[change.trace_id], question].append(said)

    @property
    def accepted(self) -> dict[Cell, Said | None]:
        return {cell: contents[-1] for cell, contents in self.history.items()}


@dataclass
class Outcome:
    verdict: Verdict
    statuses: Statuses
    synced: SyncResult
    kills: int
    kills_in_a_write: int
    done: int
    writes: int
    seconds: float

    @property
    def holds(self) -> bool:
        undelivered = self.synced.queued or self.synced.parked or self.synced.refused
        return self.verdict.holds and self.statuses.holds and not undelivered


async def server_kill_loop(directory: Path, server: MlflowServer, kills: int, traces: int, seed: int) -> Outcome:
    """Deliver, with the server killed and started again `kills` times; then the rest, and the comparison."""
    place, chance, weather, in_a_write = log_marks(server, traces), random.Random(seed), Weather(seed), 0
    began = time.monotonic()
    async with fault_proxy(server.url) as proxy:
        proxy.otherwise = weather  # no faults but the kills; it counts the writes
        home = Destination(proxy.url, "", place.experiment_id)
        queue_id = queue_of_all(place, "desk")
        review = replace(spec(queue_id), backend_uri=proxy.url, experiment_ids=(place.experiment_id,))
        backend = await open_backend(proxy.url)
        async with work(directory, list(place.traces.values()), review, home) as at_work:
            answering = Answering(at_work, place, chance)
            engine = at_work.engine(backend, timing=TIMING, concurrency=4)
            async with running(engine):
                for kill in range(1, kills + 1):
                    await answering.do_some(BATCH)
                    await _delivering(weather, weather.writes + chance.randint(1, BATCH // 2), answering)
                    await asyncio.sleep(chance.uniform(0.0, 0.03))
                    in_a_write += weather.writing > 0
                    await asyncio.to_thread(server.kill)
                    await asyncio.to_thread(server.start)
                    if kill % 10 == 0:
                        print(f"{kill} kills, {answering.done} done, {weather.writes} writes", flush=True)
            async with patience(_DRAIN_PATIENCE_S, "everything to be delivered"):
                synced = await engine.drain()
            journaled = await at_work.journal.run(at_work.journal.queries.deliveries, [home], tuple(DeliveryState))
        await backend.close()
    found = finished(place, queue_id)
    statuses = judge_statuses(review.reviewer, answering.at_work.sitting.states, found, journaled, weather.asked)
    verdict = judge(answering.accepted, answering.history, assessed(place))
    seconds = time.monotonic() - began
    return Outcome(verdict, statuses, synced, kills, in_a_write, answering.done, weather.writes, seconds)


async def _delivering(weather: Weather, writes: int, answering: Answering) -> None:
    """Return in the middle of a write, once there were so many. While nothing is on its way, more is answered."""
    async with patience(120, f"{writes} writes, the last of them on its way; there were {weather.writes}"):
        while weather.writes < writes or not weather.writing:
            if not weather.writing:
                await answering.do_some(1)
            await asyncio.sleep(0.002)


def tell(outcome: Outcome) -> None:
    verdict = outcome.verdict
    print_figures(
        {
            "kills -9 of the server": outcome.kills,
            "  while a write was on its way": outcome.kills_in_a_write,
            "answers, changes, clearings, undone ones": outcome.done,
            "writes sent": outcome.writes,
            "answers that stand": verdict.answers,
            "assessments on the server, superseded ones included": verdict.rows,
            "lost": verdict.lost,
            "duplicates": verdict.duplicates,
            "order violations": verdict.order,
            "items finished or opened again": outcome.statuses.items,
            "items that are not as they were left": outcome.statuses.wrong,
            "items finished before their answers": outcome.statuses.early,
            "still queued, parked, refused": outcome.synced.queued + outcome.synced.parked + outcome.synced.refused,
            "minutes": round(outcome.seconds / 60, 1),
        }
    )
    print(*verdict.details, *outcome.statuses.details, sep="\n", end="")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability server-kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--traces", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-server-kills-") as folder:
        directory = Path(folder)
        server = MlflowServer(directory)
        server.start()
        try:
            outcome = asyncio.run(server_kill_loop(directory, server, asked.kills, asked.traces, asked.seed))
        finally:
            server.close()
    tell(outcome)
    return 0 if outcome.holds else 1
