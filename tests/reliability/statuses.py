"""The items of a review queue, compared with how a reviewer left them and with the order of the requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState

LEFT_AS = {ItemState.LABELLED: QueueItemState.COMPLETE, ItemState.DECLINED: QueueItemState.DECLINED}
"""What an item is in its queue when the reviewer left it so; otherwise it is pending."""


@dataclass
class Statuses:
    """`items` were finished or opened again by the reviewer; `wrong` of all are not as they were left, or not by the
    reviewer; `early` were finished before an answer given earlier was there.
    """

    items: int = 0
    wrong: int = 0
    early: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.wrong or self.early)

    def __add__(self, other: Statuses) -> Statuses:
        return Statuses(
            self.items + other.items,
            self.wrong + other.wrong,
            self.early + other.early,
            self.details + other.details,
        )


def judge_statuses(
    reviewer: str,
    left: Mapping[str, ItemState],
    found: Mapping[str, tuple[str, str]],
    journaled: Sequence[Delivery],
    asked: Sequence[tuple[str, str]],
) -> Statuses:
    """Compare one reviewer's queue (`found`: state and by whom) with the states in which the items were `left`.

    `journaled` are all deliveries of the journal in their order, `asked` what was requested of the server in its
    order. Everything is by trace ID.
    """
    statuses = Statuses(items=len({each.trace_id for each in journaled if each.op is DeliveryOp.STATUS}))
    for trace_id, is_so in found.items():
        wanted = LEFT_AS.get(left.get(trace_id, ItemState.OPEN), QueueItemState.PENDING)
        if is_so != (wanted.value, "" if wanted is QueueItemState.PENDING else reviewer):
            statuses.wrong += 1
            statuses.details.append(f"{trace_id} was left {wanted.value} by {reviewer}, is {is_so}")
    requests: dict[str, list[str]] = defaultdict(list)
    for trace_id, what in asked:
        requests[trace_id].append(what)
    for trace_id, rows in _by_trace(journaled).items():
        for late in _asked_after_the_status(rows, requests[trace_id]):
            statuses.early += 1
            statuses.details.append(f"{trace_id}: {late} was sent after the status; asked was {requests[trace_id]}")
    return statuses


def _by_trace(journaled: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    rows: dict[str, list[Delivery]] = defaultdict(list)
    for each in journaled:
        if each.state is DeliveryState.DELIVERED:
            rows[each.trace_id].append(each)
    return rows


def _asked_after_the_status(delivered: Sequence[Delivery], asked: Sequence[str]) -> list[str]:
    """The answers that came before the last status in the journal, and after it in the requests."""
    last = max((place for place, each in enumerate(delivered) if each.op is DeliveryOp.STATUS), default=None)
    if last is None:
        return []
    before = [each.assessment_id for each in delivered[:last] if each.op is DeliveryOp.CREATE]
    states = {state.value for state in QueueItemState}
    sent = max((place for place, what in enumerate(asked) if what in states), default=-1)
    return [each for each in before if each is not None and each in asked[sent + 1 :]]
