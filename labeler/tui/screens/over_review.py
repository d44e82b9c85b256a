"""What stands over the review: screens that the app closes, and the review tells of news, without importing them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from textual.screen import ModalScreen

from labeler.tui.keyboard.key_names import Pressed

T = TypeVar("T")


class OverReview(ModalScreen[T]):
    """A screen over the review. It is imported when it opens, so that no start waits for it.

    `says`: it has a place for sentences, and its `say` puts one there; otherwise the screen below says them.
    `goes_with_app`: there is nothing to go back to below it, so that Ctrl+C leaves the program.
    """

    says = False
    goes_with_app = False

    @abstractmethod
    def leave(self, by: Pressed) -> None:
        """Close this screen, or what is open in it; `by` is the press that asks for that."""

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        """Show a sentence in a role's colours, if this screen `says` any."""

    def stale(self) -> None:
        """Take note that something changed at the desk."""
