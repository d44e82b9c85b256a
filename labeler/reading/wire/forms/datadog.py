"""Datadog's LLM observability: spans as its SDKs send them and its export API returns them, joined by their trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    Facts,
    Form,
    Recognised,
    Side,
    as_list,
    as_object,
    encoded_span,
    exception_event,
    first_text,
    nanoseconds,
    objects,
    unpacked,
    usage,
)
from labeler.reading.wire.identifiers import Object

_TYPES: Final = {
    "llm": "CHAT_MODEL",
    "agent": "AGENT",
    "workflow": "CHAIN",
    "task": "TASK",
    "tool": "TOOL",
    "retrieval": "RETRIEVER",
    "embedding": "EMBEDDING",
}
_NO_PARENT: Final = (None, "", "undefined", "0")


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace given as the list of its spans, or as its only one."""
    rows = [_inner(each) for each in (value if isinstance(value, list) else [value])]
    if not rows or not all(map(_is_span, rows)):
        return None
    ids = {first_text(row, "span_id") for row in rows}
    top = next((row for row in rows if first_text(row, "parent_id") not in ids), rows[0])
    return Recognised([_span(row) for row in rows], _facts(top))


def _inner(value: JsonValue) -> Object:
    """Return a span out of the envelope that the export API puts around it."""
    row = as_object(value)
    attributes = as_object(row.get("attributes"))
    return attributes if "span_id" in attributes and "trace_id" in attributes else row


def _is_span(row: Object) -> bool:
    if not {"trace_id", "span_id"} <= row.keys():
        return False
    meta = as_object(row.get("meta"))
    return _kind(row) in _TYPES and bool(
        meta.keys() & {"input", "output", "kind", "span.kind"} or {"ml_app", "start_ms"} & row.keys()
    )


def _kind(row: Object) -> str:
    meta = as_object(row.get("meta"))
    span = as_object(meta.get("span"))
    found = first_text(meta, "kind", "span.kind") or first_text(span, "kind") or first_text(row, "span_kind")
    return (found or "").lower()


def _part_of(value: JsonValue) -> str | None:
    row = _inner(value)
    return first_text(row, "trace_id") if _is_span(row) else None


def _members(value: JsonValue) -> Sequence[JsonValue] | None:
    holder = as_object(value)
    data = holder.get("data")
    listed = data if isinstance(data, list) else as_object(as_object(data).get("attributes")).get("spans")
    if not isinstance(listed, list):
        listed = holder.get("spans")
    if isinstance(listed, list) and listed and all(_is_span(_inner(each)) for each in listed):
        return listed
    return None


def _span(row: Object) -> Object:
    meta = as_object(row.get("meta"))
    error = as_object(meta.get("error"))
    start_ns = nanoseconds(row.get("start_ns", row.get("start_ms", row.get("start"))))
    lasted = row.get("duration")
    is_timed = isinstance(lasted, int | float) and not isinstance(lasted, bool) and 0 <= lasted < 10**18
    parent = first_text(row, "parent_id")
    message = first_text(error, "message") or ""
    stack = first_text(error, "stack") or ""
    failed = row.get("status") == "error" or bool(error)
    kind = _kind(row)
    metadata = as_object(meta.get("metadata")) or as_object(row.get("metadata"))
    counts = as_object(row.get("metrics"))
    return encoded_span(
        first_text(row, "span_id") or "",
        parent=None if parent in _NO_PARENT else parent,
        name=first_text(row, "name") or kind,
        kind=_TYPES.get(kind),
        start=start_ns or None,
        end=(start_ns + round(lasted) if is_timed and isinstance(lasted, int | float) else start_ns) or 1,
        failed=failed,
        message=message,
        inputs=_side(row, "input"),
        outputs=_side(row, "output"),
        attributes={
            "gen_ai.request.model": first_text(metadata, "model_name") or first_text(row, "model_name"),
            "gen_ai.provider.name": first_text(metadata, "model_provider") or first_text(row, "model_provider"),
            "mlflow.chat.tokenUsage": (usage(counts) or None) if kind in ("llm", "embedding") else None,
            "metadata": dict(metadata) or None,
        },
        events=[exception_event(message, first_text(error, "type") or "", stack)] if message or stack else (),
    )


def _side(row: Object, key: str) -> Side:
    """Return a side of a span: its messages, documents, or value, out of the object that names which of them it is."""
    meta = as_object(row.get("meta"))
    side = meta.get(key) if key in meta else row.get(key)
    if side is None or side == {}:
        return NOT_RECORDED
    holder = as_object(side)
    if isinstance(messages := holder.get("messages"), list):
        return {"messages": [_message(each) for each in objects(messages)]}
    if isinstance(documents := holder.get("documents"), list):
        return [_document(each) for each in objects(documents)]
    return unpacked(holder["value"]) if "value" in holder else unpacked(side)


def _message(message: Object) -> JsonValue:
    """Return a message with its calls as OpenAI writes them."""
    calls = [
        {
            "id": first_text(call, "tool_id", "id"),
            "type": "function",
            "function": {"name": first_text(call, "name"), "arguments": call.get("arguments")},
        }
        for call in objects(message.get("tool_calls"))
    ]
    results = [text for each in objects(message.get("tool_results")) if (text := first_text(each, "result"))]
    content = message.get("content") or ("\n".join(results) if results else message.get("content"))
    rest = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_results")}
    return {**rest, "content": content, **({"tool_calls": calls} if calls else {})}


def _document(document: Object) -> JsonValue:
    rest = {key: value for key, value in document.items() if key not in ("text", "score")}
    return {"page_content": document.get("text") or "", "score": document.get("score"), "metadata": rest}


def _facts(top: Object) -> Facts:
    tags = [tag for tag in as_list(top.get("tags")) if isinstance(tag, str)]
    named = {key: value for key, colon, value in (tag.partition(":") for tag in tags) if colon}
    return Facts(
        trace_id=first_text(top, "trace_id"),
        name=first_text(top, "name") or "",
        session=first_text(top, "session_id") or named.get("session_id"),
        user=named.get("user_id") or named.get("user_handle"),
        tags=named,
        metadata={"ml_app": app} if (app := first_text(top, "ml_app") or named.get("ml_app")) else {},
    )


DATADOG: Final = Form("Datadog", recognise, _part_of, _members)
