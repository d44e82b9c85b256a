"""The help: the keys worth most first, every key by group, and what the signs mean. A view of the one table."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from labeler.tui.action_table import Action, Context, Group
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.key_line import HELP
from labeler.tui.widgets.styled_text import Line, wrapped

_COLUMN = 18
_FIRST: Final = 10
"""Keys that are shown before all others."""


def help_lines(keymap: Keymap, signs: Signs, width: int) -> list[Line]:
    """Return the keys worth most on an item, all actions with their keys, then the signs, in lines of `width` cells."""
    lines: list[Line] = [[("on an item", "chrome.strong")], *_entries(_worth_most(keymap), width), []]
    for group in Group:
        actions = [action for action in keymap.actions if action.group is group]
        lines += [[(str(group), "chrome.strong")], *_entries(actions, width), []]
    lines.append([("signs", "chrome.strong")])
    for sign, role, meaning in _signs(signs, keymap):
        lines += _entry(sign, role, meaning, width)
    return lines


def _worth_most(keymap: Keymap) -> list[Action]:
    """Return the actions of a review whose hints are worth most; those of a series count as one, help itself as
    none.
    """
    offered = [each for each in keymap.actions if each.context is Context.REVIEW and each.worth and each.id != HELP]
    kinds = sorted({each.worth for each in offered}, reverse=True)[:_FIRST]
    return sorted((each for each in offered if each.worth in kinds), key=lambda each: -each.worth)


def _entries(actions: Iterable[Action], width: int) -> list[Line]:
    """Return each action's keys and what they do; those of one series share an entry."""
    lines: list[Line] = []
    for meaning, together in groupby(actions, key=lambda action: action.series or action.does):
        one, *others = together
        keys = "  ".join(one.keys) if not others else f"{_first_key(one)} to {_first_key(others[-1])}"
        lines += _entry(keys or "unbound", "key", meaning, width)
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
        (signs.conflict, "sign.refused", "another answer of yours was found, which was never shown here"),
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
        (signs.selected, "cursor", "selected, to be answered with others"),
        (signs.folded, "fold", keymap.spelled("folded: {view.fold} opens it")),
        ("*", "chrome", "required question"),
    ]
