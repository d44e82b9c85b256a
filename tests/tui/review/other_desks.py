"""A menu of two other worklists."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.tui.screens.worklist_menu import Preview
from labeler.tui.widgets.choice_list import Offer
from tests.tui.review.table import REVIEWER

NIGHT, DAY = Offer("night", "Night desk", "queue"), Offer("day", "Day desk", "queue")


class Desks:
    """Two other worklists."""

    async def find(self, reviewer: str) -> Sequence[Offer]:
        assert reviewer == REVIEWER
        return [NIGHT, DAY]

    async def count(self, offer: Offer) -> str:
        return f"{offer.detail} · 3 of 7 pending"

    async def preview(self, offer: Offer) -> Preview:
        return Preview(("helpful   yes or no",), "the queue's label schemas")
