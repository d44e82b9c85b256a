"""Text measured in terminal cells: what fits, and where it may be cut."""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len

_NOT_ONE_CELL: Final = re.compile(
    "[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2400-\u2426"
    "\u2500-\u25fc\u2800-\u28ff]"
)
"""Characters that may take no cell or two. All others take one, whatever the Unicode table of the day."""


def is_plain(text: str) -> bool:
    """Return whether every character takes exactly one cell. `text` holds no control characters."""
    return text.isascii() or _NOT_ONE_CELL.search(text) is None


def cells(text: str) -> int:
    """Return how many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def clusters(text: str) -> list[tuple[int, int]]:
    """Return what takes its cells as one: (offset of its first character, cells) for every cluster of a text.

    A character without a cell of its own belongs to the one before, and one after a zero-width joiner does too.
    """
    found: list[tuple[int, int]] = []
    joined = False
    for at, char in enumerate(text):
        width = 1 if " " <= char <= "~" else cell_len(char)
        if found and (joined or width == 0):
            start, _ = found[-1]
            found[-1] = (start, cell_len(text[start : at + 1]))
        else:
            found.append((at, width))
        joined = char == "\u200d"
    return found


def clipped(text: str, width: int, ellipsis: str) -> str:
    """Return the text if it fits `width` cells, else as much of its beginning as fits before an ellipsis."""
    if len(text) <= width and is_plain(text):
        return text
    head = text[: width + 1] if is_plain(text) else text
    if head is text and cell_len(text) <= width:
        return text
    room = width - len(ellipsis)
    if is_plain(head):
        return head[: max(0, room)].rstrip() + ellipsis
    filled = 0
    for at, taken in clusters(head):
        if filled + taken > room:
            return head[:at].rstrip() + ellipsis
        filled += taken
    return text
