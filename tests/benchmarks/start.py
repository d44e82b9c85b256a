"""From the start of the program to the first trace on the screen, ready to be labelled, out of the cache.

``python -m tests.benchmarks.start [--runs N] [--items N]``. A review is begun and left once; then, turn by turn, it
is gone on with (bare ``labeler``), a bare Textual app is started, and ``labeler --version`` runs beside bare Python.
After the last start the first key is an answer, so that the figure is for a screen that takes labels. What the other
commands take is told by ``tests.benchmarks.startup``.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from compileall import compile_dir
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.key_to_paint import begin_review
from tests.benchmarks.measures import machine, noise, table
from tests.benchmarks.pseudo_terminal import PseudoTerminal, environment, labeler
from tests.benchmarks.worklists import first_typical, make_store

_REPOSITORY = Path(__file__).parents[2]

_A_HAND_S = 0.4
"""Seconds before somebody answers what has just appeared; a key that comes sooner than the guard allows is ignored."""


class Start(NamedTuple):
    """Milliseconds by the clock, and of CPU time of all threads, until something was on the screen."""

    wall: float
    cpu: float


def until_shown(terminal: PseudoTerminal, pattern: str) -> Start:
    """How long the program took to bring something on the screen."""
    wanted = re.compile(pattern)
    while (piece := terminal.read(30)) is not None:
        terminal.show([piece])
        if wanted.search("\n".join(terminal.lines)):
            return Start((piece.at - terminal.started) * 1000, piece.cpu_ms)
    raise TimeoutError(f"{pattern!r} did not come:\n" + "\n".join(terminal.lines))


def start_review(home: Path, *, answer: bool) -> Start:
    """Go on with the review; `answer`: and see that it takes a label."""
    with labeler(home) as terminal:
        start = until_shown(terminal, r"Answer \d+\.")
        if answer:
            time.sleep(_A_HAND_S)
            terminal.press("y")
            terminal.wait_for("mine 1 ", seconds=10)
            terminal.press("q")
            terminal.wait_for_exit()
        return start


def start_bare(home: Path) -> Start:
    """The bare Textual app."""
    command = [sys.executable, "-m", "tests.benchmarks.bare_app", "line"]
    with PseudoTerminal(command, environment(home) | {"PYTHONPATH": str(_REPOSITORY)}, home) as terminal:
        return until_shown(terminal, "item 1/")


def run_to_end(home: Path, *arguments: str) -> Start:
    """A program without a screen."""
    began = time.perf_counter()
    program = subprocess.Popen([sys.executable, *arguments], env=environment(home), stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(program.pid, 0)
    return Start((time.perf_counter() - began) * 1000, (used.ru_utime + used.ru_stime) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--items", type=int, default=10_000)
    asked = parser.parse_args()
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        home = Path(directory)
        make_store(home / "store.db", asked.items, first_typical(1_000))
        begin_review(home, asked.items)
        title = f"labeler, {asked.items:,} items: first trace"
        rows: dict[str, list[Start]] = {
            title: [],
            "bare Textual app: first paint": [],
            "labeler --version": [],
            "python -c pass": [],
        }
        compile_dir(_REPOSITORY / "labeler", quiet=1)  # as an installer does; else each start may compile anew
        for run in range(asked.runs):
            rows[title].append(start_review(home, answer=run == asked.runs - 1))
            rows["bare Textual app: first paint"].append(start_bare(home))
            rows["labeler --version"].append(run_to_end(home, "-m", "labeler", "--version"))
            rows["python -c pass"].append(run_to_end(home, "-c", "pass"))
    noise()
    table("by the clock", "ms", {name: [start.wall for start in starts] for name, starts in rows.items()})
    table("CPU time", "ms", {name: [start.cpu for start in starts] for name, starts in rows.items()})


if __name__ == "__main__":
    main()
