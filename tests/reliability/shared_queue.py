"""Several real programs at one shared review queue, one killed in the middle: how many items are done twice.

Each reviewer is a terminal and keys: they read an item for 0.5 to 3 s, drawn at random, and label it unless the screen
says that somebody else did. Faster than that, the intervals in which the queue is read are shorter by as much.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from labeler.backends.mlflow.backend import open_backend
from labeler.delivery.listing import listed_traces
from labeler.domain.worklist import ReviewSpec
from tests.desk.at_a_queue import ServedQueue, served_queue
from tests.reliability.figures import print_figures
from tests.reliability.life import NOTHING_LEFT
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

NAMES: Final = ("ana", "sam", "olu")

_PROGRAM: Final = """
import sys
from labeler.delivery import reading_intervals as pace
usual = pace.ReadingIntervals()
pace.USUAL = pace.ReadingIntervals(
    queue_s=usual.queue_s / {faster}, near_end_s=usual.near_end_s / {faster}, rest_share=1, echo_s=0.2, flicker_s=1
)
from labeler.cli.main import main
sys.exit(main())
"""
"""No share of time is kept free of reading: on a busy machine one takes so long that the queue was seldom read."""

_ITEM: Final = re.compile(r"item ([0-9]+)/([0-9]+)")
_ROWS_FROM: Final = 2
_SEEN_WITHIN_S: Final = 20.0
_OF_OURS_S: Final = 2.0
"""What does not run faster: requests, painting, and our own looks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many items for so many reviewers, at `faster` times the pace of people. `aim`: the share done twice at most.

    With `sees_marks` the first reviewer's terminal is so tall that every row of the worklist is in view.
    """

    items: int
    reviewers: int
    aim: float
    faster: int = 1
    seed: int = 0
    sees_marks: bool = True

    @property
    def seen_within_s(self) -> float:
        return _SEEN_WITHIN_S / self.faster + _OF_OURS_S


DOCUMENTED: Final = (Plan(200, 2, 0.04), Plan(200, 3, 0.08, sees_marks=False), Plan(1_000, 2, 0.02, sees_marks=False))


@dataclass
class Reviewer:
    """Somebody at a terminal with so many rows."""

    name: str
    home: Path
    queue: ServedQueue
    plan: Plan
    chance: random.Random
    rows: int
    pressed: int = 0
    is_online: threading.Event = field(default_factory=threading.Event)
    marked_at: dict[int, float] = field(default_factory=dict)
    """When each row was first seen marked as somebody else's, in seconds since the epoch."""
    failure: BaseException | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.home / "data"),
        }

    def open(self) -> Terminal:
        arguments = ("review", "-b", self.queue.server.url, "-q", self.queue.id, "-r", self.name)
        program = (sys.executable, "-c", _PROGRAM.format(faster=self.plan.faster))
        return Terminal(arguments, self.environment, self.home, (120, self.rows), program=program)

    def synced(self) -> dict[str, int]:
        """Deliver what may be left; returns what `sync` counts."""
        command = [sys.executable, "-m", "labeler", "sync", "--json", "-b", self.queue.server.url]
        ended = subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=120, check=False
        )
        counts: dict[str, int] = json.loads(ended.stdout)
        return counts

    def work(self, killed_after: int | None) -> None:
        """Label until nothing is left; after so many items the program is killed, and started again 2 s later."""
        try:
            if killed_after is not None:
                with self.open() as terminal:
                    self._label(terminal, killed_after)
                    terminal.kill()
                time.sleep(2)
            with self.open() as terminal:
                self._label(terminal, self.plan.items * 2)
                assert terminal.leave() == 0
        except BaseException as error:
            self.failure = error

    def _label(self, terminal: Terminal, most: int) -> None:
        terminal.wait_for("● online", seconds=60)
        self.is_online.set()
        for _ in range(most):
            shown = terminal.wait_until(_is_to_be_judged, "a trace", 60)
            here = _ITEM.search(shown)
            self._look(shown)
            time.sleep(self.chance.uniform(0.5, 3) / self.plan.faster)
            read = terminal.text
            self._look(read)
            if NOTHING_LEFT in read:  # also where others did the last items meanwhile
                return
            is_done = "completed this" in read.splitlines()[0]
            terminal.press("o" if is_done else "y")
            self.pressed += not is_done
            self._look(terminal.wait_until(partial(_is_past, here[0] if here else ""), "the next item", 60))

    def _look(self, text: str) -> None:
        if self.rows < self.plan.items:
            return  # rows scroll: which item one shows is not known
        for row, line in enumerate(text.splitlines()[_ROWS_FROM : _ROWS_FROM + self.plan.items]):
            if line[2:3] == "»":
                self.marked_at.setdefault(row, time.time())


@dataclass
class Outcome:
    """What came of it. `late_s` are the seconds after which marks of others' items were on the first screen."""

    plan: Plan
    twice: int
    late_s: list[float]
    wrong: list[str]
    minutes: float

    @property
    def holds(self) -> bool:
        in_time = not self.late_s or max(self.late_s) <= self.plan.seen_within_s
        return not self.wrong and in_time and self.twice <= self.plan.aim * self.plan.items


def label_together(directory: Path, plan: Plan) -> Outcome:
    """Have the reviewers work the queue off; the second one's program is killed after a fifth of the items."""
    (directory / "server").mkdir()
    server = MlflowServer(directory / "server")
    server.start()
    began = time.monotonic()
    try:
        names = NAMES[: plan.reviewers]
        queue = served_queue(plan.items, names, server=server)
        queue.delete_schema("tone")
        reviewers = []
        for number, name in enumerate(names):
            home = directory / name
            home.mkdir()
            (home / "labeler.toml").write_text(f"[delivery]\ngrace = {5 / plan.faster}\n")
            rows = plan.items + 30 if number == 0 and plan.sees_marks else 40
            chance = random.Random(plan.seed * len(NAMES) + number)
            reviewers.append(Reviewer(name, home, queue, plan, chance, rows))
        order = _order_of(queue, names[0])
        _work_together(reviewers)
        twice, late_s, wrong = _compared(queue, reviewers, order)
    finally:
        server.close()
    return Outcome(plan, twice, late_s, wrong, (time.monotonic() - began) / 60)


def _work_together(reviewers: Sequence[Reviewer]) -> None:
    """Have all work at the same time. Raises what failed for one of them."""
    work = [
        threading.Thread(target=each.work, args=(each.plan.items // 5 if number == 1 else None,), daemon=True)
        for number, each in enumerate(reviewers)
    ]
    work[0].start()
    assert reviewers[0].is_online.wait(60)
    for thread in work[1:]:
        thread.start()
    for thread in work:
        thread.join()
    for each in reviewers:
        if each.failure is not None:
            raise each.failure


def _order_of(queue: ServedQueue, reviewer: str) -> list[str]:
    """The traces of a queue in the order of a reviewer's worklist."""

    async def read() -> list[str]:
        backend = await open_backend(queue.server.url)
        spec = ReviewSpec(backend.uri, "", (queue.experiment,), reviewer, queue.id)
        try:
            return [each.summary.id async for page in listed_traces(backend, spec) for each in page]
        finally:
            await backend.close()

    return asyncio.run(read())


def _compared(
    queue: ServedQueue, reviewers: Sequence[Reviewer], order: Sequence[str]
) -> tuple[int, list[float], list[str]]:
    """How many items several people labelled, how late marks were seen, and what is not as it has to be.

    Each item is complete and labelled, each press arrived once, and each mark tells of what another completed.
    """
    wrong = []
    for each in reviewers:
        left = each.synced()
        if left["queued"] or left["parked"] or left["refused"]:
            wrong.append(f"{each.name}: not delivered: {left}")
    items = queue.items()
    said: dict[str, list[dict[str, Any]]] = {trace_id: queue.said(trace_id) for trace_id in items}
    wrong += [f"{trace_id} is {item['status']}" for trace_id, item in items.items() if item["status"] != "COMPLETE"]
    by = {trace_id: Counter(each["source"]["source_id"] for each in told) for trace_id, told in said.items()}
    wrong += [
        f"{trace_id} was labelled by {dict(whose)}" for trace_id, whose in by.items() if set(whose.values()) != {1}
    ]
    for each in reviewers:
        given = sum(each.name in whose for whose in by.values())
        if given < each.pressed - 1:  # what was pressed right before the kill may not have been taken up
            wrong.append(f"{each.name} pressed {each.pressed} answers, and {given} are there")
    first = reviewers[0]
    marked = {order[row]: seen_at for row, seen_at in first.marked_at.items() if row < len(order)}
    wrong += [
        f"{trace_id} was marked as another's" for trace_id in marked if items[trace_id]["completed_by"] == first.name
    ]
    late_s = [seen_at - items[each]["completed_time_ms"] / 1000 for each, seen_at in marked.items()]
    return sum(len(whose) > 1 for whose in by.values()), late_s, wrong


def _is_to_be_judged(text: str) -> bool:
    """Whether a trace is on the screen, or none is left."""
    return NOTHING_LEFT in text or (_ITEM.search(text) is not None and "Loading" not in text)


def _is_past(item: str, text: str) -> bool:
    """Whether the screen shows another item than this one, or says that there is none."""
    return NOTHING_LEFT in text or item not in text.splitlines()[0]


def tell(outcome: Outcome) -> None:
    plan = outcome.plan
    marks: dict[str, object] = {}
    if outcome.late_s:
        marks = {
            "marks of others' items seen": len(outcome.late_s),
            "the latest after, s": f"{max(outcome.late_s):.1f}",
        }
    print_figures(
        {
            "items": plan.items,
            "reviewers": plan.reviewers,
            "done by more than one": f"{outcome.twice} ({outcome.twice / plan.items:.1%}; aim {plan.aim:.0%})",
            "not as it has to be": len(outcome.wrong),
            **marks,
            "minutes": round(outcome.minutes, 1),
        }
    )
    print(*outcome.wrong, sep="\n", end="", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability shared-queue", description=__doc__)
    parser.add_argument("--faster", type=int, default=1, help="than people read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, choices=range(1, len(DOCUMENTED) + 1), help="one of the documented plans")
    asked = parser.parse_args(arguments)
    plans = DOCUMENTED if asked.only is None else (DOCUMENTED[asked.only - 1],)
    holds = True
    for each in plans:
        with tempfile.TemporaryDirectory(prefix="labeler-shared-") as folder:
            plan = Plan(each.items, each.reviewers, each.aim, asked.faster, asked.seed, each.sees_marks)
            outcome = label_together(Path(os.path.realpath(folder)), plan)
            tell(outcome)
            holds = holds and outcome.holds
    return 0 if holds else 1
