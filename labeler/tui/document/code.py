"""JSON in colour: roles for stretches of text. Other languages are coloured by `highlighter`."""

from __future__ import annotations

import re
from typing import Final

from labeler.tui.document.lines import Span

CODE: Final = ("code",)
_KEY: Final = ("code.key",)
_STRING: Final = ("code.string",)
_NUMBER: Final = ("code.number",)
_CONSTANT: Final = ("code.constant",)

_JSON: Final = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+"?)(?P<colon>\s*+:)?|(?P<constant>\b(?:true|false|null)\b)|(?P<number>-?\b\d[\d.eE+-]*)'
)


def json_spans(text: str) -> list[Span]:
    """Return the keys, strings, numbers and constants of JSON, or of a piece of it that begins outside a string."""
    spans: list[Span] = []
    for match in _JSON.finditer(text):
        start, end = match.span()
        if match["string"]:
            key = match["colon"] is not None
            spans.append((start, match.end("string"), _KEY if key else _STRING))
        else:
            spans.append((start, end, _CONSTANT if match["constant"] else _NUMBER))
    return spans
