"""The exact JSON of a trace as a document: every character that was recorded, spread over lines."""

from __future__ import annotations

import json

from labeler.domain.trace import RawTrace
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import sanitise


def raw_document(raw: RawTrace) -> Document:
    """The payload, indented where it is JSON. Never raises: what is no JSON is shown as it came."""
    try:
        text = json.dumps(json.loads(raw.payload), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = raw.payload.decode("utf-8", "replace")
    block = Block(BlockKind.JSON, sanitise(text), language="json")
    return Document(raw.summary.id, "", "", (block,), None, None)
