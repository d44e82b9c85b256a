"""The server restored from an older backup, again and again; `labeler verify --resend` brings back what it lost."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.reliability.eyes import CONFIGURATION
from tests.reliability.figures import print_figures
from tests.reliability.kills import Reviewer
from tests.reliability.life import Doom
from tests.reliability.place import Place, assessed, finished, log_marks, queue_of_all
from tests.reliability.statuses import Statuses
from tests.reliability.taken import leave
from tests.reliability.verdict import Verdict, judge
from tests.reliability.weather import Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

BACKUPS: Final = 3
"""How many of the latest backups are kept; any of them may be the one that is restored."""

RESTARTS: Final = 0.2
"""The share of restores for which the server is stopped and started again, which takes longer than all the rest."""

PATIENCE_S: Final = 300
"""Seconds for delivery to end. A request that was cut off may be asked about again only after two minutes."""


@dataclass
class Restoring:
    """A reviewer at a server that is backed up and restored."""

    reviewer: Reviewer
    server: MlflowServer
    backups: list[Path] = field(default_factory=list)
    restores: int = 0
    restarts: int = 0
    restores_beside_a_screen: int = 0
    missing: int = 0
    """Problems that `verify` found after restores, before anything was sent again."""
    left_over: list[str] = field(default_factory=list)
    """What `verify` still found after everything was sent again."""

    def live_and_restore(self) -> None:
        """Work, have the server backed up, work on, restore it, and send again what it has lost."""
        reviewer, chance = self.reviewer, self.reviewer.chance
        self._back_up()
        with Terminal((), reviewer.environment, reviewer.home) as terminal:
            life = reviewer.life(terminal, Doom(working_s=chance.uniform(1.5, 4.0)))
            life.live()
            if is_beside := chance.random() < 0.5:
                self._restore()
                self._send_again()
            leave(terminal)
        if not is_beside:
            if chance.random() < 0.7:
                reviewer.run("sync")
            self._restore()
            self._send_again()
        self.restores += 1
        self.restores_beside_a_screen += is_beside

    def _back_up(self) -> None:
        backup = self.server.directory / f"backup-{time.monotonic_ns()}.db"
        with closing(sqlite3.connect(self._database)) as source, closing(sqlite3.connect(backup)) as copy:
            source.backup(copy)
        self.backups.append(backup)
        for old in self.backups[:-BACKUPS]:
            old.unlink()
        del self.backups[:-BACKUPS]

    def _restore(self) -> None:
        """Put one of the backups in place: into the database of the running server, or while the server is down."""
        chosen = self.reviewer.chance.randrange(len(self.backups))
        if self.reviewer.chance.random() < RESTARTS:
            self.server.kill()
            for suffix in ("-wal", "-shm", "-journal"):
                Path(f"{self._database}{suffix}").unlink(missing_ok=True)
            shutil.copy(self.backups[chosen], self._database)
            self.server.start()
            self.restarts += 1
        else:
            with closing(sqlite3.connect(self.backups[chosen])) as source, closing(self._connected()) as database:
                source.backup(database)
        for newer in self.backups[chosen + 1 :]:
            newer.unlink()
        del self.backups[chosen + 1 :]

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._database, timeout=60)

    def _send_again(self) -> None:
        self._deliver()
        self.missing += len(self._problems())
        resent = self.reviewer.run("verify", "--resend", "--yes")
        self._deliver()
        for problem in self._problems():
            self.left_over.append(f"{problem} after verify --resend said {resent.stdout} {resent.stderr}")

    def _deliver(self) -> None:
        """Deliver all but what the screen beside still holds; a retraction that a killed server cut off takes long."""
        give_up = time.monotonic() + PATIENCE_S
        while (synced := self.reviewer.run("sync", "--json")).returncode == 75:
            queued = json.loads(synced.stdout)["queued"]
            if f"{queued} queued: on an item that a running labeler has open" in synced.stderr:
                return
            if time.monotonic() > give_up:
                waiting = self.reviewer.run("outbox", "list", "--json").stdout
                raise AssertionError(f"labeler sync does not end: {synced.stdout} {synced.stderr} {waiting}")
            time.sleep(2)

    def _problems(self) -> list[dict[str, Any]]:
        said: dict[str, list[dict[str, Any]]] = json.loads(self.reviewer.run("verify", "--json").stdout)
        return said["problems"]

    @property
    def _database(self) -> Path:
        return self.server.directory / "mlflow.db"


@dataclass
class Outcome:
    verdict: Verdict
    restoring: Restoring
    wrong_items: Statuses
    seconds: float

    @property
    def holds(self) -> bool:
        quiet = not (self.restoring.left_over or self.restoring.reviewer.memory.surprises)
        return self.verdict.holds and quiet and not self.wrong_items.wrong


async def restore_loop(directory: Path, server: MlflowServer, restores: int, traces: int, seed: int) -> Outcome:
    """One reviewer; the server is restored `restores` times. Then the comparison."""
    place = log_marks(server, traces)
    began = time.monotonic()
    async with fault_proxy(server.url) as proxy:
        weather = Weather(seed)  # fair: after a broken exchange a retraction waits two minutes, as other runs show
        proxy.otherwise = weather
        home = directory / "rhea"
        home.mkdir()
        (home / "labeler.toml").write_text(CONFIGURATION.format(grace=0.2))
        reviewer = Reviewer(
            "rhea", home, proxy.url, place, queue_of_all(place, "rhea"), weather, random.Random(seed * 100)
        )
        restoring = Restoring(reviewer, server)
        await asyncio.to_thread(_run, restoring, restores)
        await asyncio.to_thread(reviewer.finish)
    memory = reviewer.memory
    verdict = judge(memory.accepted, memory.history, assessed(place))
    return Outcome(verdict, restoring, _wrong_items(place, reviewer), time.monotonic() - began)


def _run(restoring: Restoring, restores: int) -> None:
    restoring.reviewer.begin()
    began = time.monotonic()
    for number in range(1, restores + 1):
        restoring.live_and_restore()
        if number % 5 == 0:
            told = f"{restoring.missing} differences found, {len(restoring.left_over)} left"
            print(f"{time.monotonic() - began:.0f} s: {number} restores, {told}", flush=True)


def _wrong_items(place: Place, reviewer: Reviewer) -> Statuses:
    """Items that are not as the journal says that they were left; the order of requests says nothing here."""
    reviewer.weather.asked.clear()
    statuses = reviewer.statuses()
    assert finished(place, reviewer.queue_id)
    return statuses


def tell(outcome: Outcome) -> None:
    verdict, restoring = outcome.verdict, outcome.restoring
    memory = restoring.reviewer.memory
    print_figures(
        {
            "restores": restoring.restores,
            "  with the server down for it": restoring.restarts,
            "  beside a running screen": restoring.restores_beside_a_screen,
            "differences that verify found": restoring.missing,
            "differences left after verify --resend and sync": len(restoring.left_over),
            "keys pressed": memory.keys,
            "accepted (answers, changes, undone, redone)": memory.answers,
            "answers that stand": verdict.answers,
            "assessments on the server, superseded ones included": verdict.rows,
            "lost": verdict.lost,
            "duplicates": verdict.duplicates,
            "order violations": verdict.order,
            "items that are not as they were left": outcome.wrong_items.wrong,
            "screens that showed something else than was accepted": len(memory.surprises),
            "minutes": round(outcome.seconds / 60, 1),
        }
    )
    print(*verdict.details, *outcome.wrong_items.details, *restoring.left_over, *memory.surprises, sep="\n")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability restored", description=__doc__)
    parser.add_argument("--restores", type=int, default=100)
    parser.add_argument("--traces", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-restored-") as folder:
        directory = Path(folder)
        server = MlflowServer(directory)
        server.start()
        try:
            outcome = asyncio.run(restore_loop(directory, server, asked.restores, asked.traces, asked.seed))
            tell(outcome)
        finally:
            server.close()
    return 0 if outcome.holds else 1
