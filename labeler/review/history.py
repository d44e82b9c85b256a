"""What can be undone and redone. Of a long log, only the newest part needs to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from labeler.dataclass import dataclass
from labeler.domain.change import Act, Change


@dataclass(slots=True)
class History:
    """The changes that undo takes back (`done`) and the undos that redo takes back (`undone`), the next one last.

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
                self.done.append(change)
                self.undone.clear()
                self._is_cleared = True

    def add_earlier(self, changes: Iterable[Change]) -> None:
        """Take in what was done just before everything known so far, newest first."""
        done: list[Change] = []
        undone: list[Change] = []
        for change in changes:
            if change.act is Act.UNDO:
                self._taken_back += 1
                if self._redone:
                    self._redone -= 1
                elif not self._is_cleared:
                    undone.append(change)
                continue
            if self._taken_back:
                self._taken_back -= 1
            else:
                done.append(change)
            if change.act is Act.REDO:
                self._redone += 1
            else:
                self._is_cleared = True
        self.done[:0] = reversed(done)
        self.undone[:0] = reversed(undone)

    @property
    def knows_what_undo_takes_back(self) -> bool:
        return bool(self.done) or self.is_whole

    @property
    def knows_what_redo_takes_back(self) -> bool:
        return bool(self.undone) or self._is_cleared or self.is_whole
