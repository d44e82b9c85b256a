"""Compares what a backend stored with what it was sent."""

from __future__ import annotations

from labeler.domain.assessment import Assessment
from labeler.domain.value import JsonValue, same_value
from labeler.domain.value_words import short_json

_SHOWN = 80
"""Characters of each side shown in a difference."""


def differences(sent: Assessment, stored: Assessment) -> list[str]:
    """Return what differs, as phrases; empty when the backend has everything that was sent.

    Metadata that the server added, times, validity and the ID are not compared.
    """
    found = [
        _phrase(what, one, other)
        for what, one, other in (
            ("the name", sent.name, stored.name),
            ("the kind", sent.kind.value, stored.kind.value),
            ("the comment", sent.rationale or None, stored.rationale or None),
            ("the span", sent.span_id or None, stored.span_id or None),
            ("the source", sent.source.type.value, stored.source.type.value),
            ("the reviewer", sent.source.id, stored.source.id),
        )
        if one != other
    ]
    if not same_value(sent.value, stored.value):
        found.append(_phrase("the value", sent.value, stored.value))
    found += [
        _phrase(f"the metadata {key}", value, stored.metadata.get(key))
        for key, value in sent.metadata.items()
        if stored.metadata.get(key) != value
    ]
    return found


def _phrase(what: str, sent: JsonValue, stored: JsonValue) -> str:
    return f"{what} (sent {short_json(sent, _SHOWN)}, stored {short_json(stored, _SHOWN)})"
