"""Traces on a real MLflow server that people can tell apart on a screen, and everything assessed there."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.filling import create_queue, send_spans
from tests.servers.mlflow_server import MlflowServer


@dataclass(frozen=True, slots=True)
class Place:
    """An experiment. `traces` are trace IDs by mark, the number that request and response of a trace name."""

    server: MlflowServer
    experiment_id: str
    traces: dict[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One assessment as the server has it. `said` is its value and its comment."""

    id: str
    mark: str
    question: str
    said: tuple[object, str]
    reviewer: str
    valid: bool
    overrides: str | None
    metadata: dict[str, str]


def log_marks(server: MlflowServer, count: int) -> Place:
    """A new experiment with `count` traces."""
    experiment_id = server.new_experiment()
    first_ms = int(time.time() * 1000) - count
    # A queue lists what came into it together by ID, and is to list the newest first as a search does.
    traces = {f"{number:04}": digits for number, digits in enumerate(sorted(_many_digits(count), reverse=True))}
    spans = [_span(mark, digits, first_ms + number) for number, (mark, digits) in enumerate(traces.items())]
    for first in range(0, count, 200):
        send_spans(server, experiment_id, spans[first : first + 200])
    return Place(server, experiment_id, {mark: f"tr-{digits}" for mark, digits in traces.items()})


def queue_of_all(place: Place, name: str) -> str:
    """A new review queue of all traces of the experiment; its ID."""
    return create_queue(place.server, place.experiment_id, name, list(place.traces.values()))


def finished(place: Place, queue_id: str) -> dict[str, tuple[str, str]]:
    """The state of every item of a queue and by whom it is so, by trace ID, straight from the server."""
    query: dict[str, str | int] = {"queue_id": queue_id, "max_results": 50_000}
    answer = place.server.http.get("/api/3.0/mlflow/review-queues/items/list", params=query)
    assert answer.is_success, answer.text
    return {each["item_id"]: (each["status"], each.get("completed_by", "")) for each in answer.json()["items"]}


def assessed(place: Place) -> list[Found]:
    """Every assessment of the experiment's traces, superseded ones included, straight from the server."""
    marks = {trace_id: mark for mark, trace_id in place.traces.items()}
    return [
        Found(
            id=each["assessment_id"],
            mark=marks[info["trace_id"]],
            question=each["assessment_name"],
            said=(each.get("feedback", {}).get("value"), each.get("rationale", "")),
            reviewer=each["source"]["source_id"],
            valid=each.get("valid", True),
            overrides=each.get("overrides"),
            metadata=each.get("metadata", {}),
        )
        for info in _infos(place)
        for each in info.get("assessments", [])
    ]


def _many_digits(count: int) -> list[str]:
    return [secrets.token_hex(16) for _ in range(count)]


def _infos(place: Place) -> Iterator[dict[str, Any]]:
    body: dict[str, Any] = {
        "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": place.experiment_id}}],
        "max_results": 500,
    }
    while True:
        answered = place.server.post("/api/3.0/mlflow/traces/search", body)
        traces: Sequence[dict[str, Any]] = answered.get("traces", [])
        yield from traces
        if not answered.get("next_page_token"):
            return
        body["page_token"] = answered["next_page_token"]


def _span(mark: str, digits: str, at_ms: int) -> dict[str, Any]:
    request = {"messages": [{"role": "user", "content": f"What is mark {mark} for?"}]}
    response = {"choices": [{"message": {"role": "assistant", "content": f"Sign {mark} is a light."}}]}
    return {
        "traceId": digits,
        "spanId": secrets.token_hex(8),
        "name": "desk",
        "startTimeUnixNano": str(at_ms * 1_000_000),
        "endTimeUnixNano": str((at_ms + 900) * 1_000_000),
        "status": {"code": 1},
        "attributes": [
            {"key": "mlflow.spanInputs", "value": {"stringValue": json.dumps(request)}},
            {"key": "mlflow.spanOutputs", "value": {"stringValue": json.dumps(response)}},
        ],
    }
