"""Who works on which item of a shared review queue first, so that members seldom do the same one.

Every program works the order out by itself, from the queue's ID and its members alone: nothing is claimed on the
server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from labeler.domain.assessment import person
from labeler.domain.queue import Queue


def owner_of(queue: Queue, trace_id: str) -> str | None:
    """Return the member who does an item first, in the form that is compared; None in a queue for everybody."""
    return next(iter(_in_turn(queue, trace_id)), None)


def in_order_for(queue: Queue, reviewer: str, trace_ids: Iterable[str]) -> list[str]:
    """Order the items of a queue for one reviewer: their own as the queue has them, then those of others, last first.

    So whoever is done early helps at the far end, where the owner comes last; and of several who help the same owner
    each begins with other items, those that would be theirs next.
    """
    listed: Sequence[str] = list(trace_ids)
    me = person(reviewer)
    if len({person(user) for user in queue.users}) < 2:
        return list(listed)
    turns: dict[int, list[str]] = {}
    for trace_id in listed:
        in_turn = _in_turn(queue, trace_id)
        turns.setdefault(in_turn.index(me) if me in in_turn else len(in_turn), []).append(trace_id)
    own = turns.pop(0, [])
    return own + [trace_id for turn in sorted(turns) for trace_id in reversed(turns[turn])]


def _in_turn(queue: Queue, trace_id: str) -> list[str]:
    """Return the members in the order in which they come to an item, the one with the highest hash first.

    When one joins or leaves, only that one's share changes hands.
    """
    members = sorted({person(user) for user in queue.users})
    return sorted(members, key=lambda member: _hash(queue.id, trace_id, member), reverse=True)


def _hash(queue_id: str, trace_id: str, member: str) -> bytes:
    return hashlib.blake2b(f"{queue_id}\0{trace_id}\0{member}".encode(errors="surrogatepass"), digest_size=8).digest()
