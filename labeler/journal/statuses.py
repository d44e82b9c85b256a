"""What a change of an item's state means for its review queue."""

from __future__ import annotations

import json
from typing import Final

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
    delivered = [payload for row, payload in mine if row["state"] == DeliveryState.DELIVERED]
    if undone and undone[-1][1]["state"] == wanted and undone[-1][0]["state"] != DeliveryState.REFUSED:
        return
    standing = _STATUS[before]
    if delivered:
        standing = delivered[-1]["state"]
    elif undone:
        standing = undone[0][1]["before"]
    for row, _ in undone:
        ledger.close(row["id"], "superseded by a later state")
    if wanted != standing or any(row["attempts"] for row, _ in undone):
        payload = {"queue_id": item.queue_id, "state": wanted, "before": standing}
        ledger.enqueue(item, DeliveryOp.STATUS, None, payload)
