"""Fills an MLflow server with recorded traces, as an SDK would: trace info over REST, spans over OTLP."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.domain.trace import RawTrace
from labeler.reading.wire.envelopes import trace_summary
from tests.servers.mlflow_server import MlflowServer

CORPUS = Path(__file__).parent.parent / "corpus"
TOOLS = CORPUS / "openai_tool_roundtrip.json"

SHAPES = (
    "openai_chat_multiturn",
    "openai_tool_roundtrip",
    "anthropic_tool_result",
    "langgraph_tool_error",
    "plain_retriever_span",
    "plain_exception_root",
    "plain_bool_number",
    "plain_none_io",
    "text_ansi",
    "otlp_genai_agent_tools",
)
"""Recordings of many shapes: chat, tools, retrieval, an error, plain values, hostile text, no trace name."""

SERVER_MADE = {
    "mlflow.artifactLocation",
    "mlflow.trace.spansLocation",
    "mlflow.trace.infoFinalized",
    "mlflow.trace.sizeBytes",
    "mlflow.trace.sizeStats",
}
"""What a server adds by itself, and takes for a collision when it is sent."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded trace under an ID of its own: `info` and `spans` as ``traces/get`` answers them."""

    info: dict[str, Any]
    spans: list[dict[str, Any]]

    @property
    def id(self) -> str:
        trace_id: str = self.info["trace_id"]
        return trace_id

    @property
    def raw(self) -> RawTrace:
        payload = json.dumps({"trace": {"trace_info": self.info, "spans": self.spans}}).encode()
        return RawTrace(trace_summary(self.info), payload)


def recordings(*names: str) -> list[Recording]:
    """The recordings of those names (all `SHAPES` without any), each under a new trace ID."""
    return [_renamed(json.loads((CORPUS / f"{name}.json").read_bytes())["trace"]) for name in names or SHAPES]


def log(server: MlflowServer, experiment_id: str, traces: list[Recording]) -> None:
    """Log traces to an experiment."""
    for trace in traces:
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
        info = trace.info | {"trace_location": place}
        for mapping in ("tags", "trace_metadata"):
            info[mapping] = {key: value for key, value in info.get(mapping, {}).items() if key not in SERVER_MADE}
        server.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
    send_spans(server, experiment_id, [_otlp(span) for trace in traces for span in trace.spans])


def log_many(server: MlflowServer, experiment_id: str, count: int, *, first_ms: int = 0, together: int = 3) -> None:
    """Log `count` one-span traces from `first_ms` on (0: now), always `together` of them at the same millisecond."""
    first_ms = first_ms or int(time.time() * 1000)
    for first in range(0, count, 200):
        spans = [
            {
                "traceId": secrets.token_hex(16),
                "spanId": secrets.token_hex(8),
                "name": f"desk {number}",
                "startTimeUnixNano": str((first_ms + number // together) * 1_000_000),
                "endTimeUnixNano": str((first_ms + number // together + 900) * 1_000_000),
                "status": {"code": 1},
            }
            for number in range(first, min(first + 200, count))
        ]
        send_spans(server, experiment_id, spans)


def send_spans(server: MlflowServer, experiment_id: str, spans: list[dict[str, Any]]) -> None:
    body = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "tests"}, "spans": spans}]}]}
    server.http.post("/v1/traces", json=body, headers={"x-mlflow-experiment-id": experiment_id}).raise_for_status()


def create_schema(server: MlflowServer, experiment_id: str, name: str, answered_by: dict[str, Any], **more: Any) -> str:
    """Make a label schema and return its ID."""
    body = {"experiment_id": experiment_id, "name": name, "type": "FEEDBACK", "input": answered_by} | more
    schema_id: str = server.post("/api/3.0/mlflow/label-schemas/create", body)["label_schema"]["schema_id"]
    return schema_id


def create_queue(
    server: MlflowServer,
    experiment_id: str,
    name: str,
    trace_ids: list[str],
    schema_ids: list[str] | None = None,
    users: Sequence[str] = (),
) -> str:
    """Make a review queue that holds the traces, for these users (none: for everybody), and return its ID."""
    body = {
        "experiment_id": experiment_id,
        "name": name,
        "queue_type": "CUSTOM",
        "schema_ids": schema_ids or [],
        "users": [*users],
    }
    queue_id: str = server.post("/api/3.0/mlflow/review-queues/create", body)["review_queue"]["queue_id"]
    if trace_ids:
        server.post("/api/3.0/mlflow/review-queues/items/add", {"queue_id": queue_id, "item_ids": trace_ids})
    return queue_id


def _renamed(trace: dict[str, Any]) -> Recording:
    digits = secrets.token_hex(16)
    encoded = base64.b64encode(bytes.fromhex(digits)).decode()
    spans = [span | {"trace_id": encoded} for span in trace["spans"]]
    renamed = json.dumps([trace["trace_info"], spans]).replace(trace["trace_info"]["trace_id"], f"tr-{digits}")
    info, spans = json.loads(renamed)
    return Recording(info, spans)


def _otlp(span: dict[str, Any]) -> dict[str, Any]:
    """A span of ``traces/get`` as OTLP/JSON: hexadecimal IDs, times and integers as strings, camel case."""
    wire = {
        "traceId": _hexadecimal(span["trace_id"]),
        "spanId": _hexadecimal(span["span_id"]),
        "name": span["name"],
        "startTimeUnixNano": str(span["start_time_unix_nano"]),
        "endTimeUnixNano": str(span.get("end_time_unix_nano", 0)),
        "attributes": [_pair(pair) for pair in span.get("attributes", [])],
        "status": {
            "code": {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}.get(span.get("status", {}).get("code", ""), 0),
            "message": span.get("status", {}).get("message", ""),
        },
        "events": [
            {
                "name": event["name"],
                "timeUnixNano": str(event.get("time_unix_nano", 0)),
                "attributes": [_pair(pair) for pair in event.get("attributes", [])],
            }
            for event in span.get("events", [])
        ],
    }
    if parent := span.get("parent_span_id"):
        wire["parentSpanId"] = _hexadecimal(parent)
    return wire


def _hexadecimal(encoded: str) -> str:
    return base64.b64decode(encoded).hex()


def _pair(pair: dict[str, Any]) -> dict[str, Any]:
    return {"key": pair["key"], "value": _any_value(pair.get("value") or {})}


def _any_value(value: dict[str, Any]) -> dict[str, Any]:
    if not value:
        return {}
    kind, content = next(iter(value.items()))
    match kind:
        case "array_value":
            return {"arrayValue": {"values": [_any_value(each) for each in content.get("values", [])]}}
        case "kvlist_value":
            return {"kvlistValue": {"values": [_pair(each) for each in content.get("values", [])]}}
        case "int_value":
            return {"intValue": str(content)}
        case _:
            return {f"{kind.removesuffix('_value')}Value": content}
