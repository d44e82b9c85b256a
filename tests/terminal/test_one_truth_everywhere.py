"""One trace in a queue, a search, by its ID and in a file of IDs, on two machines: after each step all show the same.

What is done in between is done on either machine, and on MLflow's own page in a browser.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.browser import a_browser
from tests.desk.at_a_queue import ServedQueue, served_queue
from tests.servers.mlflow_page import USER, TracePage
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.slow

WAYS: Final = ("queue", "search", "ID", "file of IDs")


@dataclass(frozen=True)
class Machine:
    """A computer of the reviewer's, with a journal of its own."""

    home: Path
    queue: ServedQueue

    @contextmanager
    def review(self, way: str) -> Iterator[Terminal]:
        """Open a worklist at the trace, its first."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.home / "data"),
            "MLFLOW_TRACKING_URI": self.queue.server.url,
        }
        with Terminal(["review", "-r", USER, *self._words(way)], environment, self.home) as terminal:
            terminal.wait_for("● online", "line ", "helpful", seconds=90)
            terminal.press("g")
            terminal.wait_for("item 1/", "line ")
            yield terminal
            terminal.press("q")
            assert terminal.wait_for_exit() == 0

    def _words(self, way: str) -> list[str]:
        experiment, trace_id = self.queue.experiment, self.queue.trace_ids[0]
        match way:
            case "queue":
                return ["-e", experiment, "-q", self.queue.id, "--all"]
            case "search":
                return ["-e", experiment, "--all", "--order-by", "timestamp_ms ASC"]
            case "ID":
                return [trace_id]
            case _:
                return (self.home / "ids.txt").read_text().split()

    def shows(self, way: str, answer: str) -> str:
        """Open a worklist, wait until it shows an answer to the question, and return what else it says of it."""
        with self.review(way) as terminal:
            screen = terminal.wait_until(lambda text: answer in _asked(text), f"{answer} in the {way}", seconds=60)
            return re.sub(r" {2,}", "  ", _asked(screen).partition(answer)[2])


def _asked(screen: str) -> str:
    """The line of the panel that asks the question."""
    return next((line for line in screen.splitlines() if re.search(r"^ [› ] ?helpful", line)), "")


def test_a_trace_shows_the_same_in_every_worklist_on_two_machines_and_on_the_servers_own_page(tmp_path: Path) -> None:
    queue = served_queue(1, more=1)
    trace_id = queue.trace_ids[0]
    machines = []
    for name in ("desk", "laptop"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ids.txt").write_text("\n".join(queue.trace_ids))
        machines.append(Machine(tmp_path / name, queue))
    desk, laptop = machines

    def everywhere(answer: str) -> None:
        """Every worklist on both machines shows this answer, and says the same of it, and only it stands."""
        with ThreadPoolExecutor(2) as both:
            told = list(both.map(lambda machine: [machine.shows(way, answer) for way in WAYS], machines))
        assert {each.replace("✓ delivered", "").strip() for shown in told for each in shown} <= {"", "n/2 No", "n No"}
        standing = [each for each in queue.said(trace_id) if each["valid"] and each["assessment_name"] == "helpful"]
        assert [each["feedback"]["value"] for each in standing] == [answer == "[y Yes]"]

    with a_browser() as browser:
        page = TracePage(browser, queue.server, queue.experiment, trace_id)
        page.answer("helpful", value=True)
        everywhere("[y Yes]")
        with desk.review("search") as terminal:
            terminal.press("n")
            terminal.wait_for("[n No]")
        everywhere("[n No]")
        page.change(value=True)
        everywhere("[y Yes]")
        with laptop.review("ID") as terminal:
            terminal.press("n")
            terminal.wait_for("[n No]")
        everywhere("[n No]")
