"""The effective keys: the table of actions with the reviewer's own keys put in, checked.

Textual would accept an unknown action, an unknown key or a key used twice without a word, so
everything is checked here before a screen sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from labeler.tui.actions import ACTIONS, Action, Context

_NAMES: Final = """
tab shift+tab enter backspace delete insert escape space up down left right home end pageup pagedown
shift+up shift+down shift+left shift+right ctrl+up ctrl+down ctrl+left ctrl+right
f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12
"""
_CTRL_LETTERS: Final = "abdefgklnoprtuvwxy"
"""The ctrl letters that arrive in every terminal and mean nothing else there."""

NAMED_KEYS: Final = frozenset({*_NAMES.split(), *(f"ctrl+{letter}" for letter in _CTRL_LETTERS)})

_NAMED_ACTION: Final = re.compile(r"\{([a-z_]+\.[a-z_0-9.]+)\}")

_KEPT_BY_TERMINALS: Final = {
    "ctrl+c": "always leaves labeler, or the field that is open",
    "ctrl+h": "arrives as backspace in many terminals",
    "ctrl+i": "arrives as tab",
    "ctrl+j": "begins a new line in a field",
    "ctrl+m": "arrives as enter",
    "ctrl+q": "is kept by many terminals, to go on with the output",
    "ctrl+s": "is kept by many terminals, to stop the output",
    "ctrl+z": "suspends programs",
}


class BadKeys(ValueError):
    """A keymap that cannot work. `problems` names each entry at fault, with a sentence that says what is allowed."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(sentence for _, sentence in problems))
        self.problems = tuple(problems)


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

    def spelled(self, sentence: str) -> str:
        """Return a sentence with the keys in effect in place of the actions that it names.

        ``{edit.undo} takes back`` becomes ``u takes back``. An action without a key is named as the command line takes
        it, ``:edit.undo``; other braces stay.
        """
        if "{" not in sentence:
            return sentence
        shown = {action.id: self._shown(action) for action in self.actions}
        return _NAMED_ACTION.sub(lambda found: shown.get(found[1], found[0]), sentence)

    def _shown(self, action: Action) -> str:
        key = next(iter(action.keys), f":{action.id}")
        return key.capitalize() if key in NAMED_KEYS else key


def build_keymap(overrides: Mapping[str, Sequence[str]]) -> Keymap:
    """The table with `overrides` (action ID to keys; an empty list unbinds). Raises `BadKeys` with every mistake."""
    problems: list[tuple[str, str]] = []
    known = {action.id: action for action in ACTIONS}
    for action_id, keys in overrides.items():
        if action_id not in known:
            nearest = get_close_matches(action_id, known, n=1)
            hint = f"; did you mean {nearest[0]}?" if nearest else "; `labeler keys` lists them"
            problems.append((action_id, f"there is no action {action_id}{hint}"))
        else:
            problems += [(action_id, _why_unusable(key)) for key in keys if not _is_usable(key)]
    actions = tuple(replace(a, keys=tuple(overrides[a.id])) if a.id in overrides else a for a in ACTIONS)
    by_key: dict[tuple[Context, str], Action] = {}
    for action in actions:
        for key in action.keys:
            other = by_key.setdefault((action.context, key), action)
            if other is not action:
                culprit = action.id if action.id in overrides else other.id
                problems.append((culprit, f"the key {key} is bound twice: to {other.id} and to {action.id}"))
    if problems:
        raise BadKeys(problems)
    return Keymap(actions, by_key)


def _is_usable(key: str) -> bool:
    return (len(key) == 1 and key.isprintable() and not key.isspace()) or key in NAMED_KEYS


def _why_unusable(key: str) -> str:
    if key.lower() in _KEPT_BY_TERMINALS:
        return f"{key} cannot be given to an action: it {_KEPT_BY_TERMINALS[key.lower()]}"
    nearest = get_close_matches(key.lower(), sorted(NAMED_KEYS), n=1, cutoff=0.7)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"there is no key “{key}”: a single character, or a name such as enter or ctrl+e{hint}"
