"""The exact JSON of a trace as a document: every character that was recorded, spread over lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from labeler.domain.trace import RawTrace
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import sanitise
from labeler.reading.wire.forms.row_facts import EXPECTED_KEYS, SCORE_KEYS, is_label_key

_ENVELOPES: Final = ("trace", "data", "trace_info", "info", "row", "observations", "child_runs")
_SAID: Final = frozenset(
    (
        *("assessments", "annotations", "span_annotations", "spanAnnotations", "feedback_stats"),
        *(*EXPECTED_KEYS, *SCORE_KEYS),
    )
)
"""Keys under which servers and exports tell what was said about a trace."""


def raw_document(raw: RawTrace) -> Document:
    """The payload, indented where it is JSON. Never raises: what is no JSON is shown as it came."""
    try:
        return _document(raw, json.dumps(json.loads(raw.payload), ensure_ascii=False, indent=2))
    except (ValueError, RecursionError):
        return _document(raw, raw.payload.decode("utf-8", "replace"))


def blind_raw_document(raw: RawTrace) -> Document:
    """The same without what was said about the trace, which some servers send along with its spans. Never raises."""
    try:
        body = json.loads(raw.payload)
        for holder in _envelopes(body):
            for key in [key for key in holder if key in _SAID or is_label_key(key)]:
                holder[key] = "hidden: this review is blind"
        return _document(raw, json.dumps(body, ensure_ascii=False, indent=2))
    except (ValueError, RecursionError):
        return raw_document(raw)


def _document(raw: RawTrace, text: str) -> Document:
    block = Block(BlockKind.JSON, sanitise(text), language="json")
    return Document(raw.summary.id, "", "", (block,), None, None)


def _envelopes(value: object) -> Iterator[dict[str, object]]:
    """The objects that hold a trace's info or lie around it."""
    if isinstance(value, dict):
        yield value
        for key in _ENVELOPES:
            yield from _envelopes(value.get(key))
    elif isinstance(value, list):
        for each in value:
            yield from _envelopes(each)
