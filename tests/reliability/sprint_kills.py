"""``sprint-kills``: `labeler sprint create` killed at random moments and run again; and two of them at once.

Each time another sprint of the same traces, people and seed, with a question that is new, a guide and calibration:
`kill -9` at a moment drawn from the time that an uninterrupted run takes, perhaps twice, then the same command until it
ends. What is there then (plan, guide, questions, queues, who has which items) is compared with what the uninterrupted
run made. Then two at once: one lead twice, and two leads, of whom one has to win and the other to be told.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reliability.figures import print_figures
from tests.reliability.sprint import environment_of
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import LEAD, SprintExperiment

PEOPLE = tuple(f"{name}@x.io" for name in ("ana", "bo", "cem", "dee", "eli"))
OTHER_LEAD = "maria@x.io"
_SAID_TO_LOSERS = ("Nothing was changed", "at the same moment", "changed by somebody else meanwhile")


@dataclass(slots=True)
class Outcome:
    """What a run came to. `states` counts in which state the plan was found after a kill ("none" before it)."""

    kills: int = 0
    states: Counter[str] = field(default_factory=Counter)
    races: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.wrong


class Making:
    """Makes sprints of one experiment, each of its own name and with a question of its own."""

    def __init__(self, server: MlflowServer, home: Path, traces: int) -> None:
        self.experiment = SprintExperiment(traces, server)
        self.home = home
        (home / "guide.md").write_text("# How to judge\n\nWrong is what a customer would come back for.\n")

    def start(self, name: str, lead: str = LEAD) -> subprocess.Popen[str]:
        """Start to make a sprint."""
        directory = self.home / lead
        directory.mkdir(exist_ok=True)
        asked = "[[questions]]\nname = 'correct'\ninput = 'pass_fail'\npositive = 'Correct'\nnegative = 'Wrong'\n\n"
        asked += f"[[questions]]\nname = 'tone of {name}'\ninput = 'categorical'\noptions = ['kind', 'rude']\n"
        (directory / f"{name}.toml").write_text(asked)
        command = [sys.executable, "-m", "labeler", "sprint", "create", name, "--reviewers", ",".join(PEOPLE)]
        command += ["--overlap", "2", "--seed", "7", "--calibrate", "3", "--questions", f"{name}.toml"]
        command += ["--guide", str(self.home / "guide.md"), "--yes", "-b", self.experiment.server.url]
        command += ["-e", self.experiment.id]
        return subprocess.Popen(
            command,
            env={**environment_of(directory), "LABELER_REVIEWER": lead},
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def made(self, name: str) -> dict[str, Any]:
        """What there is of a sprint, without what is another each time: IDs, times, revisions and its name."""
        slug = name.lower()
        tags, queues = self.experiment.tags, self.experiment.queues
        plan = self.experiment.plan(slug)
        ours = {each: queue for each, queue in queues.items() if each.startswith(f"{name} · ")}
        ids = {queue["queue_id"]: each.removeprefix(f"{name} · ") for each, queue in ours.items()}
        asked = {each["schema_id"]: each["name"].removesuffix(name) for each in plan["questions"]}
        kept = {key: plan[key] for key in plan.keys() - {"name", "slug", "rev", "opened_at", "adjudication_queue"}}
        return kept | {
            "queues": {ids.get(queue): who for queue, who in plan["queues"].items()},
            "adjudication": ids.get(plan["adjudication_queue"]),
            "questions": [(each["name"].removesuffix(name), each["level"]) for each in plan["questions"]],
            "guide": tags.get(f"labeler.sprint.{slug}.guide"),
            "in MLflow": {
                ids[queue["queue_id"]]: (
                    queue["users"],
                    sorted(asked[each] for each in queue.get("schema_ids", [])),
                    sorted(self.experiment.items(each)),
                )
                for each, queue in ours.items()
            },
        }

    def state(self, name: str) -> str:
        """In which state the plan of a sprint is."""
        tag = f"labeler.sprint.{name.lower()}"
        return str(self.experiment.plan(name.lower())["state"]) if tag in self.experiment.tags else "none"


def run(server: MlflowServer, home: Path, kills: int, races: int, seed: int = 1, traces: int = 40) -> Outcome:
    """Kill `create` so many times, and have two of them at once so many times, each in both ways."""
    chance, outcome = random.Random(seed), Outcome()
    making = Making(server, home, traces)
    began = time.monotonic()
    whole = making.start("Whole")
    assert whole.communicate()[1] is not None
    assert whole.returncode == 0
    takes_s = time.monotonic() - began
    expected = making.made("Whole")
    while outcome.kills < kills:
        name = f"Killed{outcome.kills}"
        for _ in range(chance.choice((1, 1, 2))):
            doomed = making.start(name)
            try:
                doomed.communicate(timeout=chance.uniform(0.1, 1.0) * takes_s)
            except subprocess.TimeoutExpired:
                doomed.kill()
                doomed.communicate()
                outcome.kills += 1
                outcome.states[making.state(name)] += 1
        again = making.start(name)
        _, said = again.communicate(timeout=120)
        if again.returncode != 0:
            outcome.wrong.append(f"{name}: run again it ended with {again.returncode}: {said}")
        elif (found := making.made(name)) != expected:
            unlike = [key for key in expected.keys() | found.keys() if found.get(key) != expected.get(key)]
            outcome.wrong.append(f"{name}: {', '.join(f'{key}: {found.get(key)}' for key in sorted(unlike))}")
    for number in range(races):
        for leads in ((LEAD, LEAD), (LEAD, OTHER_LEAD)):
            _race(making, f"Race{number}{'ab'[leads[1] == OTHER_LEAD]}", leads, expected, outcome)
    return outcome


def _race(making: Making, name: str, leads: tuple[str, str], expected: dict[str, Any], outcome: Outcome) -> None:
    both = [making.start(name, lead) for lead in leads]
    said = [each.communicate(timeout=120)[1] for each in both]
    codes = [each.returncode for each in both]
    outcome.races += 1
    if 0 not in codes or (leads[0] != leads[1] and sorted(codes) != [0, 2]):
        outcome.wrong.append(f"{name} by {leads}: {codes}, {said}")
        return
    for code, text in zip(codes, said, strict=True):
        if code != 0 and not any(words in text for words in _SAID_TO_LOSERS):
            outcome.wrong.append(f"{name} by {leads}: who came second was told {text}")
    winner = leads[codes.index(0)]
    again = making.start(name, winner)
    _, text = again.communicate(timeout=120)
    wanted = expected | {"created_by": winner}
    wanted["in MLflow"] = expected["in MLflow"] | {"adjudication": ([winner], [], [])}
    if again.returncode != 0 or making.made(name) != wanted:
        outcome.wrong.append(f"{name} by {leads}: {again.returncode} {text} {making.made(name)}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability sprint-kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--races", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-sprint-kills-") as directory:
        home = Path(directory)
        server = MlflowServer(home)
        try:
            server.start()
            outcome = run(server, home, asked.kills, asked.races, asked.seed)
        finally:
            server.close()
    print_figures(
        {
            "kills": outcome.kills,
            **{f"kills with the plan {state}": count for state, count in sorted(outcome.states.items())},
            "two at once": outcome.races,
            "ends unlike an uninterrupted run's": len(outcome.wrong),
        }
    )
    print(*outcome.wrong[:20], sep="\n", flush=True)
    return 0 if outcome.holds else 1
