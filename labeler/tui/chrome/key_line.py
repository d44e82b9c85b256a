"""The key line: the keys that are worth pressing now; or the one sentence that has to be said."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.tui.actions import Action, Context
from labeler.tui.chrome.runs import Line, Run, cut, fit, width_of, wrapped
from labeler.tui.keymap import Keymap
from labeler.tui.signs import Signs

_GAP = "  "
_BY_WORTH = """
answer.positive answer.negative answer.negative_with_comment answer.option answer.comment item.submit edit.undo
app.help item.back view.fold view.search item.defer item.next_open view.page_down item.flag answer.text
answer.accept app.command app.quit
"""
"""Actions by how much they matter on a narrow line; the help screen has them all."""

_HELP = "app.help"


def key_line(keymap: Keymap, unusable: Sequence[str], width: int, signs: Signs) -> Line:
    """As many hints as fit, the most useful first, the one for help among them however narrow it is.

    `unusable` actions make no sense for these questions.
    """
    by_id = {action.id: action for action in keymap.actions}
    hints = {
        each: _hint(by_id[each])
        for each in _BY_WORTH.split()
        if each not in unusable and by_id[each].keys and by_id[each].hint
    }
    leads_to_all = hints.get(_HELP, [])
    line: Line = []
    for action_id, hint in hints.items():
        kept_free = 0 if action_id == _HELP else width_of(leads_to_all)
        if width_of(line) + width_of(hint) + kept_free > width:
            line += leads_to_all
            break
        line += hint
        if action_id == _HELP:
            leads_to_all = []
    return fit([(" ", "chrome"), *line[1:]], width, signs.ellipsis)


def _hint(action: Action) -> list[Run]:
    return [(_GAP, "chrome"), (_keys_text(action.keys), "key"), (f" {action.hint}", "chrome.dim")]


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


def view_line(
    keymap: Keymap, hints: Sequence[tuple[str, str]], unusable: Sequence[str], width: int, signs: Signs
) -> Line:
    """The keys of a view over the conversation, by action and word, then those of the review that still do the same."""
    line: Line = [(" ", "chrome")]
    taken: set[str] = {action_id for action_id, _ in hints}
    for action_id, word in hints:
        if key := keymap.first_key(action_id):
            line += [(key, "key"), (f" {word}{_GAP}", "chrome.dim")]
    for action in keymap.actions:
        if action.context is Context.REVIEW and any(keymap.action(Context.OVERLAY, key) for key in action.keys):
            taken.add(action.id)
    rest = key_line(keymap, [*unusable, *taken], width - width_of(line), signs)
    return [*line, *rest[1:]]


def message_lines(text: str, role: str, width: int, most: int, signs: Signs) -> list[Line]:
    """A sentence in place of the keys: as many lines as it needs; cut where it needs more than `most`."""
    lines = wrapped(text, max(width - 2, 2), role)
    if len(lines) > most:
        rest = "".join(f" {said}" for line in lines[most - 1 :] for said, _ in line).strip()
        lines = [*lines[: most - 1], [(cut(rest, max(width - 2, 2), signs.ellipsis), role)]]
    return [[(" ", "chrome"), *line] for line in lines]


def _keys_text(keys: Sequence[str]) -> str:
    return "1-9" if "1" in keys and "9" in keys else keys[0]
