"""The key line: the keys that are worth pressing now; or the one sentence that has to be said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from labeler.tui.actions import Action, Context
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, fit, width_of, wrapped

_GAP = "  "
_BY_WORTH = """
answer.positive answer.negative answer.negative_with_comment answer.option answer.comment item.submit edit.undo
app.help item.back view.fold view.search item.defer item.next_open view.page_down item.flag answer.text
answer.accept app.command app.quit
"""
"""Actions by how much they matter on a narrow line; the help screen has them all."""

_HELP = "app.help"


class KeyLine(ViewWidget[Line]):
    """The lowest line of a screen. Its value is the line, made for the width there is."""

    def lines(self, view: Line, width: int, height: int) -> Sequence[Line]:
        return [view]


KeysThatAct: TypeAlias = Callable[[Action], Sequence[str]]
"""Those keys of an action that would not be refused if they were pressed now."""


def key_line(keymap: Keymap, acting: KeysThatAct, width: int, signs: Signs) -> Line:
    """As many hints as fit, the most useful first, the one for help among them however narrow it is."""
    by_id = {action.id: action for action in keymap.actions}
    leads_to_all = _hint(by_id[_HELP], acting)
    line: Line = []
    for action_id in _BY_WORTH.split():
        hint = _hint(by_id[action_id], acting)
        kept_free = 0 if action_id == _HELP else width_of(leads_to_all)
        if width_of(line) + width_of(hint) + kept_free > width:
            line += leads_to_all
            break
        line += hint
        if action_id == _HELP:
            leads_to_all = []
    return fit([(" ", "chrome"), *line[1:]], width, signs.ellipsis)


def _hint(action: Action, acting: KeysThatAct) -> list[Run]:
    keys = acting(action) if action.hint and action.keys else ()
    return [(_GAP, "chrome"), (_keys_text(keys), "key"), (f" {action.hint}", "chrome.dim")] if keys else []


def search_line(keymap: Keymap, width: int, signs: Signs) -> Line:
    """The keys of a search, while one is active."""
    line: Line = [(" ", "chrome")]
    for key, word in (
        (keymap.first_key("view.next_match"), "next match"),
        (keymap.first_key("view.previous_match"), "previous match"),
        ("escape", "ends the search"),
    ):
        line += [(key, "key"), (f" {word}{_GAP}", "chrome.dim")]
    return fit(line, width, signs.ellipsis)


def view_line(keymap: Keymap, hints: Sequence[tuple[str, str]], acting: KeysThatAct, width: int, signs: Signs) -> Line:
    """The keys of a view over the conversation, by action and word, then those of the review that still do the same."""
    line: Line = [(" ", "chrome")]
    taken: set[str] = {action_id for action_id, _ in hints}
    by_id = {action.id: action for action in keymap.actions}
    for action_id, word in hints:
        if keys := acting(by_id[action_id]):
            line += [(keys[0], "key"), (f" {word}{_GAP}", "chrome.dim")]
    for action in keymap.actions:
        if action.context is Context.REVIEW and any(keymap.action(Context.OVERLAY, key) for key in action.keys):
            taken.add(action.id)
    rest = key_line(keymap, lambda action: () if action.id in taken else acting(action), width - width_of(line), signs)
    return [*line, *rest[1:]]


def message_lines(text: str, role: str, width: int, most: int, signs: Signs) -> list[Line]:
    """A sentence in place of the keys: as many lines as it needs; cut where it needs more than `most`."""
    lines = wrapped(text, max(width - 2, 2), role)
    if len(lines) > most:
        rest = "".join(f" {said}" for line in lines[most - 1 :] for said, _ in line).strip()
        lines = [*lines[: most - 1], [(cut(rest, max(width - 2, 2), signs.ellipsis), role)]]
    return [[(" ", "chrome"), *line] for line in lines]


def _keys_text(keys: Sequence[str]) -> str:
    """``y``, ``1-5``, or ``2,4`` where what is between would be refused."""
    digits = sorted(key for key in keys if key.isdecimal())
    if len(digits) < 2:
        return digits[0] if digits else keys[0]
    has_gaps = int(digits[-1]) - int(digits[0]) >= len(digits)
    return ",".join(digits) if has_gaps else f"{digits[0]}-{digits[-1]}"
