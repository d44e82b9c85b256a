"""OTLP/JSON exports (``resourceSpans``) taken apart by trace.

Protocol: opentelemetry-proto ``collector/trace/v1/trace_service.proto`` in its JSON mapping, as written by exporters
and by the collector's file exporter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.identifiers import owner

_RESOURCES: Final = ("resourceSpans", "resource_spans")
_SCOPES: Final = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")


def is_otlp(body: JsonValue) -> bool:
    """Whether a body is an OTLP export."""
    return isinstance(body, Mapping) and any(isinstance(body.get(key), list) for key in _RESOURCES)


def spans_in(body: Mapping[str, JsonValue]) -> Iterator[Mapping[str, JsonValue]]:
    """The spans of an export, still encoded, in its order."""
    for resource in _members(body, _RESOURCES):
        for scope in _members(resource, _SCOPES):
            yield from _members(scope, ("spans",))


def split_by_trace(bodies: Iterable[tuple[str, JsonValue]]) -> list[bytes]:
    """One payload a trace from exports given as (text, value), in order of first appearance.

    An export that is one whole trace keeps its exact text; others are written anew from their spans.
    """
    spans: dict[str | None, list[Mapping[str, JsonValue]]] = {}
    texts: dict[str | None, str | None] = {}
    for text, body in bodies:
        if not isinstance(body, Mapping):
            continue
        found = list(spans_in(body))
        ids = {owner(span) for span in found}
        for span in found:
            spans.setdefault(owner(span), []).append(span)
        for trace_id in ids:
            texts[trace_id] = text if len(ids) == 1 and trace_id not in texts else None
    return [
        (texts[trace_id] or _export(of_trace)).encode("utf-8", "surrogatepass") for trace_id, of_trace in spans.items()
    ]


def _export(spans: list[Mapping[str, JsonValue]]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}, ensure_ascii=False)


def _members(parent: Mapping[str, JsonValue], keys: tuple[str, ...]) -> Iterator[Mapping[str, JsonValue]]:
    for key in keys:
        value = parent.get(key)
        if isinstance(value, list):
            yield from (member for member in value if isinstance(member, Mapping))
