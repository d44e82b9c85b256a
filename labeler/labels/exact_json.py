"""JSON for machines that is also safe to print: exact, with every invisible character as an escape."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue

_INVISIBLE: Final = re.compile(
    "["
    "\x7f-\x9f\xad"  # DEL, C1, soft hyphen; json.dumps escapes C0 itself
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidi controls
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2"  # other format characters (category Cf)
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # halves of characters, which UTF-8 cannot hold
    "]"
)


def exact_json(value: JsonValue) -> str:
    r"""Return `value` as JSON on one line, equal to `value` when parsed, for files and pipes as for a terminal.

    Control, bidi and zero-width characters and lone surrogates are written as ``\uXXXX``; other text stands as it is.
    Numbers that JSON does not know become the strings ``"NaN"``, ``"Infinity"``, ``"-Infinity"``, as in proto3 JSON.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)
    return _INVISIBLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _finite(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: _finite(content) for key, content in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(element) for element in value]
    return value
