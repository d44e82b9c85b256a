"""From a key to the next trace completely painted, in a real pseudo-terminal with the real program.

``python -m tests.benchmarks.key_to_paint [--keys N] [--items N …]``. The time runs from the write of the key to the
read of the piece after which the document, its header, the worklist and the questions change no more; what tells of
deliveries (the counts in the status line, the fate in the `last` line) may come later. The peers are a bare Textual
app that changes one line, and one that changes a screenful, in a pseudo-terminal of the same size.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.measures import cpu_ms, machine, noise, table
from tests.benchmarks.pseudo_terminal import PseudoTerminal, environment, labeler
from tests.benchmarks.worklists import first_typical, make_store, typical

_QUIET_S = 0.12
_THINKING_S = (0.2, 0.4)
"""Between two keys: longer than the guard against held keys."""


class Figures:
    """A figure a key: ms to the first byte and to the trace painted, CPU ms till then, bytes written."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.painted: list[float] = []
        self.cpu: list[float] = []
        self.bytes: list[float] = []


def press_keys(terminal: PseudoTerminal, key: str, count: int, begin: int) -> Figures:
    """Press `key` so many times, each of which moves on from item `begin` by one."""
    figures = Figures()
    rng = random.Random(count)
    for number in range(begin + 1, begin + count + 1):
        time.sleep(rng.uniform(*_THINKING_S))
        terminal.show(terminal.until_quiet(0.02))
        cpu_before = cpu_ms(terminal.pid)
        pressed = terminal.press(key)
        pieces = terminal.until_quiet(_QUIET_S, first_s=5)
        settling = terminal.settling(pieces, trace_part)
        if not re.search(rf"item {number}/", terminal.lines[0]) or settling is None:
            raise AssertionError(f"{key} did not lead to item {number}:\n" + "\n".join(terminal.lines))
        figures.first.append((pieces[0].at - pressed) * 1000)
        figures.painted.append((settling.at - pressed) * 1000)
        figures.cpu.append(settling.cpu_ms - cpu_before)
        figures.bytes.append(float(sum(len(piece.data) for piece in pieces)))
    return figures


def trace_part(lines: list[str]) -> list[str]:
    """What a screen shows of the trace: everything but the counts, and the line that tells of the last answer."""
    place = re.search(r"item \d+/", lines[0])
    return [place[0] if place else "", *(line for line in lines[1:] if not line.startswith(" last "))]


@contextmanager
def review_of(items: int, home: Path) -> Iterator[PseudoTerminal]:
    """The review in `home` gone on with, its listing taken in again and its first documents prepared."""
    with labeler(home) as terminal:
        terminal.wait_for(rf"item \d+/{items} [\s\S]*● online")
        terminal.until_idle()
        yield terminal


def begin_review(home: Path, items: int) -> None:
    """Take a worklist into the journal, with the real program."""
    (home / "config.toml").write_text('[[questions]]\nname = "helpful"\ninput = "pass_fail"\ncomment = true\n')
    with labeler(home, "review", "-b", f"local:{home / 'store.db'}", "-e", "demo", "-r", "bench") as terminal:
        terminal.wait_for(rf"item 1/{items} ")
        terminal.until_idle()
        terminal.press("q")
        terminal.wait_for_exit()


def measure_bare(what: str, keys: int, home: Path) -> Figures:
    """The bare Textual app."""
    command = [sys.executable, "-m", "tests.benchmarks.bare_app", what]
    variables = environment(home) | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with PseudoTerminal(command, variables, home) as terminal:
        terminal.wait_for("item 1/")
        terminal.until_idle()
        return press_keys(terminal, "j", keys, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    asked = parser.parse_args()
    keys: int = asked.keys
    print(machine())
    noise()
    rows: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        for items in asked.items:
            home = Path(directory) / str(items)
            home.mkdir()
            make_store(home / "store.db", items, first_typical(2 * keys + 700))
            begin_review(home, items)
            with review_of(items, home) as terminal:
                rows[f"{items:,} items, j: moving, no commit"] = press_keys(terminal, "j", keys, 1)
                rows[f"{items:,} items, y: answer, commit, next"] = press_keys(terminal, "y", keys, keys + 1)
            with labeler(home) as terminal:
                terminal.wait_for(rf"item {2 * keys + 1}/{items} ")
                terminal.wait_for(r"Answer \d+\.")
                rows[f"{items:,} items, j: just started, listing"] = press_keys(terminal, "j", 15, 2 * keys + 1)
            rows[f"{items:,} items: bare app, one line"] = measure_bare("line", keys, home)
            rows[f"{items:,} items: bare app, a screenful"] = measure_bare("page", keys, home)
        large = Path(directory) / "large"
        large.mkdir()
        rounds = max(10, keys // 5)
        make_store(large / "store.db", 2 * rounds + 2, lambda number: typical(number) if number % 2 else 1_000_000)
        begin_review(large, 2 * rounds + 2)
        with review_of(2 * rounds + 2, large) as terminal:
            mixed = press_large(terminal, rounds)
        rows["j: to a prepared trace of 1 MB"] = mixed
    noise()
    table("key to first byte", "ms", {name: figures.first for name, figures in rows.items()})
    table("key to trace completely painted", "ms", {name: figures.painted for name, figures in rows.items()})
    table("CPU time till then, all threads", "ms", {name: figures.cpu for name, figures in rows.items()})
    table("bytes written a key", "bytes", {name: figures.bytes for name, figures in rows.items()})


def press_large(terminal: PseudoTerminal, rounds: int) -> Figures:
    """Step from a typical trace to one of 1 MB, `rounds` times, each once everything near is prepared."""
    figures = Figures()
    for number in range(1, 2 * rounds, 2):
        press_keys(terminal, "j", 1, number)
        terminal.until_idle()
        one = press_keys(terminal, "j", 1, number + 1)
        terminal.until_idle()
        figures.first += one.first
        figures.painted += one.painted
        figures.cpu += one.cpu
        figures.bytes += one.bytes
    return figures


if __name__ == "__main__":
    main()
