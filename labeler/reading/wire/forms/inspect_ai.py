"""Logs of Inspect AI: an evaluation with its samples, or one of the samples of such a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.domain.assessment import Source, SourceType
from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.chat_rows import split_turns
from labeler.reading.wire.forms.form import (
    UNTIMED_END_NS,
    Facts,
    Form,
    Recognised,
    as_object,
    duration_ms,
    encoded_span,
    first_text,
    nanoseconds,
    objects,
    texts_of,
)
from labeler.reading.wire.forms.said import expected, feedback
from labeler.reading.wire.identifiers import Object


def recognise(value: JsonValue) -> Recognised | None:
    """Return one sample."""
    sample = as_object(value)
    if not ({"epoch", "input"} <= sample.keys() and isinstance(sample.get("messages"), list) and "target" in sample):
        return None
    turns = [_message(each) for each in objects(sample["messages"])]
    before, after = split_turns(turns)
    start = nanoseconds(sample.get("started_at"))
    span = encoded_span(
        "row",
        name=first_text(as_object(sample.get("output")), "model") or "sample",
        kind="CHAT_MODEL",
        start=start or None,
        end=nanoseconds(sample.get("completed_at")) or start or UNTIMED_END_NS,
        inputs={"messages": before} if before else NOT_RECORDED,
        outputs=after if after else NOT_RECORDED,
        attributes={"gen_ai.request.model": first_text(as_object(sample.get("output")), "model")},
    )
    said = [expected("target", sample["target"])] if sample["target"] not in (None, "", []) else []
    for name, score in as_object(sample.get("scores")).items():
        holder = as_object(score)
        said.append(
            feedback(name, holder.get("value"), Source(SourceType.CODE, name), comment=holder.get("explanation"))
        )
    own_id = first_text(sample, "id")
    facts = Facts(
        own_id=own_id,
        name=own_id or "",
        started_ns=start,
        duration_ms=duration_ms(sample.get("total_time"), 1000),
        metadata=texts_of([*as_object(sample.get("metadata")).items(), ("epoch", sample.get("epoch"))]),
        assessments=tuple(said),
    )
    return Recognised([span], facts)


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    log = as_object(value)
    samples = log.get("samples")
    is_log = "eval" in log and isinstance(samples, list) and bool(samples)
    return samples if is_log and isinstance(samples, list) else None


def _message(message: Object) -> JsonValue:
    """Return a message with its calls as OpenAI writes them: Inspect has the function's name beside its arguments."""
    calls = objects(message.get("tool_calls"))
    if not calls:
        return dict(message)
    written = [
        {
            "id": call.get("id"),
            "type": "function",
            "function": {"name": call.get("function"), "arguments": call.get("arguments")},
        }
        if isinstance(call.get("function"), str)
        else dict(call)
        for call in calls
    ]
    return {**message, "tool_calls": written}


INSPECT: Final = Form("Inspect AI", recognise, members=_members)
