"""``outage``: the server goes away, 20,000 answers are given to 10,000 items meanwhile, the server comes back.

The worklist is taken in by the real program while the server is there. The answers are given at the real desk on the
journal that the program made, some of them changed later, without a screen: nobody types 20,000. Then the real program
is started in a pseudo-terminal, beside the same start when nothing was queued, ``labeler outbox list`` and
``labeler sync`` run as they are typed, and what the server has is compared with what was given. Memory is the peak of
the resident set.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk, remembered_questions
from labeler.journal.async_journal import AsyncJournal
from labeler.review.action import Action, GoTo, SetAnswer, Submit
from labeler.review.decision import Refusal
from labeler.review.state import Rules
from tests.benchmarks.measures import machine, median, noise, table
from tests.benchmarks.pseudo_terminal import environment, labeler
from tests.benchmarks.start import Start, until_shown
from tests.reliability.figures import print_figures
from tests.reliability.place import Place, assessed, log_marks
from tests.reliability.verdict import Cell, Said, Verdict, judge
from tests.servers.mlflow_server import MlflowServer

REVIEWER = "week"
_CONFIGURATION = """
[[questions]]
name = "is_helpful"
input = "pass_fail"

[[questions]]
name = "quality"
input = "numeric"
min = 1
max = 5
"""
_TRACE_SHOWN = r"Sign \d{4} is a light\."
_PROGRAM_AT_MOST_S = 3_600.0
_CHANGED_EVERY = 10
"""Items between two changes of an earlier answer."""
_TRACE_EVERY_S, _HOURS_A_DAY, _DAYS, _ANSWERS_A_TRACE = 20, 6, 5, 2
"""A busy reviewer's week."""


class Run(NamedTuple):
    """A command of the real program: seconds, peak memory in MB of 2**20 bytes, what it printed."""

    seconds: float
    peak_mb: float
    printed: str


@dataclass(slots=True)
class Given:
    """What was answered, by trace ID and question, and what each answer took at the desk, in milliseconds."""

    accepted: dict[Cell, Said | None] = field(default_factory=dict)
    history: dict[Cell, list[Said | None]] = field(default_factory=dict)
    took_ms: list[float] = field(default_factory=list)


def take_in(home: Path, place: Place) -> None:
    """Begin the review with the real program."""
    (home / "config.toml").write_text(_CONFIGURATION)
    arguments = ("review", "-b", place.server.url, "-e", place.experiment_id, "-r", REVIEWER)
    with labeler(home, *arguments) as terminal:
        terminal.wait_for(rf"item 1/{len(place.traces)} [\s\S]*{_TRACE_SHOWN}")
        terminal.until_idle()
        terminal.press("q")
        terminal.wait_for_exit()


async def answer_everything(data: Path) -> Given:
    """Answer every item of the last review, some of them twice, and go back to the first."""
    journal = await AsyncJournal.open(data / "journal.db")
    cache = await AsyncCache.open(data / "cache.db", 1 << 30)
    record = await journal.run(journal.reviews.last)
    assert record is not None
    questions = await remembered_questions(record, journal)
    assert questions is not None
    desk = await open_desk(record, questions, Rules(), journal, cache)
    given = Given()
    chance = random.Random(20_000)
    for number, item in enumerate(desk.state.items):
        for value in ({"is_helpful": chance.random() < 0.5}, {"quality": chance.randint(1, 5)}):
            ((question, said),) = value.items()
            await _give(desk, given, item.trace_id, question, said)
        if number % _CHANGED_EVERY == 0:
            earlier = chance.randrange(number + 1)
            await _act(desk, GoTo(earlier + 1))
            trace_id = desk.state.items[earlier].trace_id
            now = given.accepted[trace_id, "quality"]
            assert now is not None
            await _give(desk, given, trace_id, "quality", 1 + int(str(now[0])) % 5)
            await _act(desk, Submit())
            await _act(desk, GoTo(min(number + 2, len(desk.state.items))))
    await _act(desk, GoTo(1))
    await desk.close()
    await journal.close()
    await cache.close()
    return given


async def _give(desk: Desk, given: Given, trace_id: str, question: str, value: bool | int) -> None:
    began = time.perf_counter()
    await _act(desk, SetAnswer(question, value))
    given.took_ms.append((time.perf_counter() - began) * 1000)
    given.accepted[trace_id, question] = (value, "")
    given.history.setdefault((trace_id, question), []).append((value, ""))


async def _act(desk: Desk, action: Action) -> None:
    done = await desk.act(action)
    assert not isinstance(done, Refusal), f"{action}: {done.says}"


def starts(home: Path, runs: int) -> tuple[list[Start], float]:
    """What the program took to the first trace, and its peak memory once it rests, in MB."""
    took, peak = [], 0.0
    for _ in range(runs):
        with labeler(home) as terminal:
            took.append(until_shown(terminal, _TRACE_SHOWN))
            terminal.until_idle()
            peak = max(peak, _peak_mb(terminal.pid))
            terminal.press("q")
            terminal.wait_for_exit()
    return took, peak


def run_program(home: Path, *arguments: str) -> Run:
    """A command of the real program, which has to end with 0."""
    with tempfile.TemporaryFile() as printed:
        began = time.perf_counter()
        command = [sys.executable, "-m", "labeler", *arguments]
        program = subprocess.Popen(command, env=environment(home), cwd=home, stdout=printed, stderr=printed)
        hangs = threading.Timer(_PROGRAM_AT_MOST_S, program.send_signal, (signal.SIGABRT,))
        hangs.daemon = True
        hangs.start()
        _, status, used = os.wait4(program.pid, 0)
        hangs.cancel()
        seconds = time.perf_counter() - began
        printed.seek(0)
        text = printed.read().decode()
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"labeler {' '.join(arguments)} ended with {status}:\n{text[-2000:]}")
    return Run(seconds, used.ru_maxrss / 1024, text)


def compare(place: Place, given: Given) -> tuple[Verdict, int]:
    """The verdict, and how many answers ended with another value."""
    marks = {trace_id: mark for mark, trace_id in place.traces.items()}
    accepted = {(marks[trace_id], question): said for (trace_id, question), said in given.accepted.items()}
    history = {(marks[trace_id], question): said for (trace_id, question), said in given.history.items()}
    found = assessed(place)
    wrong = sum(row.said != accepted.get((row.mark, row.question)) for row in found if row.valid)
    return judge(accepted, history, found), wrong


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability outage", description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="two answers each")
    parser.add_argument("--runs", type=int, default=7, help="starts of the program for each figure")
    asked = parser.parse_args(arguments)
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-outage-") as directory:
        home = Path(directory)
        server = MlflowServer(home, options=())
        try:
            server.start()
            return _outage(home, log_marks(server, asked.items), asked.runs)
        finally:
            server.close()


def _outage(home: Path, place: Place, runs: int) -> int:
    journal_file = home / "data" / "journal.db"
    take_in(home, place)
    place.server.stop()
    rows: dict[str, list[Start]] = {}
    peaks: dict[str, float] = {}
    rows["nothing queued"], peaks["start, nothing queued"] = starts(home, runs)
    lists = {"nothing queued": run_program(home, "outbox", "list", "--json")}
    empty_bytes = journal_file.stat().st_size
    given = asyncio.run(answer_everything(home / "data"))
    queued = len(given.accepted)
    print(f"{queued:,} answers queued", flush=True)
    taken_bytes = journal_file.stat().st_size - empty_bytes
    rows[f"{queued:,} queued"], peaks[f"start, {queued:,} queued"] = starts(home, runs)
    lists["queued"] = run_program(home, "outbox", "list", "--json")
    place.server.start()
    sync = run_program(home, "sync", "--json", "-b", place.server.url)
    print(f"delivered in {sync.seconds:.0f} s", flush=True)
    verdict, wrong = compare(place, given)
    place.server.stop()
    rows[f"{queued:,} delivered"], peaks[f"start, {queued:,} delivered"] = starts(home, runs)
    noise()
    table(
        "start to the first trace, by the clock",
        "ms",
        {name: [one.wall for one in took] for name, took in rows.items()},
    )
    table("start to the first trace, CPU time", "ms", {name: [one.cpu for one in took] for name, took in rows.items()})
    listed = len(re.findall(r"^\{", lists["queued"].printed, re.MULTILINE))
    delivered = json.loads(re.findall(r"^\{.*\}$", sync.printed, re.MULTILINE)[-1])["delivered"]
    part = max(len(given.took_ms) // 10, 1)
    week = _DAYS * _HOURS_A_DAY * 3600 // _TRACE_EVERY_S * _ANSWERS_A_TRACE
    each = taken_bytes / queued
    print_figures(
        {
            "answers queued": queued,
            "answers given, changed ones included": len(given.took_ms),
            "an answer at the desk, first tenth": f"{median(given.took_ms[:part]):.2f} ms",
            "an answer at the desk, last tenth": f"{median(given.took_ms[-part:]):.2f} ms",
            "journal, before": f"{empty_bytes / 2**20:.1f} MB",
            "journal, queued": f"{(empty_bytes + taken_bytes) / 2**20:.1f} MB",
            "a queued answer takes": f"{each:,.0f} bytes",
            f"a week of {week:,} answers takes": f"{week * each / 2**20:.1f} MB",
            "outbox list, nothing queued": _told(lists["nothing queued"]),
            f"outbox list, {listed:,} rows": _told(lists["queued"]),
            **{f"peak memory: {name}": f"{peak:.0f} MB" for name, peak in peaks.items()},
            f"sync, {delivered:,} delivered": _told(sync),
            "sync, answers/s": f"{delivered / sync.seconds:.1f}",
            "rows on the server": verdict.rows,
            "lost": verdict.lost,
            "twice": verdict.duplicates,
            "wrong last value": wrong,
        }
    )
    print(*verdict.details[:20], sep="\n")
    return 0 if verdict.holds and not wrong and delivered == queued == listed else 1


def _told(run: Run) -> str:
    return f"{run.seconds:.2f} s, {run.peak_mb:.0f} MB"


def _peak_mb(pid: int) -> float:
    """The peak of a process's resident memory, in MB of 2**20 bytes. Linux only."""
    (line,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(line) / 1024
