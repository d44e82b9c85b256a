"""The help: every key, by group, and what the signs mean. A view of the one table."""

from __future__ import annotations

from itertools import groupby

from labeler.tui.action_table import Action, Group
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.styled_text import Line, wrapped

_COLUMN = 18


def help_lines(keymap: Keymap, signs: Signs, width: int) -> list[Line]:
    """All actions with their keys, then the signs, in lines of at most `width` cells."""
    lines: list[Line] = []
    for group in Group:
        lines.append([(str(group), "chrome.strong")])
        actions = (action for action in keymap.actions if action.group is group)
        for meaning, together in groupby(actions, key=lambda action: action.series or action.does):
            one, *others = together
            keys = "  ".join(one.keys) if not others else f"{_first_key(one)} to {_first_key(others[-1])}"
            lines += _entry(keys or "unbound", "key", meaning, width)
        lines.append([])
    lines.append([("signs", "chrome.strong")])
    for sign, role, meaning in _signs(signs, keymap):
        lines += _entry(sign, role, meaning, width)
    return lines


def _first_key(action: Action) -> str:
    return next(iter(action.keys), "·")


def _entry(head: str, role: str, meaning: str, width: int) -> list[Line]:
    first, *rest = wrapped(meaning, max(width - _COLUMN, 8))
    lines: list[Line] = [[(f"  {head}".ljust(_COLUMN), role), *first]]
    return [*lines, *([(" " * _COLUMN, "chrome"), *line] for line in rest)]


def _signs(signs: Signs, keymap: Keymap) -> list[tuple[str, str, str]]:
    return [
        (signs.open, "sign.open", "open"),
        (signs.partly, "sign.partly", "partly answered"),
        (signs.labelled, "sign.labelled", "labelled"),
        (signs.deferred, "sign.deferred", "deferred"),
        (signs.declined, "sign.declined", "declined"),
        (signs.others, "sign.declined", "completed or declined by somebody else, in the queue"),
        (f"{signs.labelled}?", "sign.labelled", "completed by you in the queue, without an answer of yours"),
        (signs.missing, "sign.missing", "not downloaded"),
        (signs.refused, "sign.refused", "an answer was refused by the server"),
        (signs.queued, "warning", "an answer that is not delivered yet"),
        (
            signs.parked,
            "warning",
            keymap.spelled("an answer that waits for you to do something; {outbox.open} says what"),
        ),
        (signs.flag, "sign.flag", "flagged for discussion"),
        (signs.draft, "sign.draft", "has a draft"),
        (signs.said, "row", "something was said about a span"),
        (signs.cursor, "cursor", "here; the focused question"),
        (signs.folded, "fold", keymap.spelled("folded: {view.fold} opens it")),
        ("*", "chrome", "required question"),
    ]
