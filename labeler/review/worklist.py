"""The items of a review in order, their states, and which comes next, found without a walk over all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
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

    @classmethod
    def none(cls, positions: int) -> Marks:
        """Return a list of so many positions, none of which is marked."""
        return cls(0, bytearray(positions))

    def append(self, is_marked: bool) -> None:
        self._marks.append(is_marked)
        self.count += is_marked

    def set(self, position: int, is_marked: bool) -> None:
        self.count += is_marked - self._marks[position]
        self._marks[position] = is_marked

    def is_set(self, position: int) -> bool:
        """Return whether a position is marked."""
        return bool(self._marks[position])

    def next_after(self, position: int) -> int | None:
        """Return the first marked position after this one; -1 searches all of them. None if there is none."""
        found = self._marks.find(1, position + 1)
        return None if found < 0 else found

    def after(self, position: int) -> Iterator[int]:
        """Iterate over the marked positions after this one; -1 begins at the first."""
        found = self.next_after(position)
        while found is not None:
            yield found
            found = self.next_after(found)

    def next_around(self, position: int) -> int | None:
        """Return the first marked position after this one, else before it; None if there is no other."""
        found = self.next_after(position)
        if found is None:
            found = self.next_after(-1)
        return None if found == position else found


@dataclass(slots=True)
class Agenda:
    """What is still to do: among all items, or among those that a filter shows."""

    open: Marks = field(default_factory=Marks)
    """Items that are open, can be shown and are not passed over."""
    unlabelled: Marks = field(default_factory=Marks)
    """Items that are not labelled and not passed over."""
    waiting: Marks = field(default_factory=Marks)
    """Turns of items that are still deferred since then, can be shown and are neither passed over nor set aside."""
    to_do: Marks = field(default_factory=Marks)
    """Items that are open or deferred, neither passed over nor set aside, whether they can be shown or not."""

    def append(self, is_open: bool, is_unlabelled: bool, is_to_do: bool) -> None:
        """Note what is to do about a further item, which is not deferred yet."""
        self.open.append(is_open)
        self.unlabelled.append(is_unlabelled)
        self.to_do.append(is_to_do)

    @property
    def has_absent(self) -> bool:
        """Whether something is to do that cannot be shown now."""
        return self.to_do.count > self.open.count + self.waiting.count


@dataclass(slots=True)
class Worklist:
    """The items, and what each key asks of them: the next one to do, counts, which ones are deferred.

    `deferred` are the trace IDs of deferred items, in the order in which they were put off, each with its turn. One
    that is set aside was put off again when it had come back: no key that looks for work finds it. `shown` are the
    indexes of the items that a filter shows, ascending; None: all of them. Everything is changed by the methods only.
    """

    items: list[Item] = field(default_factory=list)
    index_of: dict[str, int] = field(default_factory=dict)
    deferred: dict[str, int] = field(default_factory=dict)
    shown: Sequence[int] | None = None
    stale: set[int] = field(default_factory=set)
    """Indexes of items of which something changed since the index of criteria looked at them, which empties it."""
    _absent: set[str] = field(default_factory=set)
    _passed_over: set[str] = field(default_factory=set)
    _aside: set[str] = field(default_factory=set)
    _counts: dict[ItemState, int] = field(default_factory=lambda: dict.fromkeys(ItemState, 0))
    _turns: list[int] = field(default_factory=list)
    """For each turn, the index of the item that was put off then."""
    _all: Agenda = field(default_factory=Agenda)
    _shown: Agenda | None = None
    """The agenda of the items that a filter shows; None without one."""

    @property
    def absent(self) -> AbstractSet[str]:
        """Traces that cannot be shown now: not downloaded while the backend is out of reach."""
        return self._absent

    def add(self, items: Iterable[Item]) -> int:
        """Append items that are not in the worklist yet; return how many were."""
        before = len(self.items)
        for item in items:
            trace_id, state = item.trace_id, item.state
            if trace_id in self.index_of:
                continue
            self.index_of[trace_id] = len(self.items)
            self.items.append(item)
            self._counts[state] += 1
            is_work = trace_id not in self._passed_over
            is_open = is_work and state is ItemState.OPEN and trace_id not in self._absent
            self._all.append(is_open, is_work and state is not ItemState.LABELLED, is_work and state in TO_DO)
            if self._shown is not None:
                self._shown.append(False, False, False)
            if state is ItemState.DEFERRED:
                self._put_off(item)
                self._mark(len(self.items) - 1)
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
        if before is ItemState.DEFERRED:
            self._aside.discard(trace_id)
            turn = self.deferred.pop(trace_id)
            for agenda in self._agendas:
                agenda.waiting.set(turn, False)
        if now is ItemState.DEFERRED:
            self._put_off(item)
        self._mark(index)

    def set_aside(self, trace_id: str) -> None:
        """Let no key that looks for work find a deferred item any more: it was put off again."""
        self._aside.add(trace_id)
        self._mark_trace(trace_id)

    def take_up(self, trace_id: str) -> None:
        """Have the keys that look for work find a deferred item again that was set aside."""
        self._aside.discard(trace_id)
        self._mark_trace(trace_id)

    def is_aside(self, trace_id: str) -> bool:
        """Return whether a deferred item was put off again."""
        return trace_id in self._aside

    def set_title(self, trace_id: str, title: str) -> None:
        """Give an item another title."""
        index = self.index_of[trace_id]
        self.items[index] = replace(self.items[index], title=title)
        self.stale.add(index)

    def note_changed(self, trace_id: str) -> None:
        """Note that something about a trace changed that is not kept here, if it is in the worklist."""
        index = self.index_of.get(trace_id)
        if index is not None:
            self.stale.add(index)

    def pass_over(self, trace_id: str) -> None:
        """Have this trace found by no key that looks for work; it can still be gone to."""
        self._passed_over.add(trace_id)
        self._mark_trace(trace_id)

    def offer(self, trace_id: str) -> None:
        """Have this trace found again by the keys that look for work."""
        self._passed_over.discard(trace_id)
        self._mark_trace(trace_id)

    def is_passed_over(self, trace_id: str) -> bool:
        """Return whether no key that looks for work finds this trace."""
        return trace_id in self._passed_over

    def set_absent(self, absent: AbstractSet[str]) -> None:
        """Make these the traces that cannot be shown, and no others."""
        changed = self._absent ^ absent
        self._absent = set(absent)
        for trace_id in changed:
            self._mark_trace(trace_id)

    def set_present(self, trace_id: str) -> None:
        """Make a trace one that can be shown."""
        self._absent.discard(trace_id)
        self._mark_trace(trace_id)

    def show_only(self, shown: Sequence[int] | None) -> None:
        """Have every key that looks for work look among the items at these indexes, which ascend; None: among all."""
        self.shown, self._shown = shown, None
        if shown is None:
            return
        items, turns = len(self.items), len(self._turns)
        agenda = self._shown = Agenda(Marks.none(items), Marks.none(items), Marks.none(turns), Marks.none(items))
        for index in shown:
            self._mark_in(agenda, index)

    def shows(self, index: int) -> bool:
        """Return whether the filter shows an item; without a filter all are shown."""
        shown = self.shown
        if shown is None:
            return True
        place = bisect_left(shown, index)
        return place < len(shown) and shown[place] == index

    def neighbour(self, here: int, step: int) -> int | None:
        """Return the index of the item shown next after `here` (`step` 1) or before it (-1); None if there is none."""
        shown: Sequence[int] = range(len(self.items)) if self.shown is None else self.shown
        place = bisect_right(shown, here) if step > 0 else bisect_left(shown, here) - 1
        return shown[place] if 0 <= place < len(shown) else None

    def next_to_do(self, here: int) -> int | None:
        """Return the index of the next item to do: open ones after `here`, those before, then deferred in turn.

        Items that a filter does not show, that cannot be shown now, or are passed over, are left out. None if nothing
        is left but the one at `here`.
        """
        agenda = self._agenda
        found = agenda.open.next_around(here)
        if found is not None or not self.deferred:
            return found
        turn = agenda.waiting.next_around(self.deferred.get(self.items[here].trace_id, -1))
        return None if turn is None else self._turns[turn]

    def first_open(self) -> int | None:
        """Return the index of the first open item that can be shown; None if there is none."""
        return self._agenda.open.next_after(-1)

    def open_shown(self) -> Iterator[int]:
        """Iterate over the indexes of the open items that the filter shows, in order.

        Those that cannot be shown now, or are passed over, are left out.
        """
        return self._agenda.open.after(-1)

    def unlabelled_after(self, here: int) -> Iterator[int]:
        """Iterate over the indexes of the items shown after `here` that are not labelled or passed over, in order."""
        return self._agenda.unlabelled.after(here)

    @property
    def work_left(self) -> int:
        """How many items are open or deferred, neither passed over nor set aside, in a filter or out of it."""
        return self._all.to_do.count

    @property
    def is_finished(self) -> bool:
        """Whether there are items, and none of them is left to work on, whether it can be shown now or not."""
        return bool(self.items) and not self.work_left

    def is_work(self, index: int) -> bool:
        """Return whether an item is among those that are left to work on."""
        return self._all.to_do.is_set(index)

    @property
    def work_shown(self) -> int:
        """How many of the items that the filter shows are left to work on."""
        return self._agenda.to_do.count

    @property
    def has_absent_to_do(self) -> bool:
        """Whether an item that is shown by the filter, and still to do, cannot be read now."""
        return self._agenda.has_absent

    @property
    def _agenda(self) -> Agenda:
        return self._all if self._shown is None else self._shown

    @property
    def _agendas(self) -> tuple[Agenda, ...]:
        return (self._all,) if self._shown is None else (self._all, self._shown)

    def _put_off(self, item: Item) -> None:
        self.deferred[item.trace_id] = len(self._turns)
        self._turns.append(self.index_of[item.trace_id])
        for agenda in self._agendas:
            agenda.waiting.append(False)

    def _mark_trace(self, trace_id: str) -> None:
        index = self.index_of.get(trace_id)
        if index is not None:
            self._mark(index)

    def _mark(self, index: int) -> None:
        """Mark in the agendas what is to do about an item now."""
        self.stale.add(index)
        self._mark_in(self._all, index)
        if self._shown is not None and self.shows(index):
            self._mark_in(self._shown, index)

    def _mark_in(self, agenda: Agenda, index: int) -> None:
        item = self.items[index]
        is_passed_over = item.trace_id in self._passed_over
        is_offered = not is_passed_over and item.trace_id not in self._absent
        agenda.open.set(index, is_offered and item.state is ItemState.OPEN)
        agenda.unlabelled.set(index, not is_passed_over and item.state is not ItemState.LABELLED)
        is_aside = item.trace_id in self._aside
        agenda.to_do.set(index, not is_passed_over and not is_aside and item.state in TO_DO)
        if item.state is ItemState.DEFERRED:
            agenda.waiting.set(self.deferred[item.trace_id], is_offered and not is_aside)
