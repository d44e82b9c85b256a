"""One life of the real program at a reviewer's hands: from its start until it is killed, wherever it is then."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf

from tests.reliability.eyes import HELPFUL, QUALITY, QUESTIONS, View, read
from tests.reliability.memory import Memory
from tests.terminal.terminal import Terminal

NOTHING_LEFT = "Nothing is open any more"
"""What the page says that stands where no work is left."""

PATIENCE_S = 60.0
"""No screen takes that long, whatever the machine is doing: a program that lets a reviewer wait longer hangs."""


@dataclass(frozen=True, slots=True)
class Doom:
    """When a life ends, in seconds: `starting_s` after the start if the screen is not there by then, else `working_s`
    after the screen was, or `in_key_s` after key number `key`. Infinity: never.
    """

    starting_s: float = inf
    working_s: float = inf
    key: int = 0
    in_key_s: float = 0.0


def draw_doom(chance: random.Random, start_s: float) -> Doom:
    """A random moment: within the `start_s` that a start takes now, within a key, or while working."""
    kind = chance.random()
    if kind < 0.2:
        return Doom(starting_s=chance.uniform(0.02, start_s), working_s=0.0)
    if kind < 0.45:
        return Doom(key=chance.randint(1, 8), in_key_s=chance.uniform(0.0, 0.04), working_s=3.0)
    return Doom(working_s=chance.uniform(0.1, 2.2))


class TimeIsUp(Exception):
    """The moment of the kill."""


class Elsewhere(Exception):
    """Another item than the one that was to be answered is on the screen: this one did not come in time."""


class Life:
    """Presses keys as a reviewer would, seeing nothing but the screen. `traces` is how many the worklist has."""

    def __init__(self, terminal: Terminal, memory: Memory, chance: random.Random, traces: int, doom: Doom) -> None:
        self._terminal = terminal
        self._memory = memory
        self._chance = chance
        self._traces = traces
        self._doom = doom
        self._started = time.monotonic()
        self._ends = self._started + doom.starting_s
        self.start_s: float | None = None
        """Seconds from the start to the first screen, if it came so far."""
        self._keys = 0
        self._last_answer_key = ""
        self._looked_at: int | None = None
        self._leaves_again_at = 0.0

    def live(self) -> None:
        """Label, change, take back, move about, until the time is up."""
        with self._until_time_is_up():
            self.arrive()
            self._work()

    def go_on(self) -> None:
        """As `live`, from the first screen on: `arrive` came before."""
        with self._until_time_is_up():
            self._work()

    def _work(self) -> None:
        while True:
            with suppress(Elsewhere):
                self._act(self._settled())

    @contextmanager
    def _until_time_is_up(self) -> Iterator[None]:
        try:
            yield
        except TimeIsUp:
            self._memory.story.append(f"{time.monotonic() - self._started:.3f} s: over")

    def arrive(self) -> None:
        """Wait for the first screen and see what became of the last one's keys."""
        view = self._steady(self._until(lambda view: view.has_arrived))
        self._memory.look_after_start(view)
        self.start_s = time.monotonic() - self._started
        self._ends = time.monotonic() + self._doom.working_s

    def _act(self, view: View) -> None:
        memory, chance = self._memory, self._chance
        if view.number != self._looked_at:
            self._rest(0.2)  # keys that act are ignored until a new item could be looked at
            self._looked_at = view.number
        if not memory.agrees(view):
            self._rest(0.5)  # what was read may have been half a frame
            if read(self._terminal.text) == view:
                memory.wonder(f"{view} shows other answers than were accepted\n{self._terminal.text}")
                memory.believe(view)
            return
        if chance.random() < 0.25:
            self._rest(chance.uniform(0.05, 0.5))
        draw = chance.random()
        assert view.document is not None
        is_open = any(memory.accepted.get((view.document, question)) is None for question in QUESTIONS)
        if memory.can_undo and draw < 0.12:
            memory.undo()
            self._press_and_see("u")
        elif memory.can_redo and draw < 0.30:
            memory.redo()
            self._press_and_see("U")
        elif draw < 0.36:
            self._go(chance.randint(1, self._traces))
        elif is_open:
            self._answer(view, view.document)
        elif draw < 0.45:
            self._clear(view.document)
        elif draw < 0.80:
            self._change(view.document)
        else:
            self._move("o")

    def _answer(self, view: View, mark: str) -> None:
        """Answer what is not answered yet: two questions in one go, or one, or one with a comment."""
        open_questions = [each for each in QUESTIONS if self._memory.accepted.get((mark, each)) is None]
        thumb, digit = self._chance.random() < 0.6, self._chance.randint(1, 5)
        if open_questions == list(QUESTIONS) and view.focus == HELPFUL and self._chance.random() < 0.55:
            self._memory.answer((mark, HELPFUL), thumb)
            self._memory.answer((mark, QUALITY), digit)
            self._press_and_see("y" if thumb else "n", str(digit))
        elif open_questions[0] == QUALITY:
            self._give(mark, QUALITY, digit)
        elif self._chance.random() < 0.3:
            self._thumb_with_comment(mark, thumb=thumb)
        else:
            self._give(mark, HELPFUL, thumb)

    def _change(self, mark: str) -> None:
        question = self._chance.choice(QUESTIONS)
        said = self._memory.accepted[mark, question]
        assert said is not None
        others: list[object] = [not said[0]]
        if question == QUALITY:
            others = [digit for digit in range(1, 6) if digit != said[0]]
        self._give(mark, question, self._chance.choice(others))
        self._move("enter")

    def _clear(self, mark: str) -> None:
        question = self._chance.choice(QUESTIONS)
        self._focus(mark, question)
        self._memory.clear((mark, question))
        self._press_and_see("backspace")

    def _give(self, mark: str, question: str, value: object) -> None:
        self._focus(mark, question)
        self._memory.answer((mark, question), value)
        self._press_and_see(("y" if value else "n") if question == HELPFUL else str(value))

    def _thumb_with_comment(self, mark: str, *, thumb: bool) -> None:
        self._focus(mark, HELPFUL)
        self._press("Y" if thumb else "N")
        self._until(lambda view: view.cells is None and "Enter saves" in self._terminal.text)
        self._press(f"c{self._chance.randint(1, 99)}")
        self._memory.answer((mark, HELPFUL), thumb)
        self._press_and_see("enter")

    def _go(self, number: int) -> None:
        self._press(":", str(number), "enter")
        self._until(lambda view: view.number == number)

    def _move(self, key: str) -> None:
        """Go to another item, and see it: what is pressed next is meant for that one."""
        here = read(self._terminal.text).number
        self._press(key)
        self._until(lambda view: view.number != here or NOTHING_LEFT in self._terminal.text)

    def _focus(self, mark: str, question: str) -> None:
        """Focus a question of the item that is on the screen. Raises `Elsewhere` when that is another by now."""
        view = self._settled()
        if view.document != mark:
            raise Elsewhere
        if view.focus != question:
            self._press("tab")
            self._until(lambda view: view.focus == question)

    def _press_and_see(self, *keys: str) -> None:
        if keys[0] == self._last_answer_key:
            self._rest(0.25)  # the same answer key too soon after a new item is taken for a held key
        self._last_answer_key = keys[-1]
        self._press(*keys)
        self._until(lambda view: not self._memory.pending)

    def _press(self, *keys: str) -> None:
        self._memory.keys += len(keys)
        self._memory.story.append(f"{time.monotonic() - self._started:.3f} s: pressed {keys}")
        self._terminal.press(*keys)
        self._keys += 1
        if self._keys == self._doom.key:
            time.sleep(self._doom.in_key_s)
            raise TimeIsUp

    def _settled(self) -> View:
        """A screen on which an item can be judged. One that does not come is left for another."""
        patience = time.monotonic() + PATIENCE_S
        while time.monotonic() < patience:
            if self._can_judge(view := self._look_for_item(time.monotonic() + 1.5)):
                return view
            self._go(self._chance.randint(1, self._traces))
        raise self._terminal.stuck(f"{PATIENCE_S:.0f} s for an item that can be judged")

    def _look_for_item(self, patience: float) -> View:
        return self._steady(self._until(lambda view: self._can_judge(view) or time.monotonic() > patience))

    def _steady(self, view: View) -> View:
        """The screen once it stays as it is for a moment: what is read may be half a frame."""
        patience = time.monotonic() + PATIENCE_S
        while time.monotonic() < patience:
            self._rest(0.03)
            later = read(self._terminal.text)
            if later == view:
                return view
            view = later
        raise self._terminal.stuck(f"{PATIENCE_S:.0f} s for a screen that stays as it is")

    def _can_judge(self, view: View) -> bool:
        """The worklist is newest first, so that marks count down."""
        return view.has_arrived and view.document == f"{self._traces - (view.number or 0):04}"

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._until(lambda view: time.monotonic() >= end)

    def _leave_the_end(self, text: str) -> None:
        """Look back from the page that stands where no work is left: there is always something to change."""
        if NOTHING_LEFT in text and time.monotonic() >= self._leaves_again_at:
            self._leaves_again_at = time.monotonic() + 1.0
            self._terminal.press("p")

    def _until(self, holds: Callable[[View], bool]) -> View:
        """Look until it holds, taking in what there is to be seen. Raises `TimeIsUp` when this life is over, and
        AssertionError when the program hangs or has ended by itself.
        """
        seen, patience = -1, time.monotonic() + PATIENCE_S
        view = read("")
        while True:
            written = len(self._terminal.written)
            if written != seen:
                text = self._terminal.text
                seen, view = written, read(text)
                self._memory.look(view)
                self._leave_the_end(text)
            if holds(view):
                return view
            if time.monotonic() >= self._ends:
                raise TimeIsUp
            if time.monotonic() >= patience:
                raise self._terminal.stuck(f"{PATIENCE_S:.0f} s for what the reviewer expects to see")
            time.sleep(0.01)
