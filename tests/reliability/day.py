"""``day``: a reviewer's working day at a real server, with every key that does more than answer one question.

The real program runs in a terminal. A driver that sees nothing but the screen answers, comments, repeats, selects and
answers together, filters, searches, flags, defers, begins texts and leaves them, changes its mind, takes back, closes
the program and opens it again, and works on while the server is down. It keeps what each key was meant to do. At the
end the server has to hold exactly that: each answer once, and no answer that was not meant.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.reliability.meant import Meant, compare
from tests.reliability.place import Place, log_marks
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

REVIEWER: Final = "day"
CONFIGURATION: Final = """
[review]
questions = "config"

[[questions]]
name = "is_helpful"
input = "pass_fail"
positive = "Helpful"
negative = "Not helpful"
comment = true
"""
_ITEM: Final = re.compile(r"item (\d+)/(\d+) ")
_DOCUMENT: Final = re.compile(r"Sign (\d{4}) is a light\.")
_LAST: Final = re.compile(r"^ last  (.*)$", re.MULTILINE)
_END: Final = "Nothing is open any more"
_STOPPED: Final = "Enter submits without it"
_HALF_DONE: Final = re.compile(r"^› ◐", re.MULTILINE)
"""The row of the item where it has answers and is not submitted."""

_A_LOOK_S: Final = 0.25
_PATIENCE_S: Final = 60.0


class Day:
    """Drives the program. `open_terminal` starts it again where it was left."""

    def __init__(
        self, open_terminal: Callable[[], Terminal], place: Place, chance: random.Random, pace_s: float
    ) -> None:
        self._open = open_terminal
        self._terminal = open_terminal()
        self._place = place
        self._chance = chance
        self._pace_s = pace_s
        self._total = len(place.traces)
        self._repeatable: str | None = None
        """The item that `.` takes over from, while nothing came between."""
        self.meant = Meant()

    def work(self, steps: int) -> None:
        """Do so many things, or fewer where nothing is left to be answered."""
        self._here()
        for number in range(steps):
            if self._is_at_end():
                break
            if number in (steps // 3, 2 * steps // 3):
                self._restart()
            if number == steps // 2:
                self._place.server.stop()
            if number == steps // 2 + max(3, steps // 20):
                self._place.server.start()
            time.sleep(self._chance.uniform(0.3, 1.7) * self._pace_s)
            self._step()

    def end(self) -> None:
        """Leave the program."""
        self._leave()

    def _step(self) -> None:
        draw = self._chance.random()
        mark = self._here()
        if mark in self.meant.answers:
            self._go_on(mark)
        elif draw < 0.38:
            self._answer(mark)
        elif draw < 0.48:
            self._answer_with_comment(mark)
        elif draw < 0.58 and self._repeatable is not None:
            self._repeat(mark, self._repeatable)
        elif draw < 0.66:
            self._search()
        elif draw < 0.72:
            self._together(mark)
        elif draw < 0.78 and self.meant.steps:
            self._undo()
        elif draw < 0.83:
            self._flag(mark)
        elif draw < 0.88:
            self._draft(mark)
        elif draw < 0.93:
            self._filter()
        elif draw < 0.96 and self.meant.answers:
            self._change()
        else:
            self._defer(mark)

    def _answer(self, mark: str) -> None:
        is_helpful = self._chance.random() < 0.6
        self._press_and_move("y" if is_helpful else "n")
        self.meant.say("answer", {mark: (is_helpful, "")})
        self._repeatable = mark

    def _answer_with_comment(self, mark: str) -> None:
        comment = f"c{self._chance.randint(1, 99)}"
        self._terminal.press("N")
        self._see("Enter saves")
        self._terminal.press(comment)
        self._see(comment)
        self._press_and_move("enter")
        self.meant.say("answer with a comment", {mark: (False, comment)})
        self._repeatable = mark

    def _repeat(self, mark: str, source: str) -> None:
        self._press_and_move(".")
        self.meant.say("repeat", {mark: self.meant.answers[source]})
        self._repeatable = mark

    def _search(self) -> None:
        """Search, press what would be an answer were no search active, and end it."""
        self._terminal.press("/")
        self._see("/")
        self._terminal.press(*"light", "enter")
        self._see('search "light" ')
        self._terminal.press("n", "n", "N", "y")
        self._see("Esc ends the search")
        self._terminal.press("escape")
        self._until(lambda text: 'search "light" ' not in text, "the search ended")
        self.meant.done["search"] += 1

    def _together(self, mark: str) -> None:
        """Select this item and the next ones, and answer those without an answer."""
        chosen = [mark]
        for count in range(1, self._chance.randint(2, 6)):
            self._terminal.press("v")
            self._see(f"{count} selected")
            if self._is_last():
                break
            chosen.append(self._here())
        if len(chosen) > 1 and not self._is_last():
            chosen.pop()
        is_helpful = self._chance.random() < 0.5
        self._terminal.press("y" if is_helpful else "n")
        self._see("Enter", "?")
        time.sleep(0.3)  # keys just after a question came are dropped
        last = self._last()
        self._terminal.press("enter")
        self._until(lambda text: self._last_in(text) != last, "what was done together")
        self.meant.say("together", {each: (is_helpful, "") for each in chosen if each not in self.meant.answers})
        self._terminal.press("escape")
        self._until(lambda text: " selected" not in text.splitlines()[0], "no selection")
        self._repeatable = None

    def _undo(self) -> None:
        last = self._last()
        self._terminal.press("u")
        self._until(lambda text: self._last_in(text) != last, "what was taken back")
        self.meant.take_back()
        self._repeatable = None

    def _flag(self, mark: str) -> None:
        if mark in self.meant.flags:
            return
        self._terminal.press("f")
        self._see("Enter")
        self._terminal.press("enter")
        self._until(lambda text: "flagged" in self._last_in(text), "the flag")
        self.meant.say("flag", flags={mark})

    def _draft(self, mark: str) -> None:
        """Begin a comment, leave it, and answer without it."""
        self._terminal.press("c")
        self._see("Enter saves")
        self._terminal.press(*"half a thou", "escape")
        self._until(lambda text: "Enter saves" not in text, "the field closed")
        time.sleep(_A_LOOK_S)
        self._terminal.press("y")
        self._see(_STOPPED)
        time.sleep(0.3)
        self._press_and_move("enter")
        self.meant.say("past a draft", {mark: (True, "")})
        self.meant.say("submit")  # a step of its own: Enter ended it
        self._repeatable = mark

    def _filter(self) -> None:
        """Narrow the worklist to the open ones, answer one there, and widen it again."""
        self._terminal.press("F")
        self._see("open", "labelled")
        self._terminal.press("o")
        self._see("filter open")
        mark = self._here()
        if mark not in self.meant.answers:
            self._answer(mark)
        self._terminal.press("F")
        self._see("labelled")
        self._terminal.press("a")
        self._until(lambda text: "filter open" not in text.splitlines()[0], "no filter")
        self.meant.done["filter"] += 1

    def _change(self) -> None:
        """Go back to something answered, answer it otherwise, and return."""
        mark = self._chance.choice(sorted(self.meant.answers))
        self._terminal.press(":", *str(self._total - int(mark)), "enter")
        self._until(lambda text: self._mark_in(text) == mark, f"item {mark}")
        time.sleep(_A_LOOK_S)
        is_helpful, comment = self.meant.answers[mark]
        last = self._last()
        self._terminal.press("n" if is_helpful else "y")
        self._until(lambda text: self._last_in(text) != last, "the change")
        self.meant.say("change", {mark: (not is_helpful, comment)})
        self._go_on(mark)
        self._repeatable = None

    def _defer(self, mark: str) -> None:
        self._press_and_move("s")
        self.meant.say("defer")

    def _go_on(self, mark: str) -> None:
        """Go from an item that is answered to one that is not. One whose submission was taken back is submitted."""
        is_open = _HALF_DONE.search(self._terminal.text) is not None
        moved = "another item"
        self._terminal.press("enter")
        text = self._until(lambda text: self._is_elsewhere(text, mark) or _STOPPED in text, moved)
        if not self._is_elsewhere(text, mark):
            time.sleep(0.3)
            self._terminal.press("enter")
            self._until(lambda text: self._is_elsewhere(text, mark), moved)
        if is_open:
            self.meant.say("submit")

    def _is_elsewhere(self, text: str, mark: str) -> bool:
        return self._mark_in(text) not in (None, mark) or _END in text

    def _restart(self) -> None:
        self._leave()
        self._terminal = self._open()
        self._here()
        self._repeatable = None
        self.meant.done["restart"] += 1

    def _leave(self) -> None:
        code = self._terminal.leave()
        assert code == 0, f"it ended with {code}"
        self._terminal.__exit__()

    def _press_and_move(self, key: str) -> None:
        """Press a key that ends the item, and see another one."""
        here, last = self._mark_in(self._terminal.text), self._last()
        self._terminal.press(key)
        self._until(
            lambda text: (self._mark_in(text) not in (None, here) and self._last_in(text) != last) or _END in text,
            f"another item after {key}",
        )
        time.sleep(_A_LOOK_S)

    def _here(self) -> str:
        """Return the mark of the item on the screen, once it stands there with its trace."""
        text = self._until(lambda text: self._mark_in(text) is not None or _END in text, "an item")
        time.sleep(_A_LOOK_S)
        return self._mark_in(text) or ""

    def _is_at_end(self) -> bool:
        return _END in self._terminal.text

    def _is_last(self) -> bool:
        item = _ITEM.search(self._terminal.text)
        return item is not None and item[1] == item[2]

    def _mark_in(self, text: str) -> str | None:
        """Return the mark of the item in the status line, if the trace below is its own.

        The worklist is newest first, so that marks count down.
        """
        item, document = _ITEM.search(text), _DOCUMENT.search(text)
        if item is None or document is None or int(item[1]) + int(document[1]) != self._total:
            return None
        return document[1]

    def _last(self) -> str:
        return self._last_in(self._terminal.text)

    def _last_in(self, text: str) -> str:
        found = _LAST.search(text)
        return found[1] if found else ""

    def _see(self, *wanted: str) -> None:
        self._until(lambda text: all(each in text for each in wanted), f"{wanted}")

    def _until(self, holds: Callable[[str], bool], what: str) -> str:
        return self._terminal.wait_until(holds, what, _PATIENCE_S)


@dataclass(frozen=True)
class Outcome:
    """What the server holds beside what was meant, as sentences; none: it holds just that."""

    meant: Meant
    differences: list[str]


def run(server: MlflowServer, traces: int, steps: int, home: Path, seed: int, pace_s: float) -> Outcome:
    """Work a day, deliver what is left, and compare."""
    place = log_marks(server, traces)
    (home / "labeler.toml").write_text(CONFIGURATION)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "LABELER_DATA_DIR": str(home / "data"),
        "LABELER_REVIEWER": REVIEWER,
    }
    arguments = ("review", "-b", server.url, "-e", place.experiment_id, "--all")
    day = Day(lambda: Terminal(arguments, environment, home), place, random.Random(seed), pace_s)
    day.work(steps)
    day.end()
    sync = [sys.executable, "-m", "labeler", "sync", "-b", server.url]
    done = subprocess.run(sync, env=environment, cwd=home, capture_output=True, text=True, timeout=600, check=False)
    differences = [] if done.returncode == 0 else [f"sync ended with {done.returncode}: {done.stderr}"]
    return Outcome(day.meant, [*differences, *compare(place, day.meant, REVIEWER)])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability day")
    parser.add_argument("--traces", type=int, default=1_000)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=0.1, help="seconds of reading a step, on average")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        server = MlflowServer(Path(directory))
        server.start()
        try:
            home = Path(directory) / "home"
            home.mkdir()
            outcome = run(server, asked.traces, asked.steps, home, asked.seed, asked.pace)
        finally:
            server.close()
    print(f"{len(outcome.meant.answers)} of {asked.traces} answered: {dict(outcome.meant.done)}")
    print(*outcome.differences or ["the server holds what was meant"], sep="\n")
    return 1 if outcome.differences else 0
