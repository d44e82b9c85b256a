"""The recorded traces of tests/corpus and what a reviewer must be able to read in each; hand-written traces."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.reading.wire.envelopes import trace_summary

CORPUS = Path(__file__).parent.parent / "corpus"


@cache
def expectations() -> dict[str, list[dict[str, Any]]]:
    """By recording: the texts (with role) that a reviewer must be able to read."""
    return {entry["name"]: entry["must"] for entry in json.loads((CORPUS / "EXPECT.json").read_text("utf-8"))}


NAMES = sorted(expectations())
ARTIFACTS = sorted(path.name.removesuffix(".artifact.json") for path in CORPUS.glob("*.artifact.json"))


def body(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CORPUS / f"{name}.json").read_bytes())
    return loaded


def recording(name: str) -> RawTrace:
    """The trace as ``traces/get`` answered it: AnyValue attributes."""
    payload = (CORPUS / f"{name}.json").read_bytes()
    return RawTrace(trace_summary(json.loads(payload)["trace"]["trace_info"]), payload)


def artifact(name: str) -> RawTrace:
    """The trace as ``get-trace-artifact`` answered it: attributes as JSON text."""
    return RawTrace(recording(name).summary, (CORPUS / f"{name}.artifact.json").read_bytes())


def trace_of(*spans: dict[str, Any], state: TraceState = TraceState.OK) -> RawTrace:
    """A trace of hand-written spans with plain attributes, given as `span`s."""
    summary = TraceSummary(f"tr-{1:032x}", "1", 0, 1, state, "test")
    return RawTrace(summary, json.dumps({"spans": spans}).encode())


def span(
    inputs: object = ..., outputs: object = ..., *, number: int = 1, parent: int | None = None, **more: Any
) -> dict[str, Any]:
    """A span in the form of ``get-trace-artifact``; a side left out is not recorded."""
    attributes = dict(more.pop("attributes", {}))
    if inputs is not ...:
        attributes["mlflow.spanInputs"] = inputs
    if outputs is not ...:
        attributes["mlflow.spanOutputs"] = outputs
    if kind := more.pop("type", None):
        attributes["mlflow.spanType"] = kind
    return {
        "trace_id": f"{1:032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": None if parent is None else f"{parent:016x}",
        "name": more.pop("name", f"span {number}"),
        "start_time_unix_nano": 1_000_000_000 + number * 1_000_000,
        "end_time_unix_nano": more.pop("end", 1_900_000_000),
        "status": {"code": more.pop("status", "STATUS_CODE_OK"), "message": more.pop("message", "")},
        "attributes": {key: json.dumps(value) for key, value in attributes.items()},
        "events": more.pop("events", []),
        **more,
    }
