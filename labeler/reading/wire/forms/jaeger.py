"""Jaeger: what its pages download and its query API returns, and its spans as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.attributes import recorded
from labeler.reading.wire.forms.form import (
    Facts,
    Form,
    Recognised,
    as_object,
    encoded_span,
    first_text,
    nanoseconds,
    objects,
    text_or_none,
)
from labeler.reading.wire.identifiers import Object

_NS_PER_US: Final = 1000


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace of Jaeger: an object with its spans, or the spans as a list."""
    if isinstance(value, list):
        rows = objects(value)
        is_ours = bool(rows) and len(rows) == len(value) and all(map(_is_span, rows))
        return _recognised(None, rows) if is_ours else None
    holder = as_object(value)
    if _is_trace(holder):
        return _recognised(first_text(holder, "traceID"), objects(holder["spans"]))
    return _recognised(None, [holder]) if _is_span(holder) else None


def _is_trace(holder: Object) -> bool:
    spans = objects(holder.get("spans"))
    return isinstance(holder.get("traceID"), str) and bool(spans) and all(map(_is_span, spans))


def _is_span(row: Object) -> bool:
    return isinstance(row.get("traceID"), str) and "spanID" in row and "operationName" in row


def _part_of(value: JsonValue) -> str | None:
    row = as_object(value)
    return first_text(row, "traceID") if _is_span(row) else None


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    data = as_object(value).get("data")
    is_ours = isinstance(data, list) and bool(data) and all(_is_trace(as_object(each)) for each in data)
    return data if is_ours and isinstance(data, list) else None


def _recognised(trace_id: str | None, rows: Sequence[Object]) -> Recognised:
    own = trace_id or first_text(rows[0], "traceID")
    spans = [_span(row) for row in rows]
    ids = {first_text(row, "spanID") for row in rows}
    top = next((row for row in rows if _parent(row) not in ids), rows[0])
    return Recognised(spans, Facts(trace_id=own, name=first_text(top, "operationName") or ""))


def _parent(row: Object) -> str | None:
    references = objects(row.get("references"))
    above = [each for each in references if each.get("refType") == "CHILD_OF"] or references
    return first_text(row, "parentSpanID") or (first_text(above[0], "spanID") if above else None)


def _span(row: Object) -> Object:
    attributes = dict(_tags(row.get("tags")))
    failed = attributes.get("error") is True or str(attributes.get("otel.status_code")).upper() == "ERROR"
    start, lasted = row.get("startTime"), row.get("duration")
    start_ns = start * _NS_PER_US if isinstance(start, int) and not isinstance(start, bool) else nanoseconds(start)
    is_timed = isinstance(lasted, int | float) and not isinstance(lasted, bool) and 0 <= lasted < _LONGEST_US
    end_ns = start_ns + round(lasted * _NS_PER_US) if is_timed and isinstance(lasted, int | float) else start_ns
    span = encoded_span(
        first_text(row, "spanID") or "",
        parent=_parent(row),
        name=first_text(row, "operationName") or "",
        failed=failed,
        message=text_or_none(attributes.get("otel.status_description")) or "",
        attributes=attributes,
        events=list(_events(row)),
    )
    times = {"start_time_unix_nano": start_ns, "end_time_unix_nano": max(end_ns, 1)}
    return {**span, **times, "trace_id": row.get("traceID")}


def _tags(tags: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(tags, Mapping):  # as Elasticsearch keeps them
        yield from ((key, recorded(key, value)) for key, value in tags.items())
    for tag in objects(tags):
        if isinstance(key := tag.get("key"), str):
            yield key, recorded(key, tag.get("value"))


def _events(row: Object) -> Iterator[JsonValue]:
    for log in objects(row.get("logs")):
        fields = dict(_tags(log.get("fields")))
        at = log.get("timestamp")
        name = text_or_none(fields.pop("event", None)) or text_or_none(fields.get("name")) or "log"
        at_ns = at * _NS_PER_US if isinstance(at, int) and not isinstance(at, bool) else nanoseconds(at)
        yield {"name": name, "time_unix_nano": at_ns, "attributes": fields}


_LONGEST_US: Final = 10**15

JAEGER: Final = Form("Jaeger", recognise, _part_of, _members)
