"""The key line: the keys that are worth pressing now; or the one sentence that has to be said."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from rich.cells import cell_len

from labeler.domain.assessment import NOTHING
from labeler.tui.action_table import Action, Context, Situation
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, fit, width_of, wrapped

_GAP = "  "
_BETWEEN_PARTS: Final = re.compile("(?<= ·) |(?<=”,) ")
HELP = "app.help"
"""The action that leads to all keys, by its ID."""


class KeyLine(ViewWidget[Line]):
    """The lowest line of a screen. Its value is the line, made for the width there is."""

    def lines(self, view: Line, width: int, height: int) -> Sequence[Line]:
        return [view]


KeysThatAct: TypeAlias = Callable[[Action], Sequence[str]]
"""Those keys of an action that would not be refused if they were pressed now."""


def key_line(
    keymap: Keymap,
    acting: KeysThatAct,
    width: int,
    signs: Signs,
    holding: Collection[Situation] = (),
    without: Collection[str] = (),
    words: Mapping[str, str] = NOTHING,
) -> Line:
    """As many hints as fit, the most useful while `holding` holds first, the one for help however narrow it is.

    `without` names actions that are not offered, by ID; `words` are said in place of an action's own hint, and left out
    where they do not fit.
    """
    leads_to_all = _hint([keymap.by_id[HELP]], acting, words)
    line: Line = []
    for actions in _by_worth(keymap, holding):
        is_help = actions[0].id == HELP
        hint = _hint([action for action in actions if action.id not in without], acting, words)
        kept_free = 0 if is_help else width_of(leads_to_all)
        if width_of(line) + width_of(hint) + kept_free > width:
            if actions[0].id in words:
                continue
            line += leads_to_all
            break
        line += hint
        if is_help:
            leads_to_all = []
    return fit([(" ", "chrome"), *line[1:]], width, signs.ellipsis)


def _by_worth(keymap: Keymap, holding: Collection[Situation]) -> list[list[Action]]:
    """Return the actions that have a place on the key line, in its order; those that share a hint are one."""
    of_review = [(each.worth_now(holding), each) for each in keymap.actions if each.context is Context.REVIEW]
    offered = sorted((each for each in of_review if each[0]), key=lambda each: -each[0])
    groups = groupby(offered, key=lambda each: (each[0], each[1].hint))
    return [[action for _, action in group] for _, group in groups]


def _hint(actions: Sequence[Action], acting: KeysThatAct, words: Mapping[str, str]) -> list[Run]:
    keys = [keys[0] for action in actions if (keys := acting(action))]
    if not keys:
        return []
    word = words.get(actions[0].id, actions[0].hint)
    return [(_GAP, "chrome"), (_keys_text(keys), "key"), (f" {word}", "chrome.dim")]


def search_line(keymap: Keymap, width: int, signs: Signs, leaves: str = "ends the search") -> Line:
    """Return the keys of a search, while one is active. `leaves` is what the key that leaves does."""
    of_search = [(action.id, action.hint) for action in keymap.actions if action.context is Context.SEARCH]
    return hints_line(keymap, [*of_search, ("app.leave", leaves)], width, signs)


def hints_line(keymap: Keymap, hints: Iterable[tuple[str, str]], width: int, signs: Signs, rest: str = "") -> Line:
    """Return the keys of actions with a word each, those left out that have no key; then the rest of what there
    is to say.
    """
    line: Line = [(" ", "chrome")]
    for action_id, word in hints:
        if key := keymap.first_key(action_id):
            line += [(key, "key"), (f" {word}{_GAP}", "chrome.dim")]
    return fit([*line, (rest, "chrome.dim")] if rest else line, width, signs.ellipsis)


def view_line(keymap: Keymap, hints: Sequence[tuple[str, str]], acting: KeysThatAct, width: int, signs: Signs) -> Line:
    """Return the keys of a view over the conversation, by action and word, then those of the review that still
    do the same.
    """
    line: Line = [(" ", "chrome")]
    taken: set[str] = {action_id for action_id, _ in hints}
    for action_id, word in hints:
        if keys := acting(keymap.by_id[action_id]):
            line += [(keys[0], "key"), (f" {word}{_GAP}", "chrome.dim")]
    for action in keymap.actions:
        if action.context is Context.REVIEW and any(keymap.action(Context.OVERLAY, key) for key in action.keys):
            taken.add(action.id)
    rest = key_line(keymap, acting, width - width_of(line), signs, without=taken)
    return [*line, *rest[1:]]


def message_lines(text: str, role: str, width: int, most: int, signs: Signs) -> list[Line]:
    """Return a sentence in place of the keys: as many lines as it needs; cut where it needs more than `most`."""
    lines = wrapped(text, max(width - 2, 2), role)
    if len(lines) > most:
        rest = "".join(f" {said}" for line in lines[most - 1 :] for said, _ in line).strip()
        lines = [*lines[: most - 1], [(cut(rest, max(width - 2, 2), signs.ellipsis), role)]]
    return [[(" ", "chrome"), *line] for line in lines]


def details_lines(text: str, width: int, most: int, signs: Signs) -> list[Line]:
    """Return what is told of a question, ``quality: 4 · 60 selected · …``, broken between its parts, the first in bold.

    Where there is no room for that it is broken anywhere, as `message_lines` does.
    """
    room = max(width - 2, 2)
    first, *others = _BETWEEN_PARTS.split(text)
    lines = [first]
    for part in others:
        joined = f"{lines[-1]} {part}"
        if cell_len(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(part)
    if len(lines) > most or any(cell_len(line) > room for line in lines):
        return message_lines(text, "chrome.strong", width, most, signs)
    told = [line.removesuffix(" ·") for line in lines]
    first = first.removesuffix(" ·")
    head: Line = [(" ", "chrome"), (first, "chrome.strong"), (told[0][len(first) :], "chrome")]
    return [head, *([(" ", "chrome"), (line, "chrome")] for line in told[1:])]


def _keys_text(keys: Sequence[str]) -> str:
    """``y``, ``1-5``, or ``2,4`` where what is between would be refused."""
    if len(keys) < 2 or not all(key.isdecimal() for key in keys):
        return ",".join(keys)
    digits = sorted(keys)
    has_gaps = int(digits[-1]) - int(digits[0]) >= len(digits)
    return ",".join(digits) if has_gaps else f"{digits[0]}-{digits[-1]}"
