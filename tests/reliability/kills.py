"""kill -9 of the real program at random moments while it labels and delivers through faults."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryState
from tests.reliability.eyes import CONFIGURATION, read
from tests.reliability.figures import print_figures
from tests.reliability.life import Doom, Life, draw_doom
from tests.reliability.memory import Memory
from tests.reliability.place import Place, assessed, finished, log_marks, queue_of_all
from tests.reliability.statuses import Statuses, judge_statuses
from tests.reliability.verdict import Verdict, judge
from tests.reliability.weather import FAULTS, Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

KILLED = -9

_SYNCS_AT_MOST = 20
_COMMAND_PATIENCE_S = 300.0
"""Seconds: a request that ended in doubt is looked after again two minutes later, and one may wait for another."""


@dataclass
class Reviewer:
    """A reviewer with a journal and a review queue of their own, at a server behind a proxy of their own."""

    name: str
    home: Path
    url: str
    place: Place
    queue_id: str
    weather: Weather
    chance: random.Random
    memory: Memory = field(default_factory=Memory)
    start_s: float = 1.0
    kills: int = 0
    kills_before_a_screen: int = 0
    kills_in_a_key: int = 0
    kills_in_a_write: int = 0
    ended_by_itself: list[str] = field(default_factory=list)
    data_dir: Path | None = None
    """Where journal and cache lie; None: in the home."""

    @property
    def data(self) -> Path:
        return self.data_dir or self.home / "data"

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.data),
            "MLFLOW_TRACKING_URI": self.url,
        }

    def begin(self) -> None:
        """Choose what to review, in fair weather; the program goes on with that each time it is started."""
        with Terminal(("review", "-q", self.queue_id, "-r", self.name), self.environment, self.home) as it:
            self.life(it, Doom()).arrive()

    def live(self, doom: Doom) -> None:
        """Start the program, work, be killed at `doom`, and look at what the screen says then."""
        with Terminal((), self.environment, self.home) as terminal:
            life = self.life(terminal, doom)
            life.live()
            self.kills_in_a_write += self.weather.writing > 0
            self.kills_in_a_key += bool(self.memory.pending)
            terminal.kill()
        view = read(terminal.text)
        self.memory.look(view)
        self.kills += 1
        self.start_s = life.start_s or self.start_s
        self.kills_before_a_screen += life.start_s is None
        if terminal.exit_code != KILLED:
            self.ended_by_itself.append(terminal.text.strip())

    def finish(self) -> dict[str, list[object]]:
        """One more start without faults, to see what is there; then deliver the rest. What `labeler verify` says."""
        self.weather.clear_up()
        with Terminal((), self.environment, self.home) as terminal:
            self.life(terminal, Doom()).arrive()
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
        for _ in range(_SYNCS_AT_MOST):
            synced = self.run("sync", "--json")
            if synced.returncode != 75:
                break
        else:
            left = self.run("outbox", "list").stdout
            raise AssertionError(f"{self.name}: after {_SYNCS_AT_MOST} syncs is left:\n{left}\n{synced.stderr}")
        print(f"{self.name}: sync {synced.returncode} {synced.stdout.strip()} {synced.stderr.strip()}", flush=True)
        said: dict[str, list[object]] = json.loads(self.run("verify", "--json").stdout)
        return said

    def statuses(self) -> Statuses:
        """The queue on the server, compared with how the journal says that its items were left."""
        journal = Journal.open(self.data / "journal.db")
        review = journal.reviews.last()
        assert review is not None
        left = journal.reviews.states(review.id)
        journaled = journal.queries.deliveries(journal.queries.destinations(), tuple(DeliveryState))
        journal.close()
        return judge_statuses(self.name, left, finished(self.place, self.queue_id), journaled, self.weather.asked)

    def life(self, terminal: Terminal, doom: Doom) -> Life:
        return Life(terminal, self.memory, self.chance, len(self.place.traces), doom)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "labeler", *arguments]
        try:
            return subprocess.run(
                command,
                env=self.environment,
                cwd=self.home,
                capture_output=True,
                text=True,
                timeout=_COMMAND_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            told = b"\n".join(filter(None, (error.stdout, error.stderr))).decode(errors="replace")
            raise AssertionError(f"waited {error.timeout:.0f} s for labeler {' '.join(arguments)}:\n{told}") from None


def run_loop(reviewer: Reviewer, kills: int) -> None:
    """Live and be killed so many times."""
    reviewer.begin()
    reviewer.weather.share = FAULTS
    began = time.monotonic()
    while reviewer.kills < kills:
        reviewer.live(draw_doom(reviewer.chance, reviewer.start_s))
        if reviewer.kills % 25 == 0:
            seconds, memory = round(time.monotonic() - began), reviewer.memory
            told = f"{reviewer.kills} kills, {memory.answers} accepted, {len(memory.surprises)} surprises"
            print(f"{seconds} s, {reviewer.name}: {told}", flush=True)


@dataclass
class Outcome:
    verdict: Verdict
    statuses: Statuses
    reviewers: list[Reviewer]
    verified: list[dict[str, list[object]]]
    seconds: float

    @property
    def holds(self) -> bool:
        reviewers = self.reviewers
        quiet = not any(each.memory.surprises or each.ended_by_itself for each in reviewers)
        holds = self.verdict.holds and self.statuses.holds
        return holds and quiet and not any(said["problems"] for said in self.verified)


async def kill_loop(directory: Path, server: MlflowServer, kills: int, traces: int, seed: int) -> Outcome:
    """Two reviewers at one server, each with a program that is killed `kills` / 2 times; then the comparison."""
    place = log_marks(server, traces)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        reviewers = []
        for number, (name, grace) in enumerate((("rhea", 0.2), ("otto", 0.0))):
            weather = Weather(seed + number)
            proxy = await stack.enter_async_context(fault_proxy(server.url))
            proxy.otherwise = weather
            home = directory / name
            home.mkdir()
            (home / "labeler.toml").write_text(CONFIGURATION.format(grace=grace))
            chance, queue_id = random.Random(seed * 100 + number), queue_of_all(place, name)
            reviewers.append(Reviewer(name, home, proxy.url, place, queue_id, weather, chance))
        await asyncio.gather(*(asyncio.to_thread(run_loop, each, kills // 2) for each in reviewers))
        verified = await asyncio.gather(*(asyncio.to_thread(each.finish) for each in reviewers))
    found = assessed(place)
    verdict, statuses = Verdict(), Statuses()
    for each in reviewers:
        statuses += each.statuses()
        mine = [row for row in found if row.reviewer == each.name]
        verdict += judge(each.memory.accepted, each.memory.history, mine)
    return Outcome(verdict, statuses, reviewers, verified, time.monotonic() - began)


def tell(outcome: Outcome) -> None:
    verdict, reviewers = outcome.verdict, outcome.reviewers
    met: Counter[str] = sum((each.weather.met for each in reviewers), Counter())
    print_figures(
        {
            "kills -9": sum(each.kills for each in reviewers),
            "  while it started": sum(each.kills_before_a_screen for each in reviewers),
            "  between a key and its acceptance": sum(each.kills_in_a_key for each in reviewers),
            "  while a write was on its way": sum(each.kills_in_a_write for each in reviewers),
            "keys pressed": sum(each.memory.keys for each in reviewers),
            "accepted (answers, changes, undone, redone)": sum(each.memory.answers for each in reviewers),
            "pressed, never seen, not there": sum(each.memory.unseen for each in reviewers),
            "writes sent": sum(each.weather.writes for each in reviewers),
            "faults met": met.total(),
            **{f"  {name}": count for name, count in sorted(met.items())},
            "answers that stand": verdict.answers,
            "assessments on the server, superseded ones included": verdict.rows,
            "lost": verdict.lost,
            "duplicates": verdict.duplicates,
            "order violations": verdict.order,
            "items of queues finished or opened again": outcome.statuses.items,
            "items that are not as they were left": outcome.statuses.wrong,
            "items finished before their answers": outcome.statuses.early,
            "screens that showed something else than was accepted": sum(len(r.memory.surprises) for r in reviewers),
            "ends other than by a kill": sum(len(each.ended_by_itself) for each in reviewers),
            "problems that labeler verify finds": sum(len(each["problems"]) for each in outcome.verified),
            "minutes": round(outcome.seconds / 60, 1),
        }
    )
    problems = [said for said in outcome.verified if said["problems"]]
    print(*verdict.details, *outcome.statuses.details, *problems, sep="\n", end="")
    for each in reviewers:
        print(*each.memory.surprises, *each.ended_by_itself, sep="\n", end="")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--traces", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-kills-") as folder:
        directory = Path(folder)
        server = MlflowServer(directory)
        server.start()
        try:
            outcome = asyncio.run(kill_loop(directory, server, asked.kills, asked.traces, asked.seed))
            tell(outcome)
        finally:
            server.close()
    return 0 if outcome.holds else 1
