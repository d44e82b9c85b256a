"""What a reviewer pressed, and what of it the screen then showed as accepted: the measure of what may not be lost."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum

from tests.reliability.eyes import HELPFUL, Last, Said, View

Cell = tuple[str, str]
"""A mark and a question."""


class Key(Enum):
    ANSWER = ""
    CLEAR = "cleared "
    UNDO = "took back "
    REDO = "again "


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key that ought to bring `cell` from `before` to `after`, and then to be told with `head`."""

    key: Key
    cell: Cell
    before: Said | None
    after: Said | None
    head: str


@dataclass
class Memory:
    """One reviewer's. `accepted` is what stands in each cell, `history` everything that ever stood there, in order."""

    accepted: dict[Cell, Said | None] = field(default_factory=dict)
    history: dict[Cell, list[Said | None]] = field(default_factory=lambda: defaultdict(list))
    pending: list[Pressed] = field(default_factory=list)
    last: Last | None = None
    keys: int = 0
    answers: int = 0
    """Answers, changed answers, clearings, undone and redone ones that were seen accepted."""
    unseen: int = 0
    """Keys that a kill overtook: nothing was seen of them, neither before nor after."""
    surprises: list[str] = field(default_factory=list)
    """Where the screen showed something else than what had been accepted."""
    story: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    """What happened lately, to explain a surprise."""
    _done: list[Pressed] = field(default_factory=list)
    _undone: list[Pressed] = field(default_factory=list)

    def answer(self, cell: Cell, value: object) -> None:
        """The key of an answer is about to be pressed."""
        self._press(Pressed(Key.ANSWER, cell, self.accepted.get(cell), (value, ""), words(cell[1], value)))

    def clear(self, cell: Cell) -> None:
        self._press(Pressed(Key.CLEAR, cell, self.accepted.get(cell), None, f"{Key.CLEAR.value}{cell[1]}"))

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> None:
        self._reverse(Key.UNDO, self._done[-1])

    def redo(self) -> None:
        self._reverse(Key.REDO, self._undone[-1])

    def look(self, view: View) -> None:
        """Take in what the screen says: whatever it tells as done last is accepted, and what was pressed before it."""
        if view.last is None or view.last == self.last:
            return
        told = [number for number, each in enumerate(self.pending) if _tells(view.last, each)]
        if not told:
            return
        for each in self.pending[: told[-1] + 1]:
            self._accept(each, view.last)
        del self.pending[: told[-1] + 1]
        self.last = view.last

    def look_after_start(self, view: View) -> None:
        """The first whole screen after a kill: what it does not tell of is not there; what was accepted has to be."""
        self.look(view)
        self.story.append(f"started: {view.last}, pending {self.pending}")
        self.unseen += len(self.pending)
        self.pending.clear()
        if view.last != self.last:
            self.wonder(f"after a start the last thing done is {view.last}, it was {self.last}")
            self.last = view.last

    def agrees(self, view: View) -> bool:
        """Whether the answers on the screen are those that were accepted."""
        assert view.document is not None
        assert view.cells is not None
        return all(said == self.accepted.get((view.document, name)) for name, said in view.cells.items())

    def wonder(self, surprise: str) -> None:
        """Keep, and say at once, that the screen shows something else than was accepted."""
        self.surprises.append(surprise)
        print(surprise, *self.story, sep="\n  ", flush=True)

    def believe(self, view: View) -> None:
        """Take the answers on the screen for accepted, so that the same surprise does not come again."""
        assert view.document is not None
        assert view.cells is not None
        for question, said in view.cells.items():
            self.accepted[view.document, question] = said
            self.history[view.document, question].append(said)

    def _press(self, pressed: Pressed) -> None:
        """Cells that a key before is still to change are not pressed for again, so `before` holds."""
        self.pending.append(pressed)

    def _reverse(self, key: Key, done: Pressed) -> None:
        content = done.after if key is Key.UNDO else done.before
        head = key.value + (f"cleared {done.cell[1]}" if content is None else words(done.cell[1], content[0]))
        self._press(Pressed(key, done.cell, done.after, done.before, head))

    def _accept(self, pressed: Pressed, last: Last) -> None:
        after = pressed.after
        is_told = _tells(last, pressed)
        if pressed.key in (Key.ANSWER, Key.CLEAR):
            if after is not None and is_told:
                after = (after[0], last.comment)
            self._done.append(Pressed(pressed.key, pressed.cell, pressed.before, after, pressed.head))
            self._undone.clear()
        elif pressed.key is Key.UNDO:
            self._done.pop()
            self._undone.append(pressed)
        else:
            self._undone.pop()
            self._done.append(pressed)
        self.story.append(f"accepted: {pressed.head} {pressed.cell[0]}")
        self.accepted[pressed.cell] = after
        self.history[pressed.cell].append(after)
        self.answers += 1


def words(question: str, value: object) -> str:
    """An answer as the screen tells it."""
    if question == HELPFUL:
        return "Helpful" if value else "Not helpful"
    return f"{question} {value}"


def _tells(last: Last, pressed: Pressed) -> bool:
    return (last.head, last.mark) == (pressed.head, pressed.cell[0])
