"""Raw span payloads decoded to one model, whichever of the wire forms they came in.

Forms: the body of MLflow's ``traces/get`` (spans with AnyValue attributes), the body of ``get-trace-artifact`` and the
``data`` of ``Trace.to_json()`` (attributes are JSON text), the spans of MLflow 2 (``context.span_id``, ``parent_id``),
and OTLP/JSON (``resourceSpans``).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final

from labeler.domain.trace import NOT_RECORDED, RawTrace, Span, SpanEvent, Trace
from labeler.domain.value import JsonValue
from labeler.reading.wire.any_value import TooDeep, bounded, decode_pairs
from labeler.reading.wire.json_text import NotJson, decode_text, parse, parse_deep
from labeler.reading.wire.otlp import is_otlp, spans_in

INPUTS: Final = "mlflow.spanInputs"
OUTPUTS: Final = "mlflow.spanOutputs"
SPAN_TYPE: Final = "mlflow.spanType"

Object = Mapping[str, JsonValue]


class UnreadableTrace(ValueError):
    """A payload that holds no readable spans. The message is a sentence for the reviewer."""


def decode(raw: RawTrace) -> Trace:
    """The spans of a trace in start order, their attributes as plain values. Raises `UnreadableTrace`."""
    try:
        body = parse_deep(decode_text(raw.payload))
        spans = [decode_span(span, f"unnamed-{number}") for number, span in enumerate(raw_spans(body))]
    except NotJson as error:
        raise UnreadableTrace(f"The trace's spans are not JSON that can be read: {error}.") from None
    except TooDeep as error:
        raise UnreadableTrace(f"The trace holds {error}, which cannot be shown.") from None
    except RecursionError:
        raise UnreadableTrace("The trace holds values nested too deeply to be shown.") from None
    return Trace(raw.summary, tuple(sorted(_without_repeats(spans), key=lambda span: span.start_ns)))


def raw_spans(body: JsonValue) -> list[Object]:
    """The span objects in a payload, still encoded. Raises `UnreadableTrace` when it is of no known form."""
    found = _find_spans(body)
    if found is None:
        raise UnreadableTrace("The trace's payload has no list of spans where one is expected.")
    return [span for span in found if isinstance(span, Mapping)]


def decode_span(span: Object, fallback_id: str) -> Span:
    """One span of any wire form. Raises `TooDeep` for a value that nests too deeply."""
    context = _object(span.get("context"))
    status = span.get("status")
    attributes = decode_attributes(span.get("attributes"))
    span_type = attributes.get(SPAN_TYPE)
    return Span(
        id=span_id(_first(span, "span_id", "spanId") or context.get("span_id")) or fallback_id,
        parent_id=span_id(_first(span, "parent_span_id", "parentSpanId", "parent_id")),
        name=_text(span.get("name")),
        type=span_type if isinstance(span_type, str) and span_type else None,
        start_ns=_nanoseconds(_first(span, "start_time_unix_nano", "startTimeUnixNano", "start_time")),
        end_ns=_nanoseconds(_first(span, "end_time_unix_nano", "endTimeUnixNano", "end_time")),
        status=_status(_first(_object(status), "code", "status_code") or span.get("status_code") or status),
        status_message=_text(_first(_object(status), "message", "description") or span.get("status_message")),
        inputs=attributes.get(INPUTS, NOT_RECORDED),
        outputs=attributes.get(OUTPUTS, NOT_RECORDED),
        attributes=attributes,
        events=tuple(_events(span.get("events"))),
    )


def decode_attributes(attributes: JsonValue) -> dict[str, JsonValue]:
    """Attributes as plain values: from AnyValue pairs, or from a map of JSON texts, each decoded once."""
    if isinstance(attributes, Mapping):
        return {key: _from_json_text(value) for key, value in attributes.items()}
    return decode_pairs(attributes)


def span_id(value: JsonValue) -> str | None:
    """A span ID as hexadecimal digits, from base64 or hexadecimal; None for an absent or all-zero one."""
    return _hexadecimal(value, 8)


def trace_id(value: JsonValue) -> str | None:
    """An OpenTelemetry trace ID as hexadecimal digits, from base64 or hexadecimal, with or without ``tr-``."""
    return _hexadecimal(value.rpartition("/")[2].removeprefix("tr-"), 16) if isinstance(value, str) else None


def _find_spans(body: JsonValue) -> list[JsonValue] | None:
    for _ in range(_ENVELOPES):
        if isinstance(body, list):
            return body
        if not isinstance(body, Mapping):
            return None
        if is_otlp(body):
            return list(spans_in(body))
        if "spans" in body:
            return list(_list(body["spans"]))
        body = _first(body, "trace", "data")
    return None


def _without_repeats(spans: list[Span]) -> list[Span]:
    """A span that was delivered twice counts once, as it was delivered last."""
    return list({span.id: span for span in spans}.values())


def _events(events: JsonValue) -> Iterator[SpanEvent]:
    for event in map(_object, _list(events)):
        attributes = event.get("attributes")
        yield SpanEvent(
            name=_text(event.get("name")),
            at_ns=_nanoseconds(_first(event, "time_unix_nano", "timeUnixNano", "timestamp")),
            attributes=_plain(attributes) if isinstance(attributes, Mapping) else decode_pairs(attributes),
        )


def _plain(attributes: Object) -> dict[str, JsonValue]:
    return {key: bounded(value) for key, value in attributes.items()}


def _from_json_text(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        return bounded(value)
    try:
        return parse(value)
    except NotJson:
        return value


def _hexadecimal(value: JsonValue, size: int) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    digits = value.removeprefix("0x").lower()
    if not (len(digits) == 2 * size and _HEXADECIMAL.fullmatch(digits)):
        digits = _from_base64(value, size) or value
    return digits if digits.strip("0") else None


def _from_base64(value: str, size: int) -> str | None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.hex() if len(decoded) == size else None


def _status(code: JsonValue) -> str:
    if isinstance(code, int):
        return {1: "OK", 2: "ERROR"}.get(code, "UNSET")
    name = _text(code).upper()
    return "ERROR" if name.endswith("ERROR") else "OK" if name.endswith("OK") else "UNSET"


def _nanoseconds(value: JsonValue) -> int:
    if isinstance(value, str) and len(value) <= _NANOSECOND_DIGITS and value.isascii() and value.isdigit():
        return int(value)
    in_range = isinstance(value, int | float) and 0 < value < 10**_NANOSECOND_DIGITS
    return int(value) if isinstance(value, int | float) and in_range else 0


def _first(mapping: Object, *keys: str) -> JsonValue:
    return next((mapping[key] for key in keys if mapping.get(key) is not None), None)


def _object(value: JsonValue) -> Object:
    return value if isinstance(value, Mapping) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


_ENVELOPES: Final = 3
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+")
_NANOSECOND_DIGITS: Final = 19
