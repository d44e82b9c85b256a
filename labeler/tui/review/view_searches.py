"""What is searched for in the conversation and in each view over or beside it: a search lives in its view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

CONVERSATION: Final = ""
"""The conversation's place among the views, which are otherwise named by the actions that open them."""


class ViewSearches:
    """The texts that are searched for, by view, matches or not, also in views that are closed.

    One in the conversation waits under other views.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def of(self, view: str) -> str:
        """Return what is searched for in a view; empty while nothing is."""
        return self._texts.get(view, "")

    def begin(self, view: str, text: str) -> None:
        """Search for a text in a view from now on."""
        self._texts[view] = text

    def end(self, view: str) -> None:
        """Search for nothing more in a view."""
        self._texts.pop(view, None)

    def end_all(self) -> None:
        """Search for nothing more in any view."""
        self._texts.clear()

    def first_in(self, views: Iterable[str]) -> str:
        """Return what is searched for in the first of these views in which anything is; empty where nothing is."""
        return next((text for each in views if (text := self.of(each))), "")

    def move_on(self, view: str) -> None:
        """Go on to another trace: what is searched for in this view is searched for in the conversation there.

        A key that went from match to match is not to answer of a sudden, because a view was closed with its trace.
        """
        if view in self._texts and CONVERSATION not in self._texts:
            self._texts[CONVERSATION] = self._texts.pop(view)
