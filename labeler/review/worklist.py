"""The items of a review in order, their states, and which comes next, found without a walk over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.worklist import ItemState

TO_DO: Final = frozenset({ItemState.OPEN, ItemState.DEFERRED})
"""States of items that are still to be worked on."""


@dataclass(frozen=True, slots=True)
class Item:
    """One trace of the worklist. `title` is as the backend has it; whoever shows it makes it safe to show.

    `requested_at_ms` is in milliseconds since the epoch; 0 while it is not known. `has_failed`: the trace is in error.
    """

    trace_id: str
    experiment_id: str
    title: str
    state: ItemState = ItemState.OPEN
    requested_at_ms: int = 0
    has_failed: bool = False


@dataclass(slots=True)
class Marks:
    """Which positions of a list are marked. The next is found by a search over bytes: 3 µs among 100,000."""

    count: int = 0
    _marks: bytearray = field(default_factory=bytearray)

    def append(self, is_marked: bool) -> None:
        self._marks.append(is_marked)
        self.count += is_marked

    def set(self, position: int, is_marked: bool) -> None:
        self.count += is_marked - self._marks[position]
        self._marks[position] = is_marked

    def next_after(self, position: int) -> int | None:
        """Return the first marked position after this one; -1 searches all of them. None if there is none."""
        found = self._marks.find(1, position + 1)
        return None if found < 0 else found

    def next_around(self, position: int) -> int | None:
        """Return the first marked position after this one, else before it; None if there is no other."""
        found = self.next_after(position)
        if found is None:
            found = self.next_after(-1)
        return None if found == position else found


@dataclass(slots=True)
class Worklist:
    """The items, and what each key asks of them: the next one to do, counts, which ones are deferred.

    `deferred` are the trace IDs of deferred items, in the order in which they were put off, each with its turn.
    Everything is changed by the methods only.
    """

    items: list[Item] = field(default_factory=list)
    index_of: dict[str, int] = field(default_factory=dict)
    deferred: dict[str, int] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)
    _passed_over: set[str] = field(default_factory=set)
    _counts: dict[ItemState, int] = field(default_factory=lambda: dict.fromkeys(ItemState, 0))
    _unlabelled: Marks = field(default_factory=Marks)
    _open: Marks = field(default_factory=Marks)
    """Items that are open, can be shown and are not passed over."""
    _turns: list[int] = field(default_factory=list)
    """For each turn, the index of the item that was put off then."""
    _waiting: Marks = field(default_factory=Marks)
    """Turns of items that are still deferred since then, can be shown and are not passed over."""

    @property
    def absent(self) -> AbstractSet[str]:
        """Traces that cannot be shown now: not downloaded while the backend is out of reach."""
        return self._absent

    def add(self, items: Iterable[Item]) -> int:
        """Append items that are not in the worklist yet; return how many were."""
        before = len(self.items)
        for item in items:
            if item.trace_id in self.index_of:
                continue
            self.index_of[item.trace_id] = len(self.items)
            self.items.append(item)
            self._counts[item.state] += 1
            self._unlabelled.append(self._may_be_next(item))
            self._open.append(item.state is ItemState.OPEN and self._is_offered(item.trace_id))
            if item.state is ItemState.DEFERRED:
                self._put_off(item)
        return len(self.items) - before

    def count_of(self, state: ItemState) -> int:
        """Return how many items are in a state."""
        return self._counts[state]

    def set_state(self, trace_id: str, now: ItemState) -> None:
        """Put an item into a state; a trace that is not in the worklist is ignored."""
        index = self.index_of.get(trace_id)
        if index is None:
            return
        old = self.items[index]
        before = old.state
        item = self.items[index] = replace(old, state=now)
        self._counts[before] -= 1
        self._counts[now] += 1
        self._unlabelled.set(index, self._may_be_next(item))
        self._open.set(index, now is ItemState.OPEN and self._is_offered(trace_id))
        if before is ItemState.DEFERRED:
            self._waiting.set(self.deferred.pop(trace_id), False)
        if now is ItemState.DEFERRED:
            self._put_off(item)

    def set_title(self, trace_id: str, title: str) -> None:
        """Give an item another title."""
        index = self.index_of[trace_id]
        self.items[index] = replace(self.items[index], title=title)

    def pass_over(self, trace_id: str) -> None:
        """Have this trace found by no key that looks for work; it can still be gone to."""
        self._passed_over.add(trace_id)
        self._mark_offer(trace_id)

    def offer(self, trace_id: str) -> None:
        """Have this trace found again by the keys that look for work."""
        self._passed_over.discard(trace_id)
        self._mark_offer(trace_id)

    def is_passed_over(self, trace_id: str) -> bool:
        """Return whether no key that looks for work finds this trace."""
        return trace_id in self._passed_over

    def set_absent(self, absent: AbstractSet[str]) -> None:
        """Make these the traces that cannot be shown, and no others."""
        changed = self._absent ^ absent
        self._absent = set(absent)
        for trace_id in changed:
            self._mark_offer(trace_id)

    def set_present(self, trace_id: str) -> None:
        """Make a trace one that can be shown."""
        self._absent.discard(trace_id)
        self._mark_offer(trace_id)

    def next_to_do(self, here: int) -> int | None:
        """Return the index of the next item to do: open ones after `here`, those before, then deferred in turn.

        Items that cannot be shown now, or are passed over, are left out. None if nothing is left but the one at `here`.
        """
        found = self._open.next_around(here)
        if found is not None or not self.deferred:
            return found
        turn = self._waiting.next_around(self.deferred.get(self.items[here].trace_id, -1))
        return None if turn is None else self._turns[turn]

    def first_open(self) -> int | None:
        """Return the index of the first open item that can be shown; None if there is none."""
        return self._open.next_after(-1)

    def unlabelled_after(self, here: int) -> Iterator[int]:
        """Iterate over the indexes of the items after `here` that are not labelled or passed over, in order."""
        found = self._unlabelled.next_after(here)
        while found is not None:
            yield found
            found = self._unlabelled.next_after(found)

    @property
    def work_left(self) -> int:
        """How many items are open or deferred and not passed over, whether they can be shown now or not."""
        to_do = self.count_of(ItemState.OPEN) + self.count_of(ItemState.DEFERRED)
        indexes = (self.index_of.get(trace_id) for trace_id in self._passed_over)
        return to_do - sum(1 for index in indexes if index is not None and self.items[index].state in TO_DO)

    @property
    def has_absent_to_do(self) -> bool:
        """Whether an item that is still to do cannot be shown now."""
        return self.work_left > self._open.count + self._waiting.count

    def _put_off(self, item: Item) -> None:
        self.deferred[item.trace_id] = len(self._turns)
        self._turns.append(self.index_of[item.trace_id])
        self._waiting.append(self._is_offered(item.trace_id))

    def _is_offered(self, trace_id: str) -> bool:
        return trace_id not in self._absent and trace_id not in self._passed_over

    def _may_be_next(self, item: Item) -> bool:
        return item.state is not ItemState.LABELLED and item.trace_id not in self._passed_over

    def _mark_offer(self, trace_id: str) -> None:
        index = self.index_of.get(trace_id)
        if index is None:
            return
        self._unlabelled.set(index, self._may_be_next(self.items[index]))
        is_offered = self._is_offered(trace_id)
        self._open.set(index, self.items[index].state is ItemState.OPEN and is_offered)
        if trace_id in self.deferred:
            self._waiting.set(self.deferred[trace_id], is_offered)
