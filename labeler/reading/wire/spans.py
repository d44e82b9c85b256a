"""Raw span payloads decoded to one model, whichever of the wire forms they came in.

Forms: the body of MLflow's ``traces/get`` (spans with AnyValue attributes), the body of ``get-trace-artifact`` and the
``data`` of ``Trace.to_json()`` (attributes are JSON text), the spans of MLflow 2 (``context.span_id``, ``parent_id``),
and OTLP/JSON (``resourceSpans``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import NOT_RECORDED, RawTrace, Span, SpanEvent, Trace, short_id
from labeler.domain.value import JsonValue
from labeler.reading.wire.any_value import TooDeep, bounded, decode_pairs
from labeler.reading.wire.bounded_json import NotJson, container_in, decode_text, parse, parse_deep
from labeler.reading.wire.identifiers import REQUEST_ID, Object, owner, span_id, stranger
from labeler.reading.wire.otlp import is_otlp, spans_in

INPUTS: Final = "mlflow.spanInputs"
OUTPUTS: Final = "mlflow.spanOutputs"
SPAN_TYPE: Final = "mlflow.spanType"


class UnreadableTrace(ValueError):
    """A payload that holds no readable spans. The message is a sentence for the reviewer."""


class SpansOfAnother(UnreadableTrace):
    """A payload that holds spans of another trace than the one it is taken for. Nothing of it may be shown as that."""


def decode(raw: RawTrace) -> Trace:
    """Return the spans of a trace in start order, their attributes as plain values.

    Raises `UnreadableTrace`, and `SpansOfAnother` where they are not all of this trace.
    """
    if raw.failure:
        raise UnreadableTrace(raw.failure)
    encoded = encoded_spans(raw.payload)
    check_owner(encoded, raw.summary.id)
    return Trace(raw.summary, decode_all(encoded))


def check_owner(encoded: Sequence[Object], trace_id: str) -> None:
    """Raise `SpansOfAnother` unless all spans, still encoded, belong to the trace."""
    if (found := stranger(encoded, trace_id)) is not None:
        raise SpansOfAnother(
            f"What came for {short_id(trace_id)} are spans of another trace, {short_id(owner(found) or '')}; they are "
            "not shown as this one."
        )


def encoded_spans(payload: bytes) -> list[Object]:
    """Return the span objects of a payload, still encoded. Raises `UnreadableTrace`."""
    try:
        return raw_spans(parse_deep(decode_text(payload)))
    except NotJson as error:
        raise UnreadableTrace(f"The trace's spans are not JSON that can be read: {error}.") from None


def decode_all(encoded: Sequence[Object]) -> tuple[Span, ...]:
    """Spans in start order, decoded; one that comes twice counts once. Raises `UnreadableTrace`."""
    try:
        spans = [decode_span(span, f"unnamed-{number}") for number, span in enumerate(encoded)]
    except TooDeep as error:
        raise UnreadableTrace(f"The trace holds {error}, which cannot be shown.") from None
    except RecursionError:
        raise UnreadableTrace("The trace holds values nested too deeply to be shown.") from None
    return tuple(sorted(_without_repeats(spans), key=lambda span: span.start_ns))


def raw_spans(body: JsonValue) -> list[Object]:
    """Return the span objects in a payload, still encoded. Raises `UnreadableTrace` when it is of no known form."""
    found = _find_spans(body)
    if not found or not any(map(is_recorded_span, found)):
        found = _spans_of_another_form(body) or found
    if found is None:
        raise UnreadableTrace("The trace's payload has no list of spans where one is expected.")
    return [span for span in found if isinstance(span, Mapping)]


def is_recorded_span(value: JsonValue) -> bool:
    """Return whether a value is an encoded span of MLflow's or OTLP's, told by what only those have."""
    if not isinstance(value, Mapping):
        return False
    attributes = value.get("attributes")
    is_named = "span_id" in value or "spanId" in value or isinstance(value.get("context"), Mapping)
    is_timed = "start_time_unix_nano" in value or "startTimeUnixNano" in value
    return (is_named and is_timed) or (isinstance(attributes, Mapping) and REQUEST_ID in attributes)


def _spans_of_another_form(body: JsonValue) -> list[JsonValue] | None:
    """Return the spans of a trace from a file of another product; None where the payload is of no such form."""
    from labeler.reading.wire.forms import recognise  # what a server sends never needs it

    recognised = recognise(body)
    return None if recognised is None else list(recognised.spans)


def decode_span(span: Object, fallback_id: str) -> Span:
    """Return one span of any wire form. Raises `TooDeep` for a value that nests too deeply."""
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
    """Attributes as plain values: from AnyValue pairs, or from a map of JSON texts, each decoded once.

    MLflow's SDK writes JSON texts to an OTLP exporter as well, which a quoted ID or type tells.
    """
    if isinstance(attributes, Mapping):
        return {key: _from_json_text(value) for key, value in attributes.items()}
    decoded = decode_pairs(attributes)
    if any(_text(decoded.get(key)).startswith('"') for key in (REQUEST_ID, SPAN_TYPE)):
        return {key: _from_json_text(value) for key, value in decoded.items()}
    if REQUEST_ID not in decoded and any(map(_is_exported_text, _list(attributes))):
        return decoded | {key: _contained(decoded[key]) for key in (INPUTS, OUTPUTS) if key in decoded}
    return decoded


def _is_exported_text(pair: JsonValue) -> bool:
    """Return whether a pair is one of MLflow's sides in OTLP's own spelling, not in that of MLflow's server."""
    holder = _object(pair)
    return holder.get("key") in (INPUTS, OUTPUTS) and "stringValue" in _object(holder.get("value"))


def _contained(value: JsonValue) -> JsonValue:
    """Return the object or list in a text that is one, as instrumentations of people's own write MLflow's
    attributes.
    """
    found = container_in(value) if isinstance(value, str) else None
    return value if found is None else found


def _find_spans(body: JsonValue) -> list[JsonValue] | None:
    for _ in range(_ENVELOPES):
        if isinstance(body, list):
            return body
        if not isinstance(body, Mapping):
            return None
        if is_otlp(body):
            return [*spans_in(body)]
        if "spans" in body:
            return list(_list(body["spans"]))
        body = _first(body, "trace", "data")
    return None


def _without_repeats(spans: list[Span]) -> list[Span]:
    """Return a span that was delivered twice counts once, as it was delivered last."""
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
_NANOSECOND_DIGITS: Final = 19
