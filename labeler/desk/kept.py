"""Comments that wait for the answer to come, as drafts in the journal."""

from __future__ import annotations

from collections.abc import Mapping

from labeler.review.state import Subject

_SLOT = "kept"


def kept_slot(span_id: str | None) -> str:
    """The draft slot of the comment that waits for an answer about the trace, or about a span of it."""
    return _SLOT if span_id is None else f"{_SLOT}@{span_id}"


def kept_comments(drafts: Mapping[tuple[str, str], str]) -> dict[Subject, str]:
    """The comments that wait, from all drafts by trace ID and slot."""
    found: dict[Subject, str] = {}
    for (trace_id, slot), text in drafts.items():
        kind, _, span_id = slot.partition("@")
        if kind == _SLOT and text:
            found[trace_id, span_id or None] = text
    return found
