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
    """Return the member who does an item first, in the form that is compared; None in a queue for everybody.

    The member with the highest hash owns the item: when one joins or leaves, only that one's share changes hands.
    """
    members = sorted({person(user) for user in queue.users})
    return max(members, key=lambda member: _hash(queue.id, trace_id, member), default=None)


def in_order_for(queue: Queue, reviewer: str, trace_ids: Iterable[str]) -> list[str]:
    """Order the items of a queue for one reviewer: their own as the queue has them, then those of others, last first.

    So whoever is done early helps at the far end, where the owner comes last.
    """
    listed: Sequence[str] = list(trace_ids)
    if len({person(user) for user in queue.users}) < 2:
        return list(listed)
    me = person(reviewer)
    is_mine = {trace_id: owner_of(queue, trace_id) == me for trace_id in listed}
    own = [trace_id for trace_id in listed if is_mine[trace_id]]
    return own + [trace_id for trace_id in reversed(listed) if not is_mine[trace_id]]


def _hash(queue_id: str, trace_id: str, member: str) -> bytes:
    return hashlib.blake2b(f"{queue_id}\0{trace_id}\0{member}".encode(errors="surrogatepass"), digest_size=8).digest()
