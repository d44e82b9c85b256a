"""What else there is to review, asked of the backend only once somebody wants to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeler.cli.worklist_menu import WorklistMenu
    from labeler.tui.screens.worklist_menu import Preview
    from labeler.tui.widgets.choice_list import Offer


class LateMenu:
    """A `WorklistMenu` that `open_menu` opens when it is looked at first. What that raises can be tried again."""

    def __init__(self, open_menu: Callable[[], Awaitable[WorklistMenu]]) -> None:
        self._open_menu = open_menu
        self._menu: WorklistMenu | None = None

    async def now(self) -> WorklistMenu:
        """Return the menu itself."""
        if self._menu is None:
            self._menu = await self._open_menu()
        return self._menu

    async def find(self, reviewer: str) -> Sequence[Offer]:
        return await (await self.now()).find(reviewer)

    async def count(self, offer: Offer) -> str:
        return await (await self.now()).count(offer)

    async def preview(self, offer: Offer) -> Preview:
        return await (await self.now()).preview(offer)
