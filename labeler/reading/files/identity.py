"""By what a row of a file is known: its content, and how many equal rows came before it.

The content is the row's JSON in one spelling, without the labels that were joined into it: the same file under another
name, grown, or with its labels in it, is the same work. A row's own ID is part of its content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.row_facts import is_label_key

ROW_PREFIX: Final = "row-"
OWN_ID_KEY: Final = "labeler.row.id"
_SHOWN: Final = 32


def row_digest(value: JsonValue) -> str:
    """Return the SHA-256 of a row's content as hexadecimal digits."""
    content = (
        {key: each for key, each in value.items() if not is_label_key(key)} if isinstance(value, Mapping) else value
    )
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(value: JsonValue) -> str:
    """Return a value as JSON in the one spelling that all equal values have: keys sorted, no space, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class RowCounter:
    """Gives the rows of one file their IDs in its order."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def trace_id(self, digest: str) -> str:
        """Return the ID of the next row with this content: ``row-…``, with a number from the second equal row on."""
        key = bytes.fromhex(digest)
        before = self._seen.get(key, 0)
        self._seen[key] = before + 1
        return f"{ROW_PREFIX}{digest[:_SHOWN]}" + (f"-{before + 1}" if before else "")
