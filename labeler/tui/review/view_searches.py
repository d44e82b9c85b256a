"""What is searched for in the conversation and in each view over or beside it: a search lives in its view."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

CONVERSATION: Final = ""
"""The conversation's place among the views, which are otherwise named by the actions that open them."""


class ViewSearches:
    """The texts that are searched for, by view, matches or not. One in the conversation waits under other views."""

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

    def waiting(self, view: str) -> str:
        """Return what is searched for in another view than this one, under it or beside it; empty where nothing is."""
        return next((text for each, text in self._texts.items() if each != view), "")

    def keep(self, views: Collection[str]) -> None:
        """Search in these views only: the others were closed."""
        self._texts = {view: text for view, text in self._texts.items() if view in views}

    def move_on(self, view: str) -> None:
        """Go on to another trace: what is searched for in this view is searched for in the conversation there.

        A key that went from match to match is not to answer of a sudden, because a view was closed with its trace.
        """
        if text := self.of(view):
            self._texts.setdefault(CONVERSATION, text)
