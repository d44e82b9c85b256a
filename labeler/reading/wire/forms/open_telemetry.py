"""Spans with a ``context``: Phoenix's exports and data frames, and what OpenTelemetry's console exporters print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from labeler.domain.assessment import Assessment, Source, SourceType
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.attributes import flat
from labeler.reading.wire.forms.form import (
    Facts,
    Form,
    Recognised,
    as_list,
    as_object,
    encoded_span,
    first_text,
    nanoseconds,
    objects,
    unpacked,
)
from labeler.reading.wire.forms.said import feedback
from labeler.reading.wire.identifiers import REQUEST_ID, Object

_SOURCES: Final = {"HUMAN": SourceType.HUMAN, "LLM": SourceType.LLM_JUDGE, "CODE": SourceType.CODE}
_PREFIX: Final = "attributes."
_CODES: Final = {"1": "OK", "2": "ERROR"}


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace given as the list of its spans, or as its only one."""
    rows = [_as_python_s(each) for each in (objects(value) if isinstance(value, list) else [as_object(value)])]
    if not rows or not all(map(_is_span, rows)) or (isinstance(value, list) and len(rows) != len(value)):
        return None
    ids = {_ids(row)[1] for row in rows}
    top = next((row for row in rows if _parent(row) not in ids), rows[0])
    said = tuple(each for row in rows for each in _said(row, None if row is top else _ids(row)[1]))
    name = first_text(top, "name") or ""
    return Recognised([_span(row) for row in rows], Facts(trace_id=_ids(top)[0], name=name, assessments=said))


def _as_python_s(row: Object) -> Object:
    """Return a span as Python's console exporter prints it, also one of JavaScript's, whose times are microseconds."""
    timestamp, duration = row.get("timestamp"), row.get("duration")
    if not (isinstance(timestamp, int | float) and isinstance(duration, int | float)):
        return row
    if not {"traceId", "id", "name", "attributes"} <= row.keys():
        return row
    status = as_object(row.get("status"))
    parent = row.get("parentId") or as_object(row.get("parentSpanContext")).get("spanId")
    return {
        "name": row["name"],
        "context": {"trace_id": row["traceId"], "span_id": row["id"]},
        "parent_id": parent,
        "start_time": timestamp,
        "end_time": timestamp + duration,
        "status": {"code": _CODES.get(first_text(status, "code") or "", ""), "message": status.get("message")},
        "attributes": row["attributes"],
        "events": row.get("events"),
    }


def _is_span(row: Object) -> bool:
    trace_id, span_id = _ids(row)
    if not trace_id or not span_id or not ("start_time" in row or "startTime" in row):
        return False
    return REQUEST_ID not in as_object(row.get("attributes"))


def _ids(row: Object) -> tuple[str | None, str | None]:
    context = as_object(row.get("context"))
    trace_id = first_text(context, "trace_id", "traceId") or first_text(row, "context.trace_id")
    return trace_id, first_text(context, "span_id", "spanId") or first_text(row, "context.span_id")


def _parent(row: Object) -> str | None:
    return first_text(row, "parent_id", "parentId", "parent_span_id") or first_text(
        as_object(row.get("parent")), "span_id"
    )


def _part_of(value: JsonValue) -> str | None:
    row = _as_python_s(as_object(value))
    return _ids(row)[0] if _is_span(row) else None


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    for key in ("data", "spans"):
        spans = as_object(value).get(key)
        if isinstance(spans, list) and spans and all(map(_is_span, map(as_object, spans))):
            return spans
    return None


def _span(row: Object) -> Object:
    attributes = dict(as_object(unpacked(row.get("attributes"))))
    attributes |= {key.removeprefix(_PREFIX): value for key, value in row.items() if key.startswith(_PREFIX)}
    attributes = flat({key: value for key, value in attributes.items() if value is not None})
    kind = first_text(row, "span_kind", "spanKind")
    if kind and "openinference.span.kind" not in attributes:
        attributes["openinference.span.kind"] = kind
    status = as_object(row.get("status"))
    code = str(first_text(row, "status_code", "statusCode") or first_text(status, "status_code", "code") or "").upper()
    message = first_text(row, "status_message", "statusMessage") or first_text(status, "description", "message")
    trace_id, span_id = _ids(row)
    start = row.get("start_time", row.get("startTime"))
    span = encoded_span(
        span_id or "",
        parent=_parent(row),
        name=first_text(row, "name") or "",
        start=start,
        end=row.get("end_time", row.get("endTime")),
        failed=code in ("ERROR", "2") or code.endswith(".ERROR"),
        message=message or "",
        attributes=attributes,
        events=list(_events(row)),
    )
    return {**span, "trace_id": trace_id}


def _events(row: Object) -> Iterator[JsonValue]:
    for event in objects(unpacked(row.get("events"))):
        attributes: dict[str, JsonValue] = dict(as_object(event.get("attributes")))
        if event.get("name") == "exception" and isinstance(event.get("message"), str):
            attributes.setdefault("exception.message", event["message"])
        at = nanoseconds(event.get("timestamp", event.get("time")))
        yield {"name": event.get("name") or "", "time_unix_nano": at, "attributes": attributes}


def _said(row: Object, span_id: str | None) -> Iterator[Assessment]:
    annotations = [each for key in _ANNOTATIONS for each in as_list(unpacked(row.get(key)))]
    for each in map(as_object, annotations):
        result = as_object(each.get("result")) or each
        kind = str(first_text(each, "annotator_kind", "annotatorKind") or "").upper()
        value = next((result[key] for key in ("label", "score") if result.get(key) is not None), None)
        if value is not None:
            who = first_text(each, "identifier") or first_text(as_object(each.get("user")), "username") or "Phoenix"
            yield feedback(
                first_text(each, "name") or "annotation",
                value,
                Source(_SOURCES.get(kind, SourceType.UNSPECIFIED), who),
                comment=result.get("explanation"),
                at=each.get("created_at", each.get("createdAt")),
                span_id=span_id,
            )


_ANNOTATIONS: Final = ("annotations", "span_annotations", "spanAnnotations")

PHOENIX: Final = Form("Phoenix or OpenTelemetry's console", recognise, _part_of, _members)
