"""Langfuse: traces as its pages download and its API returns them, and rows of its observations.

Known: ``{"trace", "observations"}``, a trace that holds its ``observations``, and observations joined by their trace,
with keys in camel case (API, pages) or snake case (exports to blob storage). Input and output may be JSON texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from labeler.domain.assessment import Assessment, Source, SourceType
from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    UNTIMED_END_NS,
    Facts,
    Form,
    Recognised,
    Side,
    as_list,
    as_object,
    duration_ms,
    encoded_span,
    first_text,
    is_object,
    nanoseconds,
    objects,
    texts_of,
    unpacked,
    usage,
)
from labeler.reading.wire.forms.said import IN_FILE, feedback
from labeler.reading.wire.identifiers import Object

_Sides: TypeAlias = tuple[Side, Side]
_TYPES: Final = {"GENERATION": "CHAT_MODEL", "SPAN": "CHAIN", "EVENT": "TASK"}
_SAME_TYPES: Final = frozenset(("AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"))
_SOURCES: Final = {"API": SourceType.CODE, "EVAL": SourceType.LLM_JUDGE, "ANNOTATION": SourceType.HUMAN}
_TRACE_MARKS: Final = frozenset(("bookmarked", "htmlPath", "projectId", "project_id"))


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace of Langfuse: whole, or its observations as a list."""
    if isinstance(value, list):
        rows = objects(value)
        is_ours = bool(rows) and len(rows) == len(value) and all(map(_is_observation, rows))
        return _recognised({}, rows) if is_ours else None
    holder = as_object(value)
    if is_object(holder.get("trace")) and isinstance(holder.get("observations"), list):
        inner = as_object(holder["trace"])
        scores = [*objects(inner.get("scores")), *objects(holder.get("scores"))]
        return _recognised({**inner, "scores": scores}, objects(holder["observations"]))
    if _is_trace(holder):
        return _recognised(holder, objects(holder.get("observations")))
    return _recognised({}, [holder]) if _is_observation(holder) else None


def _is_trace(holder: Object) -> bool:
    if "id" not in holder or "spans" in holder or _get(holder, "traceId", "trace_id") is not None:
        return False
    observations = holder.get("observations")
    if isinstance(observations, list):
        return all(isinstance(each, str) or _is_observation(as_object(each)) for each in observations)
    return "timestamp" in holder and bool(holder.keys() & _TRACE_MARKS) and ("input" in holder or "output" in holder)


def _is_observation(row: Object) -> bool:
    kind = row.get("type")
    return (
        isinstance(kind, str)
        and (kind.upper() in _TYPES or kind.upper() in _SAME_TYPES)
        and isinstance(_get(row, "traceId", "trace_id"), str)
        and "id" in row
        and _get(row, "startTime", "start_time") is not None
    )


def _part_of(value: JsonValue) -> str | None:
    holder = as_object(value)
    return first_text(holder, "traceId", "trace_id") if _is_observation(holder) else None


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    data = as_object(value).get("data")
    if not isinstance(data, list) or not data:
        return None
    return data if all(_is_trace(each) or _is_observation(each) for each in map(as_object, data)) else None


def _recognised(trace: Object, observations: Sequence[Object]) -> Recognised:
    ids = {first_text(each, "id") for each in observations}
    tops = [each for each in observations if _parent(each) not in ids]
    own = _sides(trace)
    trace_id = first_text(trace, "id") or next(
        (found for each in observations if (found := first_text(each, "traceId", "trace_id"))), None
    )
    top = tops[0] if len(tops) == 1 else None
    is_told_below = top is not None and all(map(_adds_nothing, own, _sides(top)))
    holds_own = any(side is not NOT_RECORDED for side in own)
    root_id = None if is_told_below or (observations and not holds_own) else f"trace-{trace_id}"
    spans = []
    for each in observations:
        parent = _parent(each) if _parent(each) in ids else root_id
        spans.append(_span(each, parent, _completed(each, top, own)))
    if root_id is not None:
        spans.insert(0, _root(trace, root_id, observations, own))
    return Recognised(spans, _facts(trace, trace_id, observations))


def _completed(row: Object, top: Object | None, own: _Sides) -> _Sides:
    """Return the sides of an observation; the only top one has the trace's where it recorded none."""
    inputs, outputs = _sides(row)
    if row is not top:
        return inputs, outputs
    return (own[0] if inputs is NOT_RECORDED else inputs, own[1] if outputs is NOT_RECORDED else outputs)


def _adds_nothing(side: Side, below: Side) -> bool:
    return side is NOT_RECORDED or below is NOT_RECORDED or side == below


def _sides(row: Object) -> _Sides:
    """Input and output, NOT_RECORDED where they are null: Langfuse writes null for what was not recorded."""
    sides = (unpacked(row.get("input")), unpacked(row.get("output")))
    return (NOT_RECORDED if sides[0] is None else sides[0], NOT_RECORDED if sides[1] is None else sides[1])


def _root(trace: Object, root_id: str, observations: Sequence[Object], own: _Sides) -> Object:
    starts = [at for each in observations if (at := nanoseconds(_get(each, "startTime", "start_time")))]
    ends = [at for each in observations if (at := nanoseconds(_get(each, "endTime", "end_time")))]
    start = nanoseconds(trace.get("timestamp")) or min(starts, default=0)
    lasted = duration_ms(trace.get("latency"), 1000)
    end = start + lasted * 1_000_000 if start and lasted is not None else max(ends, default=start)
    return encoded_span(
        root_id,
        name=first_text(trace, "name") or "trace",
        kind="CHAIN",
        start=start or None,
        end=end or UNTIMED_END_NS,
        inputs=own[0],
        outputs=own[1],
    )


def _span(row: Object, parent: str | None, sides: _Sides) -> Object:
    kind = (first_text(row, "type") or "SPAN").upper()
    failed = row.get("level") == "ERROR"
    counts = as_object(_get(row, "usageDetails", "usage_details")) or as_object(row.get("usage")) or row
    start = _get(row, "startTime", "start_time")
    is_moment = kind == "EVENT" or (_get(row, "endTime", "end_time") is None and sides[1] is not NOT_RECORDED)
    return encoded_span(
        first_text(row, "id") or "",
        parent=parent,
        name=first_text(row, "name") or kind.lower(),
        kind=_TYPES.get(kind, kind),
        start=start,
        end=start if is_moment else _get(row, "endTime", "end_time"),
        failed=failed,
        message=first_text(row, "statusMessage", "status_message") or "",
        inputs=sides[0],
        outputs=sides[1],
        attributes={
            "gen_ai.request.model": first_text(row, "model", "providedModelName", "provided_model_name"),
            "mlflow.chat.tokenUsage": usage(counts) or None if kind in ("GENERATION", "EMBEDDING") else None,
            "metadata": unpacked(row.get("metadata")) or None,
        },
    )


def _facts(trace: Object, trace_id: str | None, observations: Sequence[Object]) -> Facts:
    first = as_object(observations[0]) if observations else {}
    tags = [tag for tag in as_list(unpacked(trace.get("tags"))) if isinstance(tag, str)]
    metadata = unpacked(trace.get("metadata"))
    told = {key: trace.get(key) for key in ("release", "version", "environment")}
    if isinstance(metadata, dict):
        told = {**metadata, **told}
    else:
        told["metadata"] = metadata
    return Facts(
        trace_id=trace_id,
        name=first_text(trace, "name") or first_text(first, "traceName", "trace_name") or "",
        started_ns=nanoseconds(trace.get("timestamp")),
        duration_ms=duration_ms(trace.get("latency"), 1000),
        session=first_text(trace, "sessionId", "session_id") or first_text(first, "sessionId", "session_id"),
        user=first_text(trace, "userId", "user_id") or first_text(first, "userId", "user_id"),
        tags={"tags": ", ".join(tags)} if tags else {},
        metadata=texts_of(told.items()),
        assessments=tuple(_scores(trace.get("scores"))),
    )


def _scores(value: JsonValue) -> list[Assessment]:
    value = unpacked(value)
    if isinstance(value, dict):  # the table's export: {"name": [values]}
        listed = ((name, each if isinstance(each, list) else [each]) for name, each in value.items())
        return [feedback(name, each, IN_FILE) for name, values in listed for each in values]
    return [_score(each) for each in objects(value)]


def _score(score: Object) -> Assessment:
    value = score.get("value")
    kind = _get(score, "dataType", "data_type")
    if kind in ("CATEGORICAL", "TEXT") or value is None:
        value = _get(score, "stringValue", "string_value") or value
    elif kind == "BOOLEAN" and value in (0, 1):
        value = bool(value)
    source = score.get("source")
    who = first_text(score, "authorUserId", "author_user_id", "createdBy") or str(source or "Langfuse").lower()
    return feedback(
        first_text(score, "name") or "score",
        value,
        Source(_SOURCES.get(str(source).upper(), SourceType.UNSPECIFIED), who),
        comment=score.get("comment"),
        at=_get(score, "timestamp", "createdAt", "created_at"),
        span_id=first_text(score, "observationId", "observation_id"),
    )


def _parent(row: Object) -> str | None:
    return first_text(row, "parentObservationId", "parent_observation_id")


def _get(holder: Object, *keys: str) -> JsonValue:
    return next((holder[key] for key in keys if holder.get(key) is not None), None)


LANGFUSE: Final = Form("Langfuse", recognise, _part_of, _members)
