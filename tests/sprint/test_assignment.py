"""Who labels which item: even, for distinct people, the same on every machine, and completed work stays where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.queue import QueueItemState
from labeler.domain.sprint import order_of_items
from labeler.sprint.assignment import (
    Move,
    Placed,
    assign,
    moves_for_balance,
    moves_for_joining,
    moves_for_leaving,
    places_of,
    too_few,
)
from labeler.sprint.plan import Overlap

PENDING, COMPLETE, DECLINED = QueueItemState.PENDING, QueueItemState.COMPLETE, QueueItemState.DECLINED


def traces(count: int) -> list[str]:
    return [f"tr-{number}" for number in range(count)]


def people(count: int) -> list[str]:
    return [f"r{number}@x.io" for number in range(count)]


def holders(assigned: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for reviewer, items in assigned.items():
        assert len(set(items)) == len(items), "nobody has an item twice"
        for item in items:
            found.setdefault(item, set()).add(reviewer)
    return found


@given(st.integers(0, 120), st.integers(1, 9), st.data(), st.integers(0, 99))
def test_a_first_assignment_is_even(items: int, reviewers: int, data: st.DataObject, seed: int) -> None:
    overlap = data.draw(st.integers(1, reviewers))
    given_to = assign(traces(items), people(reviewers), overlap, seed)
    assert {item: len(who) for item, who in holders(given_to).items()} == dict.fromkeys(traces(items), overlap)
    loads = [len(given_to[each]) for each in people(reviewers)]
    assert max(loads) - min(loads) <= 1
    shared = [len({*given_to[one]} & {*given_to[other]}) for one, other in combinations(given_to, 2)]
    assert max(shared, default=0) - min(shared, default=0) <= (2 if 2 * overlap < reviewers else 3)
    again = assign(reversed(traces(items)), [*reversed(people(reviewers))], overlap, seed)
    assert again == given_to


def test_the_sprint_of_a_team_shares_evenly() -> None:
    given_to = assign(traces(1_000), people(8), 3, seed=7)
    assert {len(items) for items in given_to.values()} == {375}
    shared = [len({*given_to[one]} & {*given_to[other]}) for one, other in combinations(given_to, 2)]
    assert max(shared) - min(shared) <= 2


def test_an_overlap_between_two_numbers_gives_a_share_of_the_items_one_more() -> None:
    given_to = assign(traces(1_000), people(5), 1.2, seed=1)
    counted = Counter(len(who) for who in holders(given_to).values())
    assert counted.keys() == {1, 2}
    assert 150 < counted[2] < 250
    loads = [len(items) for items in given_to.values()]
    assert max(loads) - min(loads) <= 1


def test_some_items_are_everybodys_and_no_load() -> None:
    given_to = assign(traces(20), people(3), 1, seed=1, everybodys=["gold-1", "tr-3"])
    assert all({"gold-1", "tr-3"} <= {*items} for items in given_to.values())
    assert sorted(len(items) - 2 for items in given_to.values()) == [6, 6, 7]
    assert all(len(items) == 20 for items in assign(traces(20), people(3), "all", seed=1).values())


def test_each_has_an_order_of_their_own_with_calibration_first() -> None:
    order = order_of_items(traces(30), "ana@x.io", 7, first={"tr-4", "tr-20"})
    assert {*order[:2]} == {"tr-4", "tr-20"}
    assert sorted(order) == sorted(traces(30))
    assert order != order_of_items(traces(30), "bo@x.io", 7, first={"tr-4", "tr-20"})
    assert order == order_of_items(reversed(traces(30)), "ana@x.io", 7, first={"tr-4", "tr-20"})


# --- People come and go


@st.composite
def running(draw: st.DrawFn) -> tuple[Placed, Overlap, int]:
    """A sprint after a while: some items completed, some declined."""
    reviewers = draw(st.integers(1, 7))
    overlap: Overlap = draw(st.one_of(st.integers(1, reviewers), st.just(1.5), st.just("all")))
    seed = draw(st.integers(0, 9))
    given_to = assign(traces(draw(st.integers(0, 40))), people(reviewers), overlap, seed, everybodys=["tr-0"])
    state = st.sampled_from([PENDING, PENDING, PENDING, COMPLETE, COMPLETE, DECLINED])
    return {who: {item: draw(state) for item in items} for who, items in given_to.items()}, overlap, seed


def carried_out(placed: Placed, moves: Sequence[Move]) -> dict[str, dict[str, QueueItemState]]:
    """The queues after the moves, each of which is checked to be one that can be made."""
    after = {reviewer: dict(items) for reviewer, items in placed.items()}
    for move in moves:
        if move.given_to is not None:
            theirs = after.setdefault(move.given_to, {})
            assert move.item not in theirs, "nobody is given an item that they have or had"
            theirs[move.item] = PENDING
        if move.taken_from is not None:
            assert after[move.taken_from].pop(move.item) is PENDING, "only what is not done is taken"
    return after


def done(placed: Placed) -> set[tuple[str, str, QueueItemState]]:
    return {
        (who, item, state) for who, items in placed.items() for item, state in items.items() if state is not PENDING
    }


def left(items: Mapping[str, QueueItemState]) -> int:
    return sum(state is PENDING for item, state in items.items() if item != "tr-0")


def people_of(placed: Placed) -> Counter[str]:
    return Counter(item for items in placed.values() for item, state in items.items() if state is not DECLINED)


@given(running())
def test_who_joins_gets_as_much_as_is_left_for_the_others(sprint: tuple[Placed, Overlap, int]) -> None:
    placed, overlap, seed = sprint
    moves = moves_for_joining(placed, "new@x.io", overlap, seed, ["tr-0"])
    after = carried_out(placed, moves)
    assert done(after) == done(placed)
    assert "tr-0" in after["new@x.io"]
    assert {move.given_to for move in moves} <= {"new@x.io"}
    before_and_after = [(people_of(placed)[item], people_of(after)[item]) for item in people_of(placed)]
    assert all(now >= before for before, now in before_and_after)
    most = max((left(items) for who, items in after.items() if who != "new@x.io"), default=0)
    takeable = {
        item for who, items in after.items() if left(items) == most for item, state in items.items() if state is PENDING
    }
    if takeable - after["new@x.io"].keys() - {"tr-0"} and overlap != "all":
        assert most - left(after["new@x.io"]) <= 1
    assert moves == moves_for_joining(dict(reversed([*placed.items()])), "new@x.io", overlap, seed, ["tr-0"])


@given(running())
def test_what_a_leaver_has_not_done_goes_to_others_wherever_it_can(sprint: tuple[Placed, Overlap, int]) -> None:
    placed, overlap, seed = sprint
    leaver = min(placed)
    moves = moves_for_leaving(placed, leaver, overlap, seed, ["tr-0"])
    after = carried_out(placed, moves)
    assert done(after) == done(placed)
    assert PENDING not in after[leaver].values()
    for move in moves:
        wanted = places_of(move.item, overlap, seed, len(placed) - 1)
        others_without = [who for who in placed if who != leaver and move.item not in after[who]]
        had = min(people_of(placed)[move.item], wanted)
        if overlap != "all" and move.item != "tr-0" and people_of(after)[move.item] < had:
            assert not others_without


@given(running(), st.data())
def test_balancing_repairs_what_was_lost_and_is_then_done(
    sprint: tuple[Placed, Overlap, int], data: st.DataObject
) -> None:
    placed, overlap, seed = sprint
    lost = data.draw(st.sampled_from(sorted(placed)))
    everything = {item for items in placed.values() for item in items}
    damaged = {**placed, lost: {}} if data.draw(st.booleans()) else placed
    after = carried_out(damaged, moves_for_balance(damaged, overlap, seed, ["tr-0"]))
    assert done(after) == done(damaged)
    lefts = [left(items) for items in after.values()]
    for item in {item for items in damaged.values() for item in items} - {"tr-0"}:
        if overlap != "all" and (missing := places_of(item, overlap, seed, 9) - people_of(after)[item]) > 0:
            assert all(item in items for items in after.values()), f"{missing} could have had it"
    assert moves_for_balance(after, overlap, seed, ["tr-0"]) == []
    if overlap == "all":
        assert all(everything >= items.keys() for items in after.values())
    elif not done(damaged) and overlap < len(placed):
        assert max(lefts) - min(lefts) <= 1 or len(placed) > len(everything)


def test_who_joins_late_takes_an_even_share_from_the_ends_of_all() -> None:
    given_to = assign(traces(1_000), people(8), 3, seed=7)
    placed = {
        who: {item: COMPLETE if at < 150 else PENDING for at, item in enumerate(order_of_items(items, who, 7))}
        for who, items in given_to.items()
    }
    moves = moves_for_joining(placed, "ida@x.io", 3, 7)
    after = carried_out(placed, moves)
    assert {sum(state is PENDING for state in items.values()) for items in after.values()} == {200}
    assert {*people_of(after).values()} == {3}
    for who, items in given_to.items():
        taken = {move.item for move in moves if move.taken_from == who}
        assert len(taken) == 25
        assert not taken & {*order_of_items(items, who, 7)[:300]}, "the head of each order is taken last"


def test_items_for_which_there_are_too_few_people_are_counted() -> None:
    placed = {"ana@x.io": dict.fromkeys(traces(4), PENDING), "bo@x.io": dict.fromkeys(traces(4), PENDING)}
    moves = moves_for_leaving(placed, "bo@x.io", 2, 1)
    after = carried_out(placed, moves)
    assert after["ana@x.io"] == placed["ana@x.io"]
    assert too_few(after, 2, 1, leaving=["bo@x.io"]) == 4


@pytest.mark.parametrize("overlap", [2, 1.0])
def test_an_item_that_all_its_people_declined_goes_to_others(overlap: float) -> None:
    placed = {"ana@x.io": {"tr-1": DECLINED}, "bo@x.io": {"tr-1": DECLINED}, "cem@x.io": {"tr-2": COMPLETE}, "d": {}}
    after = carried_out(placed, moves_for_balance(placed, overlap, 1))
    assert people_of(after)["tr-1"] == overlap
