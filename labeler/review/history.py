"""What can be undone and redone. Of a long log, only the newest part needs to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from functools import reduce

from labeler.dataclass import dataclass
from labeler.domain.change import Act, AnswerEffect, Change, says_the_same


@dataclass(slots=True)
class History:
    """The steps that undo takes back (`done`) and the undos that redo takes back (`undone`), the next one last.

    A step is a change; of a choice of several it is what all its changes come to, and nothing where that is nothing.
    `is_whole` is false while there are earlier changes that were not read yet. Undo and redo only ever take from the
    end, so only the beginning can be missing; `add_earlier` puts it there.
    """

    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)
    is_whole: bool = True
    _taken_back: int = 0
    """How many of the changes not read yet were taken back by undos that were read."""
    _redone: int = 0
    """How many of the undos not read yet were taken back by redos that were read."""
    _is_cleared: bool = False
    """Whether something else was done after every undo not read yet: none of them can be redone."""
    _newest: Change | None = None
    """What was added last."""
    _choice: Change | None = None
    """The step of the choice of several to which `_newest` belongs, in `done` or, where it comes to nothing, not."""
    _later: list[Change] = field(default_factory=list)
    """The changes of a choice of several whose beginning was not read yet, newest first."""

    @property
    def last(self) -> Change | None:
        """What was done last, undo included; None where nothing was."""
        candidates = [stack[-1] for stack in (self.done, self.undone) if stack]
        return max(candidates, key=lambda change: change.at_ms, default=None)

    def add(self, change: Change) -> None:
        """Take in what was just done."""
        match change.act:
            case Act.UNDO:
                if self.done:
                    self.done.pop()
                self.undone.append(change)
            case Act.REDO:
                if self.undone:
                    self.undone.pop()
                self.done.append(change)
            case _:
                self._add_step(change)
                self.undone.clear()
                self._is_cleared = True
        self._newest = change

    def _add_step(self, change: Change) -> None:
        step = change
        if self._choice is not None and self._newest is not None and _goes_on(self._newest, change):
            if self.done and self.done[-1] is self._choice:
                self.done.pop()
            step = _joined(self._choice, change)
        self._choice = step
        if step is change or _changes_something(step):
            self.done.append(step)

    def add_earlier(self, changes: Iterable[Change]) -> None:
        """Take in what was done just before everything known so far, newest first."""
        done: list[Change] = []
        undone: list[Change] = []
        for change in changes:
            if self._later and not _goes_on(change, self._later[-1]):
                self._add_earlier_choice(done)
            if self._later or change.act is Act.CHOOSE:
                self._later.append(change)
                if change.act is not Act.CHOOSE:
                    self._add_earlier_choice(done)
                continue
            if change.act is Act.UNDO:
                self._taken_back += 1
                if self._redone:
                    self._redone -= 1
                elif not self._is_cleared:
                    undone.append(change)
                continue
            self._add_earlier_step(change, done)
            if change.act is Act.REDO:
                self._redone += 1
            else:
                self._is_cleared = True
        self.done[:0] = reversed(done)
        self.undone[:0] = reversed(undone)

    def _add_earlier_choice(self, done: list[Change]) -> None:
        """Take in the choice of several in `_later`, which is read whole by now."""
        step = reduce(_joined, reversed(self._later))
        if len(self._later) == 1 or _changes_something(step):
            self._add_earlier_step(step, done)
        self._later.clear()
        self._is_cleared = True

    def _add_earlier_step(self, step: Change, done: list[Change]) -> None:
        if self._taken_back:
            self._taken_back -= 1
        else:
            done.append(step)

    @property
    def knows_what_undo_takes_back(self) -> bool:
        return bool(self.done) or self.is_whole

    @property
    def knows_what_redo_takes_back(self) -> bool:
        return bool(self.undone) or self._is_cleared or self.is_whole


def _goes_on(earlier: Change, change: Change) -> bool:
    """Return whether a change goes on with the choice of several that the one just before it began or went on with.

    Another program at the same worklist may have written in between.
    """
    if change.act is not Act.CHOOSE or earlier.act not in (Act.ANSWER, Act.CHOOSE):
        return False
    before, now = _answered(earlier), _answered(change)
    if before is None or earlier.trace_id != change.trace_id:
        return False
    if now is None:
        return True
    if (before.span_id, before.question) != (now.span_id, now.question):
        return False
    if before.after is None or now.before is None:
        return before.after is now.before
    return says_the_same(before.after, now.before)


def _joined(choice: Change, change: Change) -> Change:
    """Return a choice of several together with a change that goes on with it."""
    begun, now = _answered(choice), _answered(change)
    assert begun is not None, "a choice begins with an answer"
    if now is not None:
        retired, restored = (*begun.retired, *now.retired), (*begun.restored, *now.restored)
        begun = replace(begun, after=now.after, retired=retired, restored=restored)
    # A labelled item's changes each tell of its state; the first has told of it.
    states = (*choice.effects[1:], *(each for each in change.effects if each is not now))
    return replace(choice, at_ms=change.at_ms, effects=(begun, *dict.fromkeys(states)))


def _answered(change: Change) -> AnswerEffect | None:
    """Return the effect on the answer that a key gave, which is a change's first; None where there is none."""
    first = change.effects[0] if change.effects else None
    return first if isinstance(first, AnswerEffect) else None


def _changes_something(step: Change) -> bool:
    """Return whether a step leaves anything that can be taken back: an option turned on and off again does not."""
    answered = _answered(step)
    return answered is None or answered.before != answered.after or len(step.effects) > 1
