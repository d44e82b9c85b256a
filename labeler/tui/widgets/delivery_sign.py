"""How far an answer got, as a sign and a word in a place of its own."""

from __future__ import annotations

from rich.cells import set_cell_size

from labeler.tui.appearance import Signs
from labeler.tui.widgets.styled_text import Line

_WORDS_FROM_WIDTH = 100
"""Cells of a line from which the word stands beside the sign."""

_LONGEST_WORD = len("delivered")


def fate_width(width: int) -> int:
    """Cells at the end of a line of `width` that are kept for an answer's fate, whether there is one or not."""
    return 3 + (_LONGEST_WORD + 1 if width >= _WORDS_FROM_WIDTH else 0)


def fate_mark(state: str, width: int, signs: Signs) -> Line:
    """The mark of a delivery's state (none for an empty one), in exactly the cells kept for it."""
    sign, role = {
        "waiting": (signs.queued, "chrome.dim"),
        "parked": (signs.parked, "warning"),
        "refused": (signs.refused, "error"),
        "delivered": (signs.labelled, "ok"),
        "closed": (signs.declined, "warning"),
    }.get(state, ("", "chrome"))
    room = fate_width(width)
    shown = f" {sign} {_word(state)}" if room > 3 else f" {sign}"
    return [(set_cell_size(shown if sign else "", room), role)]


def fate_words(state: str, reason: str | None) -> str:
    """A delivery's state in words, with the reason where there is one: ``refused: The name is too long``."""
    return f"{_word(state)}: {reason}" if reason else _word(state)


def _word(state: str) -> str:
    return "discarded" if state == "closed" else state
