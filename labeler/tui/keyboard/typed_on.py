"""What people type on after a key that opens a field: where it opened none, that must not act."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from labeler.tui.action_table import Action, Context
from labeler.tui.keymap import Keymap, shown_key

_ENDS: Final = ("field.save", "field.leave")
"""What would have ended the field that did not open."""


class Typed(Enum):
    """What a key is to text that is swallowed."""

    NOTHING = auto()
    """Nothing is swallowed; the key means what it means."""
    PART = auto()
    """Part of the text: it does nothing."""
    END = auto()
    """The end of the text. It ends the swallowing and does nothing else."""


class TypedOn:
    """Swallows what follows a key that was refused its field, up to the key that would have ended the field."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._is_swallowing = False

    def press(self, key: str) -> Typed:
        """Tell what a key is now. Every key is told, before anything else is done with it."""
        if not self._is_swallowing:
            return Typed.NOTHING
        action = self._keymap.action(Context.FIELD, key)
        if action is None or action.id not in _ENDS:
            return Typed.PART
        self._is_swallowing = False
        return Typed.END

    def refuse(self, why: str, opens_field: bool) -> str:
        """Note that a key was refused, one that opens a field or another; returns the sentence to say."""
        self._is_swallowing = opens_field
        return f"{why}{self._keymap.spelled(_GOES_ON)}" if opens_field else why

    def means_nothing(self, key: str, action: Action | None) -> str:
        """Note a key that means nothing here, but perhaps `action` in the review; returns the sentence to say."""
        return self.refuse(f"{shown_key(key)} does nothing here", action is not None and action.opens_field)


_GOES_ON: Final = " · {field.leave} or {field.save} goes on"
