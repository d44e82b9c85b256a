"""``sprint``: eight real programs label a sprint while its lead watches; every figure is recomputed from the rows.

`labeler sprint create` makes the sprint on a real server; each reviewer is the real program in a pseudo-terminal of its
own, at which keys are pressed until their queue is done. `labeler sprint status --watch` runs beside them. Now and then
all programs are stopped (SIGSTOP) until nothing is on its way, and each figure of `status --json` is compared with what
``tests.reliability.sprint_rows`` computes from the server's database; at the end once more, with the last screen of the
one that watched.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.figures import print_figures
from tests.reliability.sprint_rows import differences, expected_status
from tests.servers.filling import create_schema
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import SprintExperiment

NAME, SLUG = "Autumn 2026", "autumn-2026"
PEOPLE = tuple(f"{name}@x.io" for name in ("ana", "bo", "cem", "dee", "eli", "fay", "gus", "hal"))
QUALITY = {"numeric": {"min_value": 1, "max_value": 5}}
_HEAD = re.compile(r"([\d,]+) of ([\d,]+) labels")
_STILL_S = 1.5
"""Nothing new in the database for so long: what the stopped programs had sent has been taken in."""


@dataclass(frozen=True)
class Size:
    """How large a run is. `looks` are the times at which all figures are compared before the end. With `quality` two
    questions are asked, else one. `pace_s` is the time between two keys.
    """

    traces: int = 1_000
    overlap: int = 3
    looks: int = 4
    pace_s: float = 0.35
    give_up_s: float = 3_000
    quality: bool = False
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    """What a run came to. `heads` are how many labels the one that watched showed, one after another."""

    labels: int = 0
    rows: int = 0
    places: int = 0
    done_at_looks: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.wrong and self.labels == self.places > 0


class Reviewer:
    """The real program in a terminal that nobody looks at: keys are pressed, and what it paints is thrown away."""

    def __init__(self, who: str, url: str, home: Path, chance: random.Random, size: Size) -> None:
        self.who = who
        self._chance, self._size = chance, size
        self._ended = threading.Event()
        self._may_press = threading.Event()
        self._may_press.set()
        home.mkdir()
        environment = environment_of(home) | {"TERM": "xterm-256color", "LABELER_REVIEWER": who}
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            arguments = [sys.executable, "-m", "labeler", "review", "-b", url, "-q", NAME]
            os.execvpe(arguments[0], arguments, environment)
        os.set_inheritable(self._terminal, False)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._press)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the program where it is, between any two instructions."""
        self._may_press.clear()
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self._may_press.set()

    def leave(self) -> int:
        """Press `q` until the program ends; its exit code, and -1 for one that had to be killed."""
        self._ended.set()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            self._write("q")
            time.sleep(1.5)
        self.kill()
        return -1

    def kill(self) -> None:
        self._ended.set()
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def _press(self) -> None:
        """Answer as somebody does who knows the truth of most items, and not of some."""
        while not self._ended.wait(self._chance.uniform(0.5, 1.5) * self._size.pace_s):
            self._may_press.wait()
            self._write("y" if self._chance.random() < 0.7 else "n")
            if self._size.quality and not self._ended.wait(0.1):
                self._write(str(self._chance.choice((3, 4, 4, 5))))

    def _write(self, keys: str) -> None:
        try:
            os.write(self._terminal, keys.encode())
        except OSError:
            self._ended.set()

    def _read(self) -> None:
        try:
            while os.read(self._terminal, 1 << 16):
                pass
        except OSError:  # how a terminal ends
            return


class Watching:
    """`labeler sprint status --watch` beside them, and what it printed."""

    def __init__(self, experiment: SprintExperiment, home: Path) -> None:
        home.mkdir()
        command = [sys.executable, "-m", "labeler", "sprint", "status", NAME, "--watch", "5"]
        command += ["-b", experiment.server.url, "-e", experiment.id]
        self.text = ""
        self._process = subprocess.Popen(command, env=environment_of(home), cwd=home, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def heads(self) -> list[int]:
        """How many labels each of its screens showed."""
        return [int(done.replace(",", "")) for done, _ in _HEAD.findall(self.text)]

    def end(self) -> int:
        """Interrupt it; its exit code."""
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(30)
        finally:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.text += line.decode()


def run(server: MlflowServer, size: Size, directory: Path) -> Outcome:
    """One run against a running server on SQLite."""
    experiment = SprintExperiment(size.traces, server)
    if size.quality:
        create_schema(server, experiment.id, "quality", QUALITY)
    lead = directory / "lead"
    lead.mkdir()
    status(
        experiment, lead, "create", NAME, "--reviewers", ",".join(PEOPLE), "--overlap", str(size.overlap),
        "--seed", str(size.seed), "--yes",
    )  # fmt: skip
    rows = Rows(server, experiment)
    outcome = Outcome(places=rows.count("PENDING"))
    began = time.monotonic()
    with ExitStack() as opened:
        watching = Watching(experiment, directory / "watching")
        opened.callback(watching.kill)
        reviewers: list[Reviewer] = []
        for who in PEOPLE:
            reviewers.append(Reviewer(who, server.url, directory / who, random.Random(f"{size.seed} {who}"), size))
            opened.callback(reviewers[-1].kill)
        for look in range(1, size.looks + 1):
            wait_until_done(rows, outcome.places * look // (size.looks + 1), began + size.give_up_s)
            for each in reviewers:
                each.stop()
            rows.wait_until_still()
            compare(experiment, lead, f"look {look}", outcome)
            for each in reviewers:
                each.go_on()
        wait_until_done(rows, outcome.places, began + size.give_up_s)
        outcome.wrong += [f"{each.who}'s program ended with {code}" for each in reviewers if (code := each.leave())]
        outcome.seconds = time.monotonic() - began
        rows.wait_until_still()
        compare(experiment, lead, "the end", outcome)
        see_the_end(watching, outcome)
    outcome.labels, outcome.rows = rows.count("COMPLETE"), rows.labels()
    questions = 2 if size.quality else 1
    if outcome.rows != questions * outcome.places:
        outcome.wrong.append(f"{outcome.rows} labels in the database, of {questions * outcome.places}")
    return outcome


def see_the_end(watching: Watching, outcome: Outcome) -> None:
    """Let the one that watches show the end, and compare what it showed."""
    deadline = time.monotonic() + 60
    while (not watching.heads or watching.heads[-1] < outcome.places) and time.monotonic() < deadline:
        time.sleep(0.5)
    code = watching.end()
    outcome.heads = watching.heads
    if code != 130:
        outcome.wrong.append(f"what watched ended with {code}")
    if outcome.heads != sorted(outcome.heads) or outcome.heads[-1:] != [outcome.places]:
        outcome.wrong.append(f"what watched showed {outcome.heads}")


def compare(experiment: SprintExperiment, lead: Path, when: str, outcome: Outcome) -> None:
    """Compare every figure of `status --json` with the rows."""
    told = json.loads(status(experiment, lead, "status", NAME, "--json"))
    expected = expected_status(_database(experiment.server), experiment.id, SLUG)
    outcome.done_at_looks.append(expected["labels"]["done"])
    outcome.wrong += [f"{when}: {line}" for line in differences(told, expected)]


def status(experiment: SprintExperiment, home: Path, *arguments: str) -> str:
    """What `labeler sprint` prints."""
    command = [sys.executable, "-m", "labeler", "sprint", *arguments, "-b", experiment.server.url, "-e", experiment.id]
    ended = subprocess.run(
        command, env=environment_of(home), cwd=home, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


class Rows:
    """The rows of a sprint's queues and labels in the server's database."""

    def __init__(self, server: MlflowServer, experiment: SprintExperiment) -> None:
        self._database = _database(server)
        self._queues = tuple(experiment.plan(SLUG)["queues"])

    def count(self, state: str) -> int:
        """How many items of the sprint are in a state."""
        marks = ", ".join("?" * len(self._queues))
        return self._one(
            f"SELECT count(*) FROM review_queue_items WHERE upper(status) = ? AND queue_id IN ({marks})",
            state,
            *self._queues,
        )

    def labels(self) -> int:
        """How many labels there are, superseded ones left out."""
        marks = ", ".join("?" * len(self._queues))
        return self._one(
            "SELECT count(*) FROM assessments WHERE valid AND"
            f" json_extract(assessment_metadata, '$.\"labeler.queue\"') IN ({marks})",
            *self._queues,
        )

    def wait_until_still(self) -> None:
        """Wait until nothing comes any more."""
        last, since = (-1, -1), time.monotonic()
        while time.monotonic() - since < _STILL_S:
            now = (self.count("COMPLETE"), self.labels())
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.2)

    def _one(self, query: str, *values: str) -> int:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=60)) as database:
            [(count,)] = database.execute(query, values)
        return int(count)


def wait_until_done(rows: Rows, items: int, deadline: float) -> None:
    """Wait until so many items are complete."""
    while (done := rows.count("COMPLETE")) < items:
        assert time.monotonic() < deadline, f"{done} of {items} items after that time"
        time.sleep(0.3)


def environment_of(home: Path) -> dict[str, str]:
    """A machine of its own."""
    kept = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LABELER_DATA_DIR": str(home / "data"),
        "LABELER_REVIEWER": "lead@x.io",
    }


def _database(server: MlflowServer) -> Path:
    return Path(server.store.removeprefix("sqlite:///"))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability sprint", description=__doc__)
    parser.add_argument("--traces", type=int, default=Size.traces)
    parser.add_argument("--overlap", type=int, default=Size.overlap)
    parser.add_argument("--looks", type=int, default=Size.looks, help="times at which all figures are compared")
    parser.add_argument("--pace", type=float, default=Size.pace_s, help="seconds between two keys")
    parser.add_argument("--quality", action="store_true", help="ask a second question")
    parser.add_argument("--seed", type=int, default=Size.seed)
    asked = parser.parse_args(arguments)
    size = Size(asked.traces, asked.overlap, asked.looks, asked.pace, quality=asked.quality, seed=asked.seed)
    with tempfile.TemporaryDirectory(prefix="labeler-sprint-") as directory:
        home = Path(directory)
        server = MlflowServer(home)
        try:
            server.start()
            outcome = run(server, size, home)
        finally:
            server.close()
    print_figures(
        {
            "reviewers, real programs": len(PEOPLE),
            "places in their queues": outcome.places,
            "finished": outcome.labels,
            "labels in the database": outcome.rows,
            "seconds": f"{outcome.seconds:.0f}",
            "labels done when all figures were compared": " ".join(map(str, outcome.done_at_looks)),
            "screens of the one that watched": len(outcome.heads),
            "figures that differ": len(outcome.wrong),
        }
    )
    print(*outcome.wrong[:20], sep="\n", flush=True)
    return 0 if outcome.holds else 1
