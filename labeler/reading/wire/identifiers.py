"""Identifiers of spans and traces: first told by their encoding, then tidied.

OpenTelemetry's IDs, 8 and 16 bytes long, come as hexadecimal digits or, in protobuf's JSON, as base64, in whose
alphabet ``/``, ``+``, ``-`` and ``_`` are letters like any other. Both sizes end in ``=`` there, which hexadecimal
digits never do. What is of neither encoding is an ID of somebody's own and stays as it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import parse_or_none

Object = Mapping[str, JsonValue]

REQUEST_ID: Final = "mlflow.traceRequestId"
"""The attribute in which MLflow's clients write the trace that a span belongs to."""

_PREFIX: Final = "tr-"
_UNITY_CATALOG: Final = re.compile(r"trace:/[^/]+/([^/]+)")
"""Databricks' IDs of traces in a catalog: ``trace:/catalog.schema/ID``."""

_HEXADECIMAL: Final = re.compile(r"(?:0x)?([0-9a-fA-F]+)")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]+={1,2}")
_URL_SAFE: Final = str.maketrans("-_", "+/")


def span_id(value: JsonValue) -> str | None:
    """Return a span ID as lower-case hexadecimal digits, or as it is; None for an absent or all-zero one."""
    return _tidied(value, 8)


def trace_id(value: JsonValue) -> str | None:
    """Return an OpenTelemetry trace ID as lower-case hexadecimal digits, also out of MLflow's and Databricks' IDs.

    An ID of somebody's own is returned as it is; None stands for an absent or all-zero one.
    """
    if not isinstance(value, str):
        return None
    in_catalog = _UNITY_CATALOG.fullmatch(value)
    inside = in_catalog[1] if in_catalog else value.removeprefix(_PREFIX)
    digits = _digits(inside, 16)
    return _tidied(value, 16) if digits is None else digits or None


def owner(span: Object) -> str | None:
    """Return the MLflow ID of the trace that an encoded span says it belongs to, or None where it says none.

    MLflow's own attribute counts before OpenTelemetry's ID: in what an MLflow 2 client wrote the two differ.
    """
    return request_id(span) or _named_after_open_telemetry(span)


def trace_key(span: Object) -> str | None:
    """Return what the spans of a trace have in common, however each of them writes its ID; None where it writes
    none.
    """
    named = request_id(span)
    return trace_id(named) if named else trace_id(_open_telemetry_id(span))


def written_id(span: Object) -> str | None:
    """Return the OpenTelemetry trace ID of a span as it is written, or as the hexadecimal digits that its base64
    encodes.
    """
    value = _open_telemetry_id(span)
    if not isinstance(value, str) or _HEXADECIMAL.fullmatch(value):
        return value if isinstance(value, str) else None
    return trace_id(value) or value


def is_open_telemetry_s(trace_id: str) -> bool:
    """Return whether an ID is one that OpenTelemetry gives traces: 16 bytes, not all of them zero."""
    return bool(_digits(trace_id, 16))


def mlflow_id(trace_id: str) -> str:
    """Return the ID under which MLflow has a trace that came to it over OpenTelemetry."""
    digits = _digits(trace_id, 16)
    return f"{_PREFIX}{digits or trace_id}"


def request_id(span: Object) -> str | None:
    """Return the trace that MLflow's attribute names, from any of the wire forms; None where there is no such
    attribute.
    """
    attributes = span.get("attributes")
    value = attributes.get(REQUEST_ID) if isinstance(attributes, Mapping) else _pair(attributes)
    if isinstance(value, str) and value.startswith('"'):
        value = parse_or_none(value)
    return value if isinstance(value, str) and value else None


def belongs(span: Object, asked: str) -> bool:
    """Return whether an encoded span is of the trace `asked`.

    It is when MLflow's attribute equals that ID or, where there is none, OpenTelemetry's trace ID does. A span
    that has neither says nothing against it.
    """
    named = request_id(span)
    if named == asked or asked == _cut(span):
        return True
    if named is not None:
        return _is_in_catalog(named, asked) and trace_id(named) == trace_id(asked)
    found = trace_id(_open_telemetry_id(span))
    return found is None or found in (trace_id(asked), asked.removeprefix(_PREFIX))


def stranger(spans: Iterable[Object], asked: str) -> Object | None:
    """Return the first of the encoded spans that belongs to another trace than `asked`, or None."""
    return next((span for span in spans if not belongs(span, asked)), None)


def earlier_ids(spans: Sequence[Object], known: str) -> set[str]:
    """Return the IDs under which earlier versions imported the trace `known` of such encoded spans, where those differ.

    They cut an ID at a slash of its base64, and gave MLflow's prefix to the traces of files that have none.
    """
    given = {wrong for span in spans[:1] for wrong in (_named_after_open_telemetry(span), _cut(span))}
    return {wrong for wrong in given if wrong is not None and wrong != known}


def is_alias(one: str, other: str) -> bool:
    """Return whether two IDs are spellings of one OpenTelemetry ID, MLflow's prefix included."""
    return trace_id(one) == trace_id(other) and is_open_telemetry_s(trace_id(one) or "")


def _named_after_open_telemetry(span: Object) -> str | None:
    """MLflow's ID for an OpenTelemetry trace; what MLflow 2 wrote (``context``) has none of its prefix."""
    found = trace_id(_open_telemetry_id(span))
    if found is None or isinstance(span.get("context"), Mapping) or found.startswith((_PREFIX, "trace:/")):
        return found
    return f"{_PREFIX}{found}"


def _cut(span: Object) -> str | None:
    """Return what versions before 0.2 took for the trace ID: the end of the base64, where that holds a slash."""
    value = _open_telemetry_id(span)
    if not isinstance(value, str) or "/" not in value or _digits(value, 16) is None:
        return None
    return f"{_PREFIX}{value.rpartition('/')[2]}"


def _open_telemetry_id(span: Object) -> JsonValue:
    context = span.get("context")
    inside = context if isinstance(context, Mapping) else {}
    return next((value for value in (span.get("trace_id"), span.get("traceId"), inside.get("trace_id")) if value), None)


def _is_in_catalog(*identifiers: str) -> bool:
    return any(_UNITY_CATALOG.fullmatch(each) for each in identifiers)


def _pair(attributes: JsonValue) -> JsonValue:
    """Return the text of MLflow's attribute among ``{"key", "value"}`` pairs."""
    for pair in attributes if isinstance(attributes, list) else ():
        if isinstance(pair, Mapping) and pair.get("key") == REQUEST_ID and isinstance(pair.get("value"), Mapping):
            value = pair["value"]
            assert isinstance(value, Mapping)
            return value.get("string_value") or value.get("stringValue")
    return None


def _tidied(value: JsonValue, size: int) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    digits = _digits(value, size)
    return value if digits is None else digits or None


def _digits(text: str, size: int) -> str | None:
    """Return the hexadecimal digits of an encoded ID of `size` bytes, empty for all zeros; None for what is of no
    encoding.
    """
    hexadecimal = _HEXADECIMAL.fullmatch(text)
    digits = hexadecimal[1].lower() if hexadecimal and len(hexadecimal[1]) == 2 * size else _from_base64(text, size)
    return "" if digits is not None and not digits.strip("0") else digits


def _from_base64(text: str, size: int) -> str | None:
    if not _BASE64.fullmatch(text):
        return None
    standard = text.translate(_URL_SAFE)
    try:
        decoded = base64.b64decode(standard, validate=True)
    except (binascii.Error, ValueError):
        return None
    is_exact = len(decoded) == size and base64.b64encode(decoded).decode("ascii") == standard
    return decoded.hex() if is_exact else None
