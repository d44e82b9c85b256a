"""Carries out moves of items between reviewers' queues: given first, taken second, so that none has too few people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from labeler.backends.base import LacksPermission, TeamBackend
from labeler.sprint.assignment import Move
from labeler.sprint.errors import MissingRight

OnMovesMade = Callable[[int, int], None]
"""Hears how many moves of how many are made."""


async def carry_out(
    backend: TeamBackend, moves: Sequence[Move], queues: Mapping[str, str], notify: OnMovesMade
) -> None:
    """Make moves. `queues` has the queue ID of each reviewer.

    Interrupted, some items are with one person too many, which rebalancing repairs. Raises `MissingRight`.
    """
    given, taken = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for move in moves:
        if move.given_to is not None:
            given[move.given_to].append(move.item)
        if move.taken_from is not None:
            taken[move.taken_from].append(move.item)
    total, done = sum(map(len, (*given.values(), *taken.values()))), 0
    with rights_told("The items were not moved, or not all of them"):
        for reviewer, items in given.items():
            await backend.add_items(queues[reviewer], items)
            done += len(items)
            notify(done, total)
        for reviewer, items in taken.items():
            if reviewer in queues:
                await backend.remove_items(queues[reviewer], items)
            done += len(items)
            notify(done, total)


@contextmanager
def rights_told(what_happened: str) -> Iterator[None]:
    """Turn a lack of rights on queues into a sentence that says which to ask for. Raises `MissingRight`."""
    try:
        yield
    except LacksPermission as error:
        raise MissingRight(
            f"{what_happened}: to change queues that somebody else made takes MANAGE on the experiment. Ask for "
            f"MANAGE, or have whoever made the sprint do it ({error})"
        ) from error
