"""The same trace in the other wire forms, written independently of the decoder under test."""

from __future__ import annotations

import base64
import json
import math
from typing import Any


def plain(value: Any) -> Any:
    """The value of an AnyValue."""
    if not value:
        return None
    kind, content = next(iter(value.items()))
    if kind == "array_value":
        return [plain(member) for member in content.get("values", [])]
    if kind == "kvlist_value":
        return {pair["key"]: plain(pair.get("value", {})) for pair in content.get("values", [])}
    if kind == "double_value":
        return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(content, content)
    return content


def _attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {pair["key"]: plain(pair.get("value", {})) for pair in span.get("attributes", [])}


def as_artifact(body: dict[str, Any]) -> bytes:
    """A body of ``traces/get`` as ``get-trace-artifact`` would answer it."""
    spans = [
        {
            **span,
            "parent_span_id": span.get("parent_span_id"),
            "events": [{**event, "attributes": _attributes(event)} for event in span.get("events", [])],
            "attributes": {key: json.dumps(value) for key, value in _attributes(span).items()},
        }
        for span in body["trace"]["spans"]
    ]
    return json.dumps({"spans": spans}).encode()


def as_legacy(body: dict[str, Any]) -> bytes:
    """The same spans as an MLflow 2 client wrote them."""
    spans = [
        {
            "name": span["name"],
            "context": {"span_id": _hex(span["span_id"]), "trace_id": _hex(span["trace_id"])},
            "parent_id": _hex(span["parent_span_id"]) if span.get("parent_span_id") else None,
            "start_time": span["start_time_unix_nano"],
            "end_time": span.get("end_time_unix_nano"),
            "status_code": span.get("status", {}).get("code", "STATUS_CODE_UNSET").removeprefix("STATUS_CODE_"),
            "status_message": span.get("status", {}).get("message", ""),
            "attributes": {key: json.dumps(value) for key, value in _attributes(span).items()},
            "events": [
                {"name": event["name"], "timestamp": event["time_unix_nano"], "attributes": _attributes(event)}
                for event in span.get("events", [])
            ],
        }
        for span in body["trace"]["spans"]
    ]
    return json.dumps({"spans": spans, "request": "", "response": ""}).encode()


def as_otlp(body: dict[str, Any]) -> bytes:
    """The same spans as an OTLP/JSON export: camel case, hexadecimal IDs, 64-bit integers as strings."""
    spans = [
        {
            "traceId": _hex(span["trace_id"]),
            "spanId": _hex(span["span_id"]),
            "parentSpanId": _hex(span["parent_span_id"]) if span.get("parent_span_id") else "",
            "name": span["name"],
            "startTimeUnixNano": str(span["start_time_unix_nano"]),
            "endTimeUnixNano": str(span.get("end_time_unix_nano", 0)),
            "attributes": [_camel_pair(pair) for pair in span.get("attributes", [])],
            "status": _otlp_status(span.get("status", {})),
            "events": [
                {
                    "name": event["name"],
                    "timeUnixNano": str(event["time_unix_nano"]),
                    "attributes": [_camel_pair(pair) for pair in event.get("attributes", [])],
                }
                for event in span.get("events", [])
            ],
        }
        for span in body["trace"]["spans"]
    ]
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}).encode()


def _otlp_status(status: dict[str, Any]) -> dict[str, Any]:
    codes = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
    return {"code": codes.get(status.get("code", ""), 0), "message": status.get("message", "")}


def _camel_pair(pair: dict[str, Any]) -> dict[str, Any]:
    return {"key": pair["key"], "value": _camel(pair.get("value", {}))}


def _camel(value: dict[str, Any]) -> dict[str, Any]:
    if not value:
        return {}
    kind, content = next(iter(value.items()))
    name = {"string": "stringValue", "int": "intValue", "double": "doubleValue", "bool": "boolValue"}.get(kind[:-6])
    if kind == "array_value":
        return {"arrayValue": {"values": [_camel(member) for member in content.get("values", [])]}}
    if kind == "kvlist_value":
        return {"kvlistValue": {"values": [_camel_pair(pair) for pair in content.get("values", [])]}}
    return {str(name): str(content) if kind == "int_value" else content}


def _hex(identifier: str) -> str:
    return base64.b64decode(identifier).hex()
