"""The help: every key, by group, and what the signs mean. A view of the one table."""

from __future__ import annotations

from labeler.tui.actions import Group
from labeler.tui.chrome.runs import Line
from labeler.tui.keymap import Keymap
from labeler.tui.signs import Signs

_COLUMN = 18


def help_lines(keymap: Keymap, signs: Signs) -> list[Line]:
    """All actions with their keys, then the signs."""
    lines: list[Line] = []
    for group in Group:
        lines.append([(str(group), "chrome.strong")])
        for action in keymap.actions:
            if action.group is group:
                keys = _keys(action.keys) or "unbound"
                lines.append([(f"  {keys}".ljust(_COLUMN), "key"), (action.does, "chrome")])
        lines.append([])
    lines.append([("signs", "chrome.strong")])
    for sign, role, meaning in _signs(signs):
        lines.append([(f"  {sign}".ljust(_COLUMN), role), (meaning, "chrome")])
    return lines


def _keys(keys: tuple[str, ...]) -> str:
    digits = "".join(key for key in keys if key.isdigit())
    others = [key for key in keys if not key.isdigit()]
    spelled = ["1…9 0"] if len(digits) == 10 else list(digits)
    return "  ".join([*spelled, *others])


def _signs(signs: Signs) -> list[tuple[str, str, str]]:
    return [
        (signs.open, "sign.open", "open"),
        (signs.partly, "sign.partly", "partly answered"),
        (signs.labelled, "sign.labelled", "labelled"),
        (signs.deferred, "sign.deferred", "deferred"),
        (signs.declined, "sign.declined", "declined"),
        (signs.missing, "sign.missing", "not downloaded"),
        (signs.refused, "sign.refused", "an answer was refused by the server"),
        (signs.flag, "sign.flag", "flagged for discussion"),
        (signs.draft, "sign.draft", "has a draft"),
        (signs.cursor, "cursor", "here; the focused question"),
        (signs.folded, "fold", "folded: z opens it"),
        ("*", "chrome", "required question"),
    ]
