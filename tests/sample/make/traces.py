"""Traces of the sample: a recipe each, and the body that MLflow's ``traces/get`` would answer for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Final

from labeler.domain.trace import NotRecorded
from labeler.domain.value import JsonValue
from tests.sample.make.assessments import Said, wire_assessment
from tests.sample.make.spans import Span, Wire, digest, tokens, wire_spans

_PREVIEW_LENGTH: Final = 1000
_METADATA_LENGTH: Final = 250
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EXPERIMENT_ID: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A trace to be made. `key` is unique and gives all its IDs; `at` is when it was requested, in UTC.

    An unfinished trace (`finished` False) has no root span yet, only those below it that have ended.
    """

    key: str
    at: str
    root: Span
    user: str
    channel: str = "web"
    session: str | None = None
    said: tuple[Said, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    finished: bool = True

    @property
    def trace_id(self) -> str:
        return "tr-" + digest("trace", self.key)[:16].hex()


def body(recipe: Recipe) -> Wire:
    """The body of ``GET /api/3.0/mlflow/traces/get`` for the trace."""
    requested = datetime.fromisoformat(recipe.at).replace(tzinfo=UTC)
    requested += timedelta(milliseconds=digest("millisecond", recipe.key)[0] * 3)
    start_ns = (requested - _EPOCH) // timedelta(microseconds=1) * 1000
    spans = wire_spans(recipe.root, recipe.key, recipe.trace_id, start_ns)
    duration = f"{(_end_ns(spans) - start_ns) / 1e9:.3f}s"
    if not recipe.finished:
        spans = spans[1:]
    info: Wire = {
        "trace_id": recipe.trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": _EXPERIMENT_ID}},
        "request_time": _timestamp(requested),
        **({"execution_duration": duration} if recipe.finished else {}),
        "state": _state(recipe),
        "trace_metadata": _metadata(recipe, spans),
        "tags": {
            "mlflow.traceName": recipe.root.name,
            "mlflow.trace.spansLocation": "TRACKING_STORE",
            "desk.channel": recipe.channel,
            "desk.release": "2026.9.2" if requested.day >= 14 else "2026.9.1",
            **recipe.tags,
        },
    }
    info |= _previews(recipe)
    if recipe.said:
        info["assessments"] = [
            wire_assessment(said, recipe.key, recipe.trace_id, requested, recipe.root) for said in recipe.said
        ]
    return {"trace": {"trace_info": info, "spans": spans}}


def _state(recipe: Recipe) -> str:
    if not recipe.finished:
        return "IN_PROGRESS"
    return "OK" if recipe.root.failure is None else "ERROR"


def _metadata(recipe: Recipe, spans: Sequence[Wire]) -> dict[str, JsonValue]:
    metadata: dict[str, JsonValue] = {
        "mlflow.trace_schema.version": "3",
        "mlflow.source.name": "desk/app.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.trace.user": recipe.user,
    }
    if recipe.session is not None:
        metadata["mlflow.trace.session"] = recipe.session
    usages = [span.usage for span in recipe.root.walk() if span.usage is not None]
    if usages:
        used = tokens(sum(usage.tokens_in for usage in usages), sum(usage.tokens_out for usage in usages))
        metadata["mlflow.trace.tokenUsage"] = json.dumps(used)
        metadata["mlflow.trace.cost"] = json.dumps({"total_cost": round(sum(usage.cost for usage in usages), 8)})
    if not isinstance(recipe.root.inputs, NotRecorded):
        metadata["mlflow.traceInputs"] = _json(recipe.root.inputs)[:_METADATA_LENGTH]
    if recipe.finished and not isinstance(recipe.root.outputs, NotRecorded):
        metadata["mlflow.traceOutputs"] = _json(recipe.root.outputs)[:_METADATA_LENGTH]
    sizes = [len(_json(span).encode()) for span in spans]
    quarters = quantiles(sizes, n=4, method="inclusive") if len(sizes) > 1 else sizes * 3
    metadata["mlflow.trace.sizeBytes"] = str(sum(sizes))
    metadata["mlflow.trace.sizeStats"] = json.dumps(
        {
            "total_size_bytes": sum(sizes),
            "num_spans": len(sizes),
            "max": max(sizes),
            **{name: round(size) for name, size in zip(("p25", "p50", "p75"), quarters, strict=True)},
        }
    )
    return metadata


def _previews(recipe: Recipe) -> Wire:
    """What MLflow's client shows of a trace: text where it knows the shape, else JSON, both cut."""
    previews: Wire = {}
    if not isinstance(recipe.root.inputs, NotRecorded):
        previews["request_preview"] = _last_user_text(recipe.root.inputs)[:_PREVIEW_LENGTH]
    if recipe.finished and not isinstance(recipe.root.outputs, NotRecorded):
        previews["response_preview"] = _answer_text(recipe.root.outputs)[:_PREVIEW_LENGTH]
    return previews


def _last_user_text(inputs: JsonValue) -> str:
    match inputs:
        case {"messages": [*_, {"role": "user", "content": str(text)}]}:
            return text
    return _json(inputs)


def _answer_text(outputs: JsonValue) -> str:
    match outputs:
        case {"choices": [{"message": {"content": str(text)}}]}:
            return text
    return _json(outputs)


def _end_ns(spans: Sequence[Wire]) -> int:
    end_ns = spans[0]["end_time_unix_nano"]
    assert isinstance(end_ns, int)
    return end_ns


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
