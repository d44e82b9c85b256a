"""What people type on after a key that opens a field elsewhere: where it opens none, it must not act."""

from __future__ import annotations

from typing import Final

from labeler.tui.actions import Action
from labeler.tui.review.keys import SWALLOWING

_ENDS: Final = ("escape", "enter")


class TypedOn:
    """Drops what follows a key of a review pressed in what stands over it, until Esc or Enter."""

    def __init__(self) -> None:
        self._is_dropping = False

    def drops(self, key: str) -> bool:
        """Whether a key is dropped; Esc and Enter end that and do nothing else."""
        was_dropping = self._is_dropping
        if key in _ENDS:
            self._is_dropping = False
        return was_dropping

    @property
    def is_dropping(self) -> bool:
        return self._is_dropping

    def refused(self, key: str, action: Action | None) -> str:
        """A key that means nothing there; the sentence that says so."""
        self._is_dropping = action is not None and action.id in SWALLOWING
        return f"{key} does nothing here" + (" · Esc or Enter goes on" if self._is_dropping else "")
