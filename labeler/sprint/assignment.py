"""Who labels which item: a balanced first assignment, and the moves when people come and go. Pure.

The same input gives the same assignment on every machine. What somebody has completed or declined is never moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import ceil
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.queue import QueueItemState
from labeler.domain.sprint import hash_of, order_of_items
from labeler.sprint.plan import Overlap

_EVEN: Final = 2
"""Shared items by which two pairs of people may differ."""

_MOST_DRAWS: Final = 40
_FEW_ITEMS: Final = 1_000
"""Above this one draw is even enough, and takes long."""

Placed = Mapping[str, Mapping[str, QueueItemState]]
"""The items in each reviewer's queue, with their states there."""


@dataclass(frozen=True, slots=True)
class Move:
    """An item that is given to somebody, taken from somebody, or both. Giving comes first."""

    item: str
    given_to: str | None = None
    taken_from: str | None = None


def places_of(item: str, overlap: Overlap, seed: int, people: int) -> int:
    """Return how many of `people` an item is for. Of an overlap such as 1.2, a fifth, by hash, are for one more."""
    if overlap == "all":
        return people
    whole = int(overlap)
    return whole + (_share(seed, "overlap", item) < overlap - whole)


def assign(
    items: Iterable[str], reviewers: Iterable[str], overlap: Overlap, seed: int, everybodys: Collection[str] = ()
) -> dict[str, list[str]]:
    """Return the items of each reviewer: each item for distinct people, all with as much work as the others.

    `everybodys` are items that everybody gets (calibration and gold), which do not count as load. Any two people share
    about as many of the other items as any other two: among few items, where the first draw is too uneven for that,
    the evenest of several counts.
    """
    people = sorted(set(reviewers))
    listed = sorted(set(items) - set(everybodys), key=lambda each: hash_of(seed, each))
    places = [(item, places_of(item, overlap, seed, len(people))) for item in listed]
    drawn: list[_Draw] = []
    for turn in range(_MOST_DRAWS if len(listed) <= _FEW_ITEMS else 1):
        drawn.append(_draw(places, people, f"{seed}.{turn}" if turn else str(seed)))
        if drawn[-1].spread <= _EVEN:
            break
    chosen = min(drawn, key=lambda each: each.spread)
    return {reviewer: sorted(set(everybodys)) + chosen.given[reviewer] for reviewer in people}


@dataclass(frozen=True, slots=True)
class _Draw:
    """One way to give out items. `spread` is by how many shared items the pairs of people differ."""

    given: Mapping[str, list[str]]
    spread: int


def _draw(places: Iterable[tuple[str, int]], people: Sequence[str], seed: str) -> _Draw:
    """Give each item to those with least work, of these to those who have shared least with the ones chosen already."""
    given: dict[str, list[str]] = {reviewer: [] for reviewer in people}
    shared = dict.fromkeys(combinations(people, 2), 0)
    for item, wanted in places:
        rank = {reviewer: hash_of(seed, item, reviewer) for reviewer in people}
        together = dict.fromkeys(people, 0)
        chosen: list[str] = []
        for _ in range(min(wanted, len(people))):
            free = [each for each in people if each not in chosen]
            chosen.append(min(free, key=lambda each: (len(given[each]), together[each], rank[each])))
            for each in free:
                if each != chosen[-1]:
                    together[each] += shared[_pair(each, chosen[-1])]
        for reviewer in chosen:
            given[reviewer].append(item)
        for pair in combinations(sorted(chosen), 2):
            shared[pair] += 1
    return _Draw(given, max(shared.values(), default=0) - min(shared.values(), default=0))


def everybodys_items(
    placed: Placed, overlap: Overlap, known: Collection[str], people: Collection[str]
) -> set[str] | None:
    """Return the items that are everybody's: the known ones (calibration), and those that all of `people` have.

    Which items are gold is on no server. Where there are more people than an item is for, what all of them have is
    gold; otherwise that does not tell, and the result is None. Queues without items, as new ones are, tell nothing.
    """
    filled = [set(items) for reviewer, items in placed.items() if reviewer in people and items]
    if overlap == "all" or len(filled) <= ceil(overlap):
        return None
    return set(known) | set.intersection(*filled)


def moves_for_joining(
    placed: Placed,
    newcomer: str,
    overlap: Overlap,
    seed: int,
    everybodys: Collection[str] = (),
    leaving: Collection[str] = (),
) -> list[Move]:
    """Return the moves that give a newcomer a fair share: of what is left, the newcomer gets as much as the others.

    Items are taken from whoever has most left, the last of their order first, so that nobody loses the item that they
    have before them. Items that had too few people before get the newcomer first. `leaving` are reviewers who have
    left: what they completed stays, and they get nothing.
    """
    table = _Table(placed, {newcomer}, overlap, seed, everybodys, leaving)
    table.give_everybodys()
    table.fill([newcomer])
    table.level_for(newcomer)
    return table.moves


def moves_for_leaving(
    placed: Placed,
    leaver: str,
    overlap: Overlap,
    seed: int,
    everybodys: Collection[str] = (),
    leaving: Collection[str] = (),
) -> list[Move]:
    """Return the moves that give what a leaver has not done to those with least left who do not have it."""
    table = _Table(placed, (), overlap, seed, everybodys, {*leaving, leaver})
    table.empty(leaver)
    return table.moves


def moves_for_balance(
    placed: Placed,
    overlap: Overlap,
    seed: int,
    everybodys: Collection[str] = (),
    leaving: Collection[str] = (),
    unplaced: Collection[str] = (),
) -> list[Move]:
    """Return the moves after which each item has as many people as it should, and all have as much left, within 1.

    An item that everybody declined, or whose queue was deleted, gets people again; one with too many loses those who
    have not done it. `unplaced` are items that are in no queue.
    """
    table = _Table(placed, (), overlap, seed, everybodys, leaving, unplaced)
    for reviewer in sorted(leaving):
        table.empty(reviewer)
    table.give_everybodys()
    table.trim()
    table.fill(table.people)
    table.level()
    return table.moves


def too_few(
    placed: Placed, overlap: Overlap, seed: int, everybodys: Collection[str] = (), leaving: Collection[str] = ()
) -> int:
    """Return how many items have fewer people than they should, because there are no others to give them to."""
    table = _Table(placed, (), overlap, seed, everybodys, leaving)
    return sum(table.missing(item) > 0 for item in table.items)


class _Table:
    """Items and people while moves are worked out. `people` are those who can be given items, sorted."""

    def __init__(
        self,
        placed: Placed,
        newcomers: Collection[str],
        overlap: Overlap,
        seed: int,
        everybodys: Collection[str],
        leaving: Collection[str],
        unplaced: Collection[str] = (),
    ) -> None:
        self.moves: list[Move] = []
        self.people = sorted({*placed, *newcomers} - set(leaving))
        self._states = {reviewer: dict(items) for reviewer, items in placed.items()}
        for reviewer in newcomers:
            self._states.setdefault(reviewer, {})
        self._overlap = overlap
        self._seed = seed
        found = {item for items in self._states.values() for item in items} | set(unplaced)
        self._everybodys = set(everybodys) & found  # one in no queue was deleted, and a server takes no such item
        if overlap == "all":
            self._everybodys |= found
        self.items = sorted(found - self._everybodys, key=lambda each: hash_of(seed, each))
        self._holders: dict[str, set[str]] = {item: set() for item in self.items}
        for reviewer, items in self._states.items():
            for item, state in items.items():
                if item in self._holders and state is not QueueItemState.DECLINED:
                    self._holders[item].add(reviewer)
        self._left = {
            reviewer: sum(
                state is QueueItemState.PENDING and item not in self._everybodys for item, state in items.items()
            )
            for reviewer, items in self._states.items()
        }

    def missing(self, item: str) -> int:
        """Return how many more people an item is for than it has; negative where it has too many."""
        return places_of(item, self._overlap, self._seed, len(self.people)) - len(self._holders[item])

    def give_everybodys(self) -> None:
        """Give everybody the items that are everybody's."""
        for reviewer in self.people:
            for item in sorted(self._everybodys - self._states[reviewer].keys()):
                self._states[reviewer][item] = QueueItemState.PENDING
                self.moves.append(Move(item, given_to=reviewer))

    def fill(self, people: Sequence[str]) -> None:
        """Give items that have too few people to those of `people` with least left who never had them."""
        for item in self.items:
            while self.missing(item) > 0 and (able := self._able(item, people)):
                self._move(item, able[0], None)

    def trim(self) -> None:
        """Take items that have too many people from those with most left who have not done them."""
        for item in self.items:
            while self.missing(item) < 0 and (holding := self._holding(item)):
                self._move(item, None, holding[0])

    def empty(self, leaver: str) -> None:
        """Take from a leaver what is not done, giving each item to another where it has too few people without."""
        for item in self._pending_of(leaver):
            if item not in self._holders:
                self._states[leaver].pop(item)
                self.moves.append(Move(item, taken_from=leaver))
                continue
            is_needed = self.missing(item) + 1 > 0
            able = self._able(item, self.people) if is_needed else []
            self._move(item, able[0] if able else None, leaver)

    def level_for(self, newcomer: str) -> None:
        """Move items to a newcomer until what is left is even within 1, or nobody has one to give."""
        givers = [each for each in self.people if each != newcomer]
        while givers:
            giver = max(givers, key=lambda each: (self._left[each], hash_of(self._seed, each)))
            if self._left[giver] - self._left[newcomer] < 2:
                return
            if not self._pass_on(giver, newcomer):
                givers.remove(giver)

    def level(self) -> None:
        """Move items from those with most left to those with least until it is even within 1, as far as that goes."""
        while any(
            self._left[giver] - self._left[taker] >= 2 and self._pass_on(giver, taker)
            for giver in sorted(self.people, key=lambda each: -self._left[each])
            for taker in sorted(self.people, key=lambda each: self._left[each])
        ):
            pass

    def _pass_on(self, giver: str, taker: str) -> bool:
        """Move the last item of a giver's order that the taker never had. Return whether there was one."""
        for item in reversed(self._pending_of(giver)):
            if item in self._holders and item not in self._states[taker]:
                self._move(item, taker, giver)
                return True
        return False

    def _pending_of(self, reviewer: str) -> list[str]:
        pending = [item for item, state in self._states.get(reviewer, {}).items() if state is QueueItemState.PENDING]
        return order_of_items(pending, reviewer, self._seed)

    def _able(self, item: str, people: Sequence[str]) -> list[str]:
        """Return those who never had an item, the one with least left first."""
        never = [each for each in people if item not in self._states[each]]
        return sorted(never, key=lambda each: (self._left[each], hash_of(self._seed, item, each)))

    def _holding(self, item: str) -> list[str]:
        """Return those who have an item before them, the one with most left first."""
        pending = [each for each in self.people if self._states[each].get(item) is QueueItemState.PENDING]
        return sorted(pending, key=lambda each: (-self._left[each], hash_of(self._seed, item, each)))

    def _move(self, item: str, given_to: str | None, taken_from: str | None) -> None:
        self.moves.append(Move(item, given_to, taken_from))
        if given_to is not None:
            self._states[given_to][item] = QueueItemState.PENDING
            self._holders[item].add(given_to)
            self._left[given_to] += 1
        if taken_from is not None:
            del self._states[taken_from][item]
            self._holders[item].discard(taken_from)
            self._left[taken_from] -= 1


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _share(seed: int, *words: str) -> float:
    return int.from_bytes(hash_of(seed, *words)[:8], "big") / 2**64
