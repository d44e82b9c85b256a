"""Calls of Weights & Biases Weave, joined by their trace."""

from __future__ import annotations

from typing import Final

from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    Facts,
    Form,
    Recognised,
    as_object,
    encoded_span,
    exception_event,
    first_text,
    objects,
    texts_of,
    usage,
)
from labeler.reading.wire.identifiers import Object


def recognise(value: JsonValue) -> Recognised | None:
    """Return a trace given as the list of its calls, or as its only one."""
    rows = objects(value) if isinstance(value, list) else [as_object(value)]
    if not rows or not all(map(_is_call, rows)) or (isinstance(value, list) and len(rows) != len(value)):
        return None
    ids = {first_text(row, "id") for row in rows}
    top = next((row for row in rows if first_text(row, "parent_id") not in ids), rows[0])
    facts = Facts(
        trace_id=first_text(top, "trace_id"),
        name=_name(top),
        session=first_text(top, "thread_id"),
        user=first_text(top, "wb_user_id"),
        metadata=texts_of(as_object(top.get("attributes")).items()),
    )
    return Recognised([_span(row) for row in rows], facts)


def _is_call(row: Object) -> bool:
    return {"id", "op_name", "trace_id", "inputs"} <= row.keys() and isinstance(row["op_name"], str)


def _part_of(value: JsonValue) -> str | None:
    row = as_object(value)
    return first_text(row, "trace_id") if _is_call(row) else None


def _name(row: Object) -> str:
    operation = str(row["op_name"]).rpartition("/")[2].partition(":")[0]
    return first_text(row, "display_name") or operation


def _span(row: Object) -> Object:
    inputs = row["inputs"]
    is_model = isinstance(inputs, dict) and "model" in inputs and "messages" in inputs
    by_model = [as_object(each) for each in as_object(as_object(row.get("summary")).get("usage")).values()]
    error = first_text(row, "exception")
    return encoded_span(
        first_text(row, "id") or "",
        parent=first_text(row, "parent_id"),
        name=_name(row),
        kind="CHAT_MODEL" if is_model else None,
        start=row.get("started_at"),
        end=row.get("ended_at"),
        failed=error is not None,
        message=error or "",
        inputs=inputs,
        outputs=NOT_RECORDED if error and row.get("output") is None else row.get("output"),
        attributes={"mlflow.chat.tokenUsage": (usage(by_model[0]) or None) if is_model and by_model else None},
        events=[exception_event(error)] if error else (),
    )


WEAVE: Final = Form("Weave", recognise, _part_of)
