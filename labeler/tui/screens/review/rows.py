"""The worklist's rows as they look: two signs and a title."""

from __future__ import annotations

from labeler.desk.desk import Desk
from labeler.domain.worklist import ItemState
from labeler.tui.signs import Signs
from labeler.tui.worklist.rows import WorklistRowView


class DeskRows:
    """The desk's worklist for the worklist view."""

    def __init__(self, desk: Desk, signs: Signs) -> None:
        self._desk = desk
        self._signs = signs

    @property
    def row_count(self) -> int:
        return len(self._desk.state.items)

    def row(self, index: int) -> WorklistRowView:
        desk, state, signs = self._desk, self._desk.state, self._signs
        item = state.items[index]
        if item.trace_id in desk.deliveries.refused:
            sign, role = signs.refused, "sign.refused"
        elif item.trace_id in state.absent:
            sign, role = signs.missing, "sign.missing"
        elif item.state is ItemState.OPEN and state.is_partly_answered(item.trace_id):
            sign, role = signs.partly, "sign.partly"
        else:
            sign, role = {
                ItemState.OPEN: (signs.open, "sign.open"),
                ItemState.LABELLED: (signs.labelled, "sign.labelled"),
                ItemState.DEFERRED: (signs.deferred, "sign.deferred"),
                ItemState.DECLINED: (signs.declined, "sign.declined"),
            }[item.state]
        second, second_role = " ", "row"
        if state.is_flagged(item.trace_id):
            second, second_role = signs.flag, "sign.flag"
        elif desk.drafts.has_any(item.trace_id):
            second, second_role = signs.draft, "sign.draft"
        done = item.state in (ItemState.LABELLED, ItemState.DECLINED)
        return WorklistRowView(sign, role, second, second_role, item.title or item.trace_id, dim=done)
