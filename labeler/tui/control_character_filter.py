"""The last line of defence: no control character reaches the terminal, whatever widget held it.

The sanitiser at the door makes such characters visible. What comes another way is dropped here: Textual
itself lets ESC, C1 and bidi controls pass. Widths stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_HARMFUL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""C0, C1, DEL, bidi and invisible formatting characters, tags, and lone surrogates, which cannot even be written.

The joiners of emoji and scripts pass.
"""


class ControlCharacterFilter(LineFilter):
    """Drops harmful characters from every line an app paints; `App.get_line_filters` has to name it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without harmful characters; the very list when there are none."""
        for text, _, _ in segments:
            if not (text.isascii() and text.isprintable()) and _HARMFUL.search(text):
                return [_harmless(segment) for segment in segments]
        return segments


class FilterChain(LineFilter):
    """Several filters as one, so that a painted line is kept once and not once a filter."""

    def __init__(self, filters: Sequence[LineFilter]) -> None:
        super().__init__()
        self.filters = tuple(filters)

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        for each in self.filters:
            segments = each.apply(segments, background)
        return segments


def _harmless(segment: Segment) -> Segment:
    text, style, control = segment
    if control or not _HARMFUL.search(text):
        return segment
    return Segment(_HARMFUL.sub(_in_place, text), style)


def _in_place(match: re.Match[str]) -> str:
    """Nothing for what takes no cell; a replacement character for half a character, which takes one."""
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else ""
