"""How far an answer got, as a sign and a word in a place of its own."""

from __future__ import annotations

from rich.cells import set_cell_size

from labeler.tui.chrome.runs import Line
from labeler.tui.signs import Signs

_WORDS_FROM_WIDTH = 100
"""Cells of a line from which the word stands beside the sign."""

_LONGEST_WORD = len("delivered")


def fate_width(width: int) -> int:
    """Cells at the end of a line of `width` that are kept for an answer's fate, whether there is one or not."""
    return 3 + (_LONGEST_WORD + 1 if width >= _WORDS_FROM_WIDTH else 0)


def fate_mark(state: str, width: int, signs: Signs) -> Line:
    """The mark of a delivery's state (none for an empty one), in exactly the cells kept for it."""
    sign, word, role = {
        "waiting": (signs.queued, "waiting", "chrome.dim"),
        "parked": (signs.parked, "parked", "warning"),
        "refused": (signs.refused, "refused", "error"),
        "delivered": (signs.labelled, "delivered", "ok"),
        "closed": (signs.declined, "discarded", "warning"),
    }.get(state, ("", "", "chrome"))
    room = fate_width(width)
    shown = f" {sign} {word}" if room > 3 else f" {sign}"
    return [(set_cell_size(shown if sign else "", room), role)]
