"""What a change of an item's state means for its review queue."""

from __future__ import annotations

import json
from typing import Any, Final

from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ItemState
from labeler.journal.ledger import OPEN, Ledger
from labeler.journal.payload import Cell
from labeler.journal.rows import DeliveryOp, DeliveryState

_STATUS: Final = {
    ItemState.LABELLED: QueueItemState.COMPLETE,
    ItemState.DECLINED: QueueItemState.DECLINED,
    ItemState.OPEN: QueueItemState.PENDING,
    ItemState.DEFERRED: QueueItemState.PENDING,
}


def settle_status(ledger: Ledger, item: Cell, before: ItemState, after: ItemState) -> None:
    """Bring the queue's status of an item from one state to another; an unsent one that is reverted is closed."""
    wanted = _STATUS[after]
    known = [(row, json.loads(row["payload"])) for row in ledger.statuses_of(item)]
    mine = [(row, payload) for row, payload in known if payload["queue_id"] == item.queue_id]
    undone = [(row, payload) for row, payload in mine if row["state"] in OPEN]
    if undone and undone[-1][1]["state"] == wanted and undone[-1][0]["state"] != DeliveryState.REFUSED:
        return
    standing = _standing(mine, _STATUS[before])
    for row, _ in undone:
        ledger.close(row["id"], "superseded by a later state")
    if wanted != standing:
        payload = {"queue_id": item.queue_id, "state": wanted, "before": standing}
        ledger.enqueue(item, DeliveryOp.STATUS, None, payload)


def _standing(known: list[tuple[Any, dict[str, Any]]], before: QueueItemState) -> QueueItemState | None:
    """What the queue has, as far as is known: the last status that was sent, or None when its fate is open."""
    sent = [(row, payload) for row, payload in known if row["attempts"] > 0]
    if sent:
        row, payload = sent[-1]
        return QueueItemState(payload["state"]) if row["state"] == DeliveryState.DELIVERED else None
    unsent = [payload["before"] for row, payload in known if row["state"] in OPEN]
    return QueueItemState(unsent[0]) if unsent else before
