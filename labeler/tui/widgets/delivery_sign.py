"""How far an answer got, as a sign and a word in a place of its own."""

from __future__ import annotations

from rich.cells import set_cell_size

from labeler.desk.delivery_status import DeliveryState
from labeler.tui.appearance import Signs
from labeler.tui.widgets.styled_text import Line

_WORDS_FROM_WIDTH = 100
"""Cells of a line from which the word stands beside the sign."""

_LONGEST_WORD = len("delivered")


def fate_width(width: int) -> int:
    """Cells at the end of a line of `width` that are kept for an answer's fate, whether there is one or not."""
    return 3 + (_LONGEST_WORD + 1 if width >= _WORDS_FROM_WIDTH else 0)


def fate_mark(state: DeliveryState | None, width: int, signs: Signs) -> Line:
    """Return the mark of a delivery's state (blank while it is not known), in exactly the cells kept for it."""
    room = fate_width(width)
    if state is None:
        return [(" " * room, "chrome")]
    sign, role = {
        DeliveryState.WAITING: (signs.queued, "chrome.dim"),
        DeliveryState.PARKED: (signs.parked, "warning"),
        DeliveryState.REFUSED: (signs.refused, "error"),
        DeliveryState.DELIVERED: (signs.labelled, "ok"),
        DeliveryState.CLOSED: (signs.declined, "warning"),
    }[state]
    return [(set_cell_size(f" {sign} {_word(state)}" if room > 3 else f" {sign}", room), role)]


def fate_words(state: DeliveryState, reason: str | None) -> str:
    """Return a delivery's state in words, with the reason where there is one: ``refused: The name is too long``."""
    return f"{_word(state)}: {reason}" if reason else _word(state)


def _word(state: DeliveryState) -> str:
    return "discarded" if state is DeliveryState.CLOSED else state.value
