"""What the keys of a day were meant to say, and how the server's end differs from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.reliability.place import Place, assessed

Said = tuple[bool, str]
"""An answer and its comment, empty for none."""


@dataclass
class Meant:
    """What the keys were meant to say, by mark, and how each step is taken back."""

    answers: dict[str, Said] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    steps: list[tuple[dict[str, Said | None], set[str]]] = field(default_factory=list)
    """The answers and flags before each step, newest last."""
    done: Counter[str] = field(default_factory=Counter)

    def say(self, what: str, answers: dict[str, Said] | None = None, flags: set[str] | None = None) -> None:
        """Take a step that gives these answers and flags."""
        given = answers or {}
        self.steps.append(({mark: self.answers.get(mark) for mark in given}, flags or set()))
        self.answers.update(given)
        self.flags |= flags or set()
        self.done[what] += 1

    def take_back(self) -> None:
        before, flags = self.steps.pop()
        for mark, said in before.items():
            if said is None:
                self.answers.pop(mark, None)
            else:
                self.answers[mark] = said
        self.flags -= flags
        self.done["undo"] += 1


def compare(place: Place, meant: Meant, reviewer: str) -> list[str]:
    """Return how the reviewer's standing answers on the server differ from what was meant."""
    standing = [each for each in assessed(place) if each.valid and each.reviewer == reviewer]
    there: dict[str, Counter[tuple[object, str]]] = {}
    for each in standing:
        if each.question == "is_helpful":
            there.setdefault(each.mark, Counter())[each.said] += 1
    differences = [
        f"{mark}: {dict(there.get(mark, {}))} on the server, meant was {meant.answers.get(mark)}"
        for mark in sorted(there.keys() | meant.answers.keys())
        if there.get(mark, Counter()) != (Counter([meant.answers[mark]]) if mark in meant.answers else Counter())
    ]
    flags = Counter(each.mark for each in standing if each.question == "labeler.flag")
    if flags != Counter(meant.flags):
        differences.append(f"flags {sorted(flags.elements())}, meant were {sorted(meant.flags)}")
    return differences
