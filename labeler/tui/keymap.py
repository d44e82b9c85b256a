"""The effective keys: the table of actions with the reviewer's own keys put in, checked.

Textual would accept an unknown action, an unknown key or a key used twice without a word, so
everything is checked here before a screen sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from labeler.dataclass import dataclass
from labeler.tui.action_table import ACTIONS, Action, Context

_NAMES: Final = """
tab shift+tab enter backspace delete insert escape space up down left right home end pageup pagedown
shift+up shift+down shift+left shift+right ctrl+up ctrl+down ctrl+left ctrl+right
f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12
"""
_CTRL_LETTERS: Final = "abdefgklnoprtuvwxy"
"""The ctrl letters that arrive in every terminal and mean nothing else there."""

NAMED_KEYS: Final = frozenset({*_NAMES.split(), *(f"ctrl+{letter}" for letter in _CTRL_LETTERS)})

_NAMED_ACTION: Final = re.compile(r"\{\{|\{([a-z_]+\.[a-z_0-9.]+)\}")
"""A brace of text from outside, twice; or an action in braces."""

_OPTIONS: Final = "answer.option"
"""The name under which the keys of all options may be set, in one list."""

_OPTION_NAMES: Final = {**{digit: digit for digit in "1234567890"}, "-": "minus"}
"""The last part of each option's action ID, by the key that it has by default."""

_SPELLED: Final = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn"}

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
    """Effective actions in table order and by ID, and what each key does in each context."""

    actions: tuple[Action, ...]
    by_id: Mapping[str, Action]
    by_key: Mapping[tuple[Context, str], Action]

    def action(self, context: Context, key: str) -> Action | None:
        return self.by_key.get((context, key))

    def first_of(self, contexts: Iterable[Context], key: str) -> Action | None:
        """Return what a key does in the first of several contexts that knows it."""
        return next((found for each in contexts if (found := self.by_key.get((each, key))) is not None), None)

    def keys_of(self, action_id: str) -> tuple[str, ...]:
        return self.by_id[action_id].keys

    def first_key(self, action_id: str) -> str:
        """Return the key to show for an action; empty when it has none."""
        return next(iter(self.keys_of(action_id)), "")

    def spelled(self, template: str) -> str:
        """Return a sentence with the keys in effect in place of the actions that it names.

        ``{edit.undo} takes back`` becomes ``u takes back``. An action without a key is named as the command line takes
        it, ``:edit.undo``. Other braces stay, and what was put in by `labeler.review.sentences.verbatim` comes out as
        it was.
        """
        if "{" not in template:
            return template
        return _NAMED_ACTION.sub(lambda found: self._shown(found[1]) or found[0][:1] + found[0][2:], template)

    def _shown(self, action_id: str | None) -> str:
        """Return how a sentence names an action; the braces that it came in where there is no such action."""
        if action_id is None:
            return ""
        action = self.by_id.get(action_id)
        if action is None:
            return f"{{{action_id}}}"
        key = next(iter(action.keys), "")
        return shown_key(key) if key else f"{self._shown('app.command')}{action_id}"


def shown_key(key: str) -> str:
    """Return a key as sentences write it: ``u``, ``Esc``, ``Shift+Tab``, ``Ctrl+E``."""
    if len(key) == 1:
        return key
    return "+".join(_SPELLED.get(part, part.capitalize()) for part in key.split("+"))


def build_keymap(overrides: Mapping[str, Sequence[str]]) -> Keymap:
    """Return the table with `overrides` (action ID to keys; an empty list unbinds).

    Raises `BadKeys` with every mistake.
    """
    problems: list[tuple[str, str]] = []
    known = {action.id: action for action in ACTIONS}
    for action_id, keys in overrides.items():
        problems += [(action_id, sentence) for sentence in _wrong(action_id, keys, known)]
    own = {**_options(overrides.get(_OPTIONS)), **{each: tuple(keys) for each, keys in overrides.items()}}
    actions = tuple(replace(a, keys=own[a.id]) if a.id in own else a for a in ACTIONS)
    by_key: dict[tuple[Context, str], Action] = {}
    for action in actions:
        for key in action.keys:
            other = by_key.setdefault((action.context, key), action)
            if other is not action:
                named = action.id if action.id in own else other.id
                culprit = named if named in overrides else _OPTIONS
                problems.append((culprit, f"the key {key} is bound twice: to {other.id} and to {action.id}"))
    if problems:
        raise BadKeys(problems)
    return Keymap(actions, {action.id: action for action in actions}, by_key)


def _options(keys: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """Return the keys of each option from the list of all, by action ID.

    A key stands for the option of its place: ``["J", "K", "L"]`` are the first three, the others have none. A digit or
    a minus means itself, wherever it stands in the list: so it was when there was only the list.
    """
    if keys is None:
        return {}
    own: dict[str, tuple[str, ...]] = {f"{_OPTIONS}.{name}": () for name in _OPTION_NAMES.values()}
    names = list(_OPTION_NAMES.values())
    for place, key in enumerate(keys):
        if key in _OPTION_NAMES:
            name = _OPTION_NAMES[key]
        elif place < len(names):
            name = names[place]
        else:
            continue  # a point, which stood at the end of the list before and never answered anything
        own[f"{_OPTIONS}.{name}"] += (key,)
    return own


def _wrong(action_id: str, keys: Sequence[str], known: Mapping[str, Action]) -> Iterator[str]:
    """Yield what is wrong with the keys given to an action, whatever the others have."""
    action = known.get(action_id)
    if action is None and action_id != _OPTIONS:
        nearest = get_close_matches(action_id, [*known, _OPTIONS], n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else "; `labeler keys` lists them"
        yield f"there is no action {action_id}{hint}"
        return
    yield from (_why_unusable(key) for key in keys if not _is_usable(key, action))
    if action is None and [key for key in keys[len(_OPTION_NAMES) :] if key not in (*_OPTION_NAMES, ".")]:
        yield f"it takes {len(_OPTION_NAMES)} keys at most, one each for the options 1 to 9, the tenth, and a minus"
    elif action is not None and action.needs_key and not keys:
        yield f"{action_id} needs a key: nothing else does what it does ({action.does})"
    elif action is not None and action.context is Context.FIELD:
        typed = [key for key in keys if (key not in NAMED_KEYS or key == "space") and key not in action.keys]
        yield from (f"{key} cannot be given to {action_id}: in a field it is typed" for key in typed)


def _is_usable(key: str, action: Action | None) -> bool:
    if action is not None and key in action.keys:
        return True
    return (len(key) == 1 and key.isprintable() and not key.isspace()) or key in NAMED_KEYS


def _why_unusable(key: str) -> str:
    if key.lower() in _KEPT_BY_TERMINALS:
        return f"{key} cannot be given to an action: it {_KEPT_BY_TERMINALS[key.lower()]}"
    nearest = get_close_matches(key.lower(), sorted(NAMED_KEYS), n=1, cutoff=0.7)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"there is no key “{key}”: a single character, or a name such as enter or ctrl+e{hint}"
