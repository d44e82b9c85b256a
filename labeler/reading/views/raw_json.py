"""The exact JSON of a trace as a document: every character that was recorded, spread over lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.conversation.previews import previews
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import sanitise
from labeler.reading.wire.forms.row_facts import EXPECTED_KEYS, SCORE_KEYS, is_label_key
from labeler.reading.wire.spans import UnreadableTrace, raw_spans

_ENVELOPES: Final = ("trace", "data", "trace_info", "info", "row", "observations", "child_runs")
_SAID: Final = frozenset(
    (
        *("assessments", "annotations", "span_annotations", "spanAnnotations", "feedback_stats"),
        *(*EXPECTED_KEYS, *SCORE_KEYS),
    )
)
"""Keys under which servers and exports tell what was said about a trace."""


def raw_document(raw: RawTrace) -> Document:
    """Return the payload, indented where it is JSON, and the previews of a trace without readable spans.

    Never raises: what is no JSON is shown as it came.
    """
    try:
        body = json.loads(raw.payload)
        return _with_previews(_document(raw, json.dumps(body, ensure_ascii=False, indent=2)), raw, body)
    except (ValueError, RecursionError):
        return _with_previews(_document(raw, raw.payload.decode("utf-8", "replace")), raw, None)


def blind_raw_document(raw: RawTrace) -> Document:
    """Return the same without what was said about the trace, which some servers send along with its spans.

    Never raises.
    """
    try:
        body = json.loads(raw.payload)
        for holder in _envelopes(body):
            for key in [key for key in holder if key in _SAID or is_label_key(key)]:
                holder[key] = "hidden: this review is blind"
        return _with_previews(_document(raw, json.dumps(body, ensure_ascii=False, indent=2)), raw, body)
    except (ValueError, RecursionError):
        return raw_document(raw)


def _document(raw: RawTrace, text: str) -> Document:
    blocks = [Block(BlockKind.NOTE, sanitise(raw.failure))] if raw.failure else []
    if text or not blocks:
        blocks.append(Block(BlockKind.JSON, sanitise(text), language="json"))
    return Document(raw.summary.id, "", "", tuple(blocks), None, None)


def _with_previews(document: Document, raw: RawTrace, body: JsonValue) -> Document:
    """Return the document with the previews at its end, where the payload has neither spans nor them."""
    kept = list(previews(raw.summary))
    if not kept or b'"request_preview"' in raw.payload or _has_spans(body):
        return document
    fields = (Block(BlockKind.FIELD, sanitise(text), message=1, summary=name) for name, text in kept)
    return replace(document, blocks=(*document.blocks, Block(BlockKind.HEADER, "kept beside it", message=1), *fields))


def _has_spans(body: JsonValue) -> bool:
    try:
        return bool(raw_spans(body))
    except UnreadableTrace:
        return False


def _envelopes(value: object) -> Iterator[dict[str, object]]:
    """Yield the objects that hold a trace's info or lie around it."""
    if isinstance(value, dict):
        yield value
        for key in _ENVELOPES:
            yield from _envelopes(value.get(key))
    elif isinstance(value, list):
        for each in value:
            yield from _envelopes(each)
