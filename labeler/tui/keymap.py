"""The effective keys: the table of actions with the reviewer's own keys put in, checked.

Textual would accept an unknown action, an unknown key or a key used twice without a word, so
everything is checked here before a screen sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from labeler.tui.actions import ACTIONS, Action, Context

_NAMES = """
tab shift+tab enter backspace delete insert escape space up down left right home end pageup pagedown
shift+up shift+down shift+left shift+right ctrl+up ctrl+down ctrl+left ctrl+right
f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12
"""
_CTRL_LETTERS = "abdefgklnoprtuvwxy"
"""The ctrl letters that arrive in every terminal and mean nothing else there."""

NAMED_KEYS = frozenset({*_NAMES.split(), *(f"ctrl+{letter}" for letter in _CTRL_LETTERS)})


class BadKeys(ValueError):
    """A keymap that cannot work. `action` names the entry; the message says what is allowed."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(message)
        self.action = action


@dataclass(frozen=True, slots=True)
class Keymap:
    """Effective actions in table order, and what each key does in each context."""

    actions: tuple[Action, ...]
    by_key: Mapping[tuple[Context, str], Action]

    def action(self, context: Context, key: str) -> Action | None:
        return self.by_key.get((context, key))

    def keys_of(self, action_id: str) -> tuple[str, ...]:
        return next(action.keys for action in self.actions if action.id == action_id)

    def first_key(self, action_id: str) -> str:
        """The key to show for an action; empty when it has none."""
        return next(iter(self.keys_of(action_id)), "")


def build_keymap(overrides: Mapping[str, Sequence[str]]) -> Keymap:
    """The table with `overrides` (action ID to keys; an empty list unbinds). Raises `BadKeys`."""
    known = {action.id: action for action in ACTIONS}
    for action_id, keys in overrides.items():
        if action_id not in known:
            nearest = get_close_matches(action_id, known, n=1)
            hint = f"; did you mean {nearest[0]}?" if nearest else "; `labeler keys` lists them"
            raise BadKeys(action_id, f"there is no action {action_id}{hint}")
        for key in keys:
            _check_key(action_id, key)
    actions = tuple(replace(a, keys=tuple(overrides[a.id])) if a.id in overrides else a for a in ACTIONS)
    by_key: dict[tuple[Context, str], Action] = {}
    for action in actions:
        for key in action.keys:
            other = by_key.setdefault((action.context, key), action)
            if other is not action:
                culprit = action.id if action.id in overrides else other.id
                raise BadKeys(culprit, f"the key {key} is bound twice: to {other.id} and to {action.id}")
    return Keymap(actions, by_key)


def _check_key(action_id: str, key: str) -> None:
    if (len(key) == 1 and key.isprintable() and not key.isspace()) or key in NAMED_KEYS:
        return
    nearest = get_close_matches(key.lower(), sorted(NAMED_KEYS), n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise BadKeys(action_id, f"there is no key “{key}”: a single character, or a name such as enter or ctrl+e{hint}")
