"""OTLP/JSON exports (``resourceSpans``) taken apart by trace, with the log records that hold what was said.

Protocol: opentelemetry-proto ``collector/trace/v1/trace_service.proto`` and ``collector/logs/v1/logs_service.proto`` in
their JSON mapping, as written by exporters and by the collector's file exporter. The conventions for generative AI let
content be recorded as events of their own: log records with a trace and a span ID, which become that span's events.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.trace import short_id
from labeler.domain.value import JsonValue
from labeler.reading.wire.any_value import decode_pairs
from labeler.reading.wire.identifiers import (
    Object,
    is_open_telemetry_s,
    request_id,
    span_id,
    trace_id,
    trace_key,
    written_id,
)

_RESOURCES: Final = ("resourceSpans", "resource_spans", "batches")
_ENVELOPES: Final = ("trace", "traces", "result", "data")
_SCOPES: Final = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_LOG_RESOURCES: Final = ("resourceLogs", "resource_logs")
_LOG_SCOPES: Final = ("scopeLogs", "scope_logs", "instrumentationLibraryLogs")
_GENERATIVE_AI: Final = "gen_ai."
_NAME: Final = "event.name"

_Records = dict[tuple[str | None, str | None], list[JsonValue]]
"""Events by trace and span ID; under no span ID those that are of the trace alone."""


def is_otlp(body: JsonValue) -> bool:
    """Return whether a body is an OTLP export, of spans, of logs or of both, bare or in the envelope that a server
    adds.
    """
    return _export_in(body) is not None


def spans_in(body: Mapping[str, JsonValue]) -> list[Object]:
    """Return the spans of an export, still encoded, in its order, with the GenAI events that its logs hold."""
    export = _export_in(body) or {}
    return _joined(_spans(export), _records(export))


def _export_in(body: JsonValue) -> Object | None:
    """Return the export that a body is or holds, None where it is none."""
    if not isinstance(body, Mapping):
        return None
    is_bare = any(isinstance(body.get(key), list) for key in (*_RESOURCES[:2], *_LOG_RESOURCES))
    if is_bare or _is_batches(body.get("batches")):
        return body
    inner = next((each for key in _ENVELOPES if isinstance(each := body.get(key), Mapping)), None)
    return None if inner is None or inner.keys() & {"spans", "trace_info"} else _export_in(inner)


def _is_batches(value: JsonValue) -> bool:
    """Return whether a list is what Tempo calls batches: resources with the spans of their scopes."""
    return isinstance(value, list) and any(isinstance(each, Mapping) and each.keys() & set(_SCOPES) for each in value)


@dataclass(frozen=True, slots=True)
class ExportedTrace:
    """A trace out of exports, under the ID that they have for it, and over how many of them it was spread.

    `problem` says what is wrong with that ID, completing a sentence that the trace begins; empty where nothing is.
    """

    trace_id: str
    payload: bytes
    exports: int
    problem: str = ""


def split_by_trace(bodies: Iterable[tuple[str, JsonValue]]) -> list[ExportedTrace]:
    """Return the traces of exports given as (text, value), in order of first appearance.

    A trace is named by MLflow's attribute where a span has one, else by its OpenTelemetry ID as it is written. An
    export that is one whole trace keeps its exact text; others are written anew from their spans.
    """
    exports = [(text, export) for text, body in bodies if (export := _export_in(body)) is not None]
    logs = [_records(body) for _, body in exports]
    logged: dict[str | None, set[int]] = {}
    for place, records in enumerate(logs):
        for of_trace, _ in records:
            logged.setdefault(of_trace, set()).add(place)
    spans: dict[str, list[Object]] = {}
    places: dict[str, list[int]] = {}
    for place, (_, body) in enumerate(exports):
        for span in _spans(body):
            key = trace_key(span) or ""
            spans.setdefault(key, []).append(span)
            if places.setdefault(key, [])[-1:] != [place]:
                places[key].append(place)
    shared = Counter(place for each in places.values() for place in each)
    every = _merged(logs)
    traces: list[ExportedTrace] = []
    for key, found in spans.items():
        first, *more = places[key]
        is_whole = not more and shared[first] == 1 and not logged.get(key, set()) - {first}
        text = exports[first][0] if is_whole else _export(_joined(found, every))
        named = next(filter(None, map(request_id, found)), None)
        problem = "" if named or is_open_telemetry_s(key) else _problem(found[0])
        identifier = named or written_id(found[0]) or ""
        traces.append(ExportedTrace(identifier, text.encode("utf-8", "surrogatepass"), len(places[key]), problem))
    return traces


def _problem(span: Object) -> str:
    written = written_id(span)
    known = "OpenTelemetry's are 32 hexadecimal digits, not all of them zero"
    return f"has the ID {short_id(written)}, which is no trace's: {known}" if written else f"has no trace ID: {known}"


def _spans(body: Object) -> Iterator[Object]:
    for resource in _members(body, _RESOURCES):
        for scope in _members(resource, _SCOPES):
            yield from _members(scope, ("spans",))


def _records(body: Object) -> _Records:
    """Return the GenAI events in the logs of an export."""
    found: _Records = {}
    for resource in _members(body, _LOG_RESOURCES):
        for scope in _members(resource, _LOG_SCOPES):
            for record in _members(scope, ("logRecords", "log_records", "logs")):
                if (event := _event(record)) is not None:
                    found.setdefault(_place(record), []).append(event)
    return found


def _event(record: Object) -> JsonValue:
    """Return a log record as an event of its span, None where it is none of the conventions for generative AI."""
    attributes = record.get("attributes")
    pairs = list(attributes) if isinstance(attributes, list) else []
    named = [each for each in pairs if isinstance(each, Mapping) and each.get("key") == _NAME]
    name = record.get("eventName") or record.get("event_name") or decode_pairs(named).get(_NAME)
    if not isinstance(name, str) or not name.startswith(_GENERATIVE_AI):
        return None
    body = [{"key": "body", "value": record["body"]}] if record.get("body") else []
    at = record.get("timeUnixNano") or record.get("time_unix_nano") or record.get("observedTimeUnixNano")
    return {"name": name, "timeUnixNano": at, "attributes": [*pairs, *body]}


def _place(record: Object) -> tuple[str | None, str | None]:
    return (
        trace_id(record.get("traceId") or record.get("trace_id")),
        span_id(record.get("spanId") or record.get("span_id")),
    )


def _joined(spans: Iterable[Object], records: _Records) -> list[Object]:
    """Return the spans, each with the events that were logged of it; those of the trace alone go to its first span."""
    found = list(spans)
    if not records:
        return found
    joined: list[Object] = []
    started: set[str | None] = set()
    for span in found:
        of_trace, of_span = _place(span)
        events = list(records.get((of_trace, of_span), ()))
        if of_trace not in started:
            events += records.get((of_trace, None), ())
            started.add(of_trace)
        own = span.get("events")
        joined.append({**span, "events": [*(own if isinstance(own, list) else ()), *events]} if events else span)
    return joined


def _merged(found: Iterable[_Records]) -> _Records:
    merged: _Records = {}
    for records in found:
        for place, events in records.items():
            merged.setdefault(place, []).extend(events)
    return merged


def _export(spans: list[Object]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}, ensure_ascii=False)


def _members(parent: Object, keys: tuple[str, ...]) -> Iterator[Object]:
    for key in keys:
        value = parent.get(key)
        if isinstance(value, list):
            yield from (member for member in value if isinstance(member, Mapping))
