"""The journal taken away from the running program: removed, replaced, or overwritten by an older copy of itself."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from labeler.journal.journal import Journal
from labeler.journal.removed_journal import waiting_beside
from tests.reliability.eyes import CONFIGURATION, read
from tests.reliability.figures import print_figures
from tests.reliability.kills import Reviewer
from tests.reliability.life import Doom
from tests.reliability.place import assessed, log_marks, queue_of_all
from tests.reliability.verdict import Verdict, judge
from tests.reliability.weather import FAULTS, Weather
from tests.servers.fault_proxy import fault_proxy
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

PARTS: Final = ("", "-wal", "-shm")
"""What the journal consists of: the database, its log, and the index of the log."""

RESCUED: Final = "journal.rescued-*"

_ENDS_PATIENCE_S: Final = 30.0


def remove(data: Path, chance: random.Random) -> str:
    """Remove the whole directory, or some of the journal's files."""
    if chance.random() < 0.4:
        shutil.rmtree(data, ignore_errors=True)
        return "directory removed"
    parts = chance.sample(PARTS, chance.randint(1, len(PARTS)))
    for part in parts:
        (data / f"journal.db{part}").unlink(missing_ok=True)
    return f"removed: {', '.join(f'journal.db{part}' for part in sorted(parts))}"


def replace(data: Path, chance: random.Random) -> str:
    """Put something else in the journal's place: another journal, a file of another kind, an empty directory."""
    what = chance.choice(("journal", "file", "directory"))
    if what == "directory":
        data.rename(data.with_name(f"{data.name}.moved-{time.monotonic_ns()}"))
        data.mkdir()
        return "directory replaced by an empty one"
    other = data / f"other-{time.monotonic_ns()}"
    if what == "journal":
        journal = Journal.open(other)
        journal.remembered.keep_reviewer("http://elsewhere", "somebody", "an earlier review")
        journal.close()
    else:
        other.write_bytes(chance.randbytes(4096))
    other.replace(data / "journal.db")
    return f"replaced by another {what}"


def restore(data: Path, chance: random.Random) -> str:
    """Put an older copy of the journal in its place, as a backup or a synced directory does."""
    older = data.with_name("older.db")
    if not older.exists():
        return ""
    copy = data / f"older-{time.monotonic_ns()}"
    shutil.copy(older, copy)
    if chance.random() < 0.5:
        for part in PARTS[1:]:
            (data / f"journal.db{part}").unlink(missing_ok=True)
    copy.replace(data / "journal.db")
    return "replaced by an older copy of itself"


BLOWS: Final[dict[str, Callable[[Path, random.Random], str]]] = {
    "removed": remove,
    "replaced": replace,
    "restored": restore,
}


@dataclass
class Taken:
    """What befell one reviewer's journals, and what the program made of it."""

    reviewer: Reviewer
    blows: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rescued: int = 0
    killed: int = 0
    untold: list[str] = field(default_factory=list)
    """Lives after which the program had not said where the journal was, though it was elsewhere."""

    def live(self, blow: str) -> None:
        """Start the program, work, take the journal away, work on, and leave; or be killed after the next answer."""
        reviewer, chance = self.reviewer, self.reviewer.chance
        working_s = chance.uniform(2.5, 4.0)
        known = set(_rescued(reviewer.data))
        self._keep_an_older_copy()
        with Terminal((), reviewer.environment, reviewer.home) as terminal:
            life = reviewer.life(terminal, Doom(working_s=working_s))
            life.arrive()
            struck: list[tuple[str, int]] = []
            strike = threading.Timer(chance.uniform(0.1, 1.5), lambda: struck.append(self._strike(blow)))
            strike.start()
            life.go_on()
            strike.join()
            answers = struck[0][1]
            if is_killed := chance.random() < 0.4 and reviewer.memory.answers > answers:
                terminal.kill()
                self.killed += 1
            else:
                leave(terminal)
            screen, written = terminal.text, terminal.written.decode(errors="replace")
        reviewer.memory.look(read(screen))
        self.kinds[struck[0][0]] += 1
        self.blows[blow] += 1
        new = [each for each in _rescued(reviewer.data) if each not in known]
        if new:
            self.rescued += 1
            if is_killed:  # perhaps before the sentence was painted: then the next start has to name it
                written += reviewer.run("outbox", "list").stderr
            if new[-1].name not in re.sub(r"\s", "", written) and (not is_killed or _waits(new[-1], reviewer.data)):
                self.untold.append(f"{struck[0][0]}: {new[-1]} was not named:\n{screen}")
            # Moved to where the reviewer wants it, so that rescues do not lie within rescues.
            reviewer.data_dir = new[-1].rename(reviewer.home / f"data-{self.rescued}")

    def _strike(self, blow: str) -> tuple[str, int]:
        answers = self.reviewer.memory.answers
        return BLOWS[blow](self.reviewer.data, self.reviewer.chance), answers

    def _keep_an_older_copy(self) -> None:
        """Keep the journal as it is now, unless there is a copy of it already, in some lives."""
        data = self.reviewer.data
        older = data.with_name("older.db")
        if self.reviewer.chance.random() < 0.5 or not older.exists():
            older.unlink(missing_ok=True)
            with closing(sqlite3.connect(data / "journal.db")) as journal, closing(sqlite3.connect(older)) as copy:
                journal.backup(copy)


def _waits(rescued: Path, data: Path) -> bool:
    """Whether something in a rescued journal was not delivered."""
    return any(each.path.parent == rescued for each in waiting_beside(data / "journal.db"))


def _rescued(data: Path) -> list[Path]:
    return sorted(data.glob(RESCUED), key=lambda path: path.stat().st_mtime_ns)


def leave(terminal: Terminal) -> None:
    """Leave as a reviewer does, whatever is open."""
    deadline = time.monotonic() + _ENDS_PATIENCE_S
    while terminal.exit_code is None:
        with suppress(OSError):
            terminal.press("ctrl+c")
        if not terminal.has_ended(0.4) and time.monotonic() > deadline:
            raise terminal.stuck(f"{_ENDS_PATIENCE_S:.0f} s for the program to leave")
    # The last press may come while Python itself ends, when nothing of ours is left to hear it.
    assert terminal.exit_code in (0, 130, -signal.SIGINT), f"ended with {terminal.exit_code}:\n{terminal.text}"


@dataclass
class Outcome:
    verdict: Verdict
    taken: list[Taken]
    verified: list[dict[str, list[object]]]
    seconds: float

    @property
    def holds(self) -> bool:
        quiet = not any(each.untold or each.reviewer.memory.surprises for each in self.taken)
        return self.verdict.holds and quiet and not any(said["problems"] for said in self.verified)


def take_away(taken: Taken, blows: Sequence[str]) -> None:
    """Let every blow fall, one a life."""
    taken.reviewer.begin()
    taken.reviewer.weather.share = FAULTS / 2
    began = time.monotonic()
    for number, blow in enumerate(blows, 1):
        taken.live(blow)
        if number % 10 == 0:
            memory = taken.reviewer.memory
            told = f"{number} blows, {memory.answers} accepted, {len(memory.surprises)} surprises"
            print(f"{time.monotonic() - began:.0f} s, {taken.reviewer.name}: {told}", flush=True)


async def taken_loop(directory: Path, server: MlflowServer, blows: int, traces: int, seed: int) -> Outcome:
    """Two reviewers at one server; each kind of blow falls `blows` times, on one or the other."""
    place = log_marks(server, traces)
    began = time.monotonic()
    names = ("rhea", "otto")
    async with fault_proxy(server.url) as first, fault_proxy(server.url) as second:
        taken = []
        for number, (name, proxy) in enumerate(zip(names, (first, second), strict=True)):
            weather = Weather(seed + number)
            proxy.otherwise = weather
            home = directory / name
            home.mkdir()
            (home / "labeler.toml").write_text(CONFIGURATION.format(grace=(0.2, 5.0)[number]))
            chance, queue_id = random.Random(seed * 100 + number), queue_of_all(place, name)
            taken.append(Taken(Reviewer(name, home, proxy.url, place, queue_id, weather, chance)))
        all_blows = [blow for blow in BLOWS for _ in range(blows)]
        random.Random(seed).shuffle(all_blows)
        shares = [all_blows[number :: len(taken)] for number in range(len(taken))]
        lives = zip(taken, shares, strict=True)
        await asyncio.gather(*(asyncio.to_thread(take_away, each, share) for each, share in lives))
        verified = await asyncio.gather(*(asyncio.to_thread(each.reviewer.finish) for each in taken))
    found = assessed(place)
    verdict = Verdict()
    for each in taken:
        memory = each.reviewer.memory
        verdict += judge(memory.accepted, memory.history, [row for row in found if row.reviewer == each.reviewer.name])
    return Outcome(verdict, taken, verified, time.monotonic() - began)


def tell(outcome: Outcome) -> None:
    verdict, taken = outcome.verdict, outcome.taken
    blows: Counter[str] = sum((each.blows for each in taken), Counter())
    kinds: Counter[str] = sum((each.kinds for each in taken), Counter())
    memories = [each.reviewer.memory for each in taken]
    print_figures(
        {
            **{f"journal {name}": count for name, count in sorted(blows.items())},
            **{f"  {name or 'nothing to restore yet'}": count for name, count in sorted(kinds.items())},
            "lives that ended by kill -9 after a later answer": sum(each.killed for each in taken),
            "lives that went on in a rescued journal": sum(each.rescued for each in taken),
            "keys pressed": sum(memory.keys for memory in memories),
            "accepted (answers, changes, undone, redone)": sum(memory.answers for memory in memories),
            "answers that stand": verdict.answers,
            "assessments on the server, superseded ones included": verdict.rows,
            "lost": verdict.lost,
            "duplicates": verdict.duplicates,
            "order violations": verdict.order,
            "screens that showed something else than was accepted": sum(len(each.surprises) for each in memories),
            "journals elsewhere that were not named": sum(len(each.untold) for each in taken),
            "problems that labeler verify finds": sum(len(each["problems"]) for each in outcome.verified),
            "minutes": round(outcome.seconds / 60, 1),
        }
    )
    print(*verdict.details, sep="\n")
    for each in taken:
        print(*each.untold, *each.reviewer.memory.surprises, sep="\n", end="")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability taken", description=__doc__)
    parser.add_argument("--blows", type=int, default=100, help="of each kind")
    parser.add_argument("--traces", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="labeler-taken-") as folder:
        directory = Path(os.path.realpath(folder))
        server = MlflowServer(directory)
        server.start()
        try:
            outcome = asyncio.run(taken_loop(directory, server, asked.blows, asked.traces, asked.seed))
            tell(outcome)
        finally:
            server.close()
    return 0 if outcome.holds else 1
