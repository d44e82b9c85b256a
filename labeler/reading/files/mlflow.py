"""MLflow's own files and OTLP/JSON: bodies of its API, what its clients write, tables, and exports taken apart.

Known contents: bodies of ``traces/get``, ``batchGet`` and ``get-trace-artifact``, ``Trace.to_json()`` of MLflow 2 and
3, rows of ``search_traces()``, lists of ``Span.to_dict()``, OTLP/JSON exports (``resourceSpans``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from labeler.domain.trace import RawTrace, TraceSummary, short_id, why_no_id
from labeler.domain.value import JsonValue
from labeler.reading.files.entry import Entry, Problem, Remark, Unusable
from labeler.reading.wire.envelopes import MalformedEnvelope, trace_summary
from labeler.reading.wire.foreign import is_foreign
from labeler.reading.wire.forms.form import as_object, unpacked
from labeler.reading.wire.identifiers import Object, belongs, owner, request_id, written_id
from labeler.reading.wire.otlp import split_by_trace
from labeler.reading.wire.spans import (
    UnreadableTrace,
    check_owner,
    decode_all,
    encoded_spans,
    is_recorded_span,
    raw_spans,
)
from labeler.reading.wire.summary import roots_of, summary_of


def mlflow_traces(entry: Entry) -> Iterator[RawTrace | Remark] | None:
    """Yield the traces of one of MLflow's own bodies; None where the value is of another form. Raises `Unusable`.

    The sentences of remarks begin behind the name of the file.
    """
    value = entry.value
    if not isinstance(value, Mapping):
        return None
    if _is_cell(value):
        text = str(value["trace"])
        return mlflow_traces(replace(entry, text=text, value=unpacked(text)))
    members = value.get("traces")
    if isinstance(members, list) and members and all(_body(as_object(each)) is not None for each in members):
        return _of_members(entry, members)
    body = _body(value)
    return None if body is None else _of_body(body, entry)


def span_owner(value: JsonValue) -> str | None:
    """Return the trace that a bare span belongs to, where a value is one of MLflow's or OTLP's; None where it
    is none.
    """
    if not is_recorded_span(value) or "spans" in as_object(value):
        return None
    return owner(as_object(value)) or ""


def traces_of_spans(texts: Sequence[str], values: Sequence[JsonValue]) -> Iterator[RawTrace]:
    """Yield the traces of spans that stand in a file one by one. Raises `Unusable`."""
    spans = [each for each in values if isinstance(each, Mapping)]
    is_otlp_s = any("traceId" in span for span in spans) and not any(map(request_id, spans))
    trace_id = written_id(spans[0]) if is_otlp_s else None
    try:
        yield _trace(None, spans, ("[" + ",".join(texts) + "]").encode("utf-8", "surrogatepass"), trace_id)
    except UnreadableTrace as error:
        raise Unusable(f"is not a readable trace: {str(error).rstrip('.')}") from None


def traces_of_exports(exports: Sequence[Entry]) -> Iterator[RawTrace | Problem | Remark]:
    """OTLP spans regrouped by trace: an export holds many traces, and a trace may be spread over many exports.

    The sentences of problems and remarks begin behind the name of the file.
    """
    found = split_by_trace([(entry.text, entry.value) for entry in exports])
    if exports and not found:
        yield Problem(f"{exports[0].position} is OTLP data without a single span")
    for number, trace in enumerate(found, 1):
        try:
            if trace.problem:
                raise Unusable(trace.problem)
            yield _trace(None, encoded_spans(trace.payload), trace.payload, trace.trace_id)
        except (Unusable, UnreadableTrace) as reason:
            yield Problem(f"trace {number} of the OTLP data {str(reason).rstrip('.')}")
    if spread := [trace for trace in found if trace.exports > 1]:
        traces = "1 trace is" if len(spread) == 1 else f"{len(spread):,} traces are"
        yield Remark(f"{traces} put together by ID from several of its {len(exports):,} exports")


def _is_cell(row: Object) -> bool:
    """Return whether a row of a table holds a trace of MLflow as JSON text, as ``search_traces()`` returns it."""
    cell = row.get("trace")
    return isinstance(cell, str) and "spans" in cell and _body(as_object(unpacked(cell))) is not None


def _body(value: Object) -> Object | None:
    """Return the object that holds a trace's spans, out of the envelope it may lie in; None where there is none."""
    inner = value.get("trace")
    body = inner if isinstance(inner, Mapping) else value
    info = as_object(body.get("trace_info") or body.get("info"))
    holder = body if "spans" in body else as_object(body.get("data"))
    spans = holder.get("spans")
    is_told = isinstance(info.get("trace_id", info.get("request_id")), str | int)
    if not isinstance(spans, list):
        return body if "spans" in holder and is_told else None
    is_bare = not spans and value.keys() <= {"spans", "trace"}
    if is_told or is_bare:
        return body
    return body if any(map(is_recorded_span, spans)) and not is_foreign(body, map(as_object, spans)) else None


def _of_members(entry: Entry, members: Sequence[JsonValue]) -> Iterator[RawTrace | Remark]:
    for member in members:
        value = as_object(member)
        yield from _of_body(_body(value) or value, replace(entry, text=json.dumps(member), value=member))


def _of_body(body: Object, entry: Entry) -> Iterator[RawTrace | Remark]:
    try:
        yield from _traces_in(body, entry)
    except (MalformedEnvelope, UnreadableTrace) as error:
        raise Unusable(f"is not a readable trace: {str(error).rstrip('.')}") from None


def _traces_in(body: Mapping[str, JsonValue], entry: Entry) -> Iterator[RawTrace | Remark]:
    """Yield the traces whose spans a body holds: one as a rule, with its exact text; several are taken apart."""
    info = body.get("trace_info") or body.get("info")
    summary = None if info is None else trace_summary(info)
    spans = raw_spans(entry.value)
    parts = _by_trace(spans, summary)
    if summary is not None and parts and summary.id not in parts:
        others = ", ".join(short_id(each or "") for each in list(parts)[:3])
        yield Remark(f"{entry.position} tells of {short_id(summary.id)} and holds spans of {others}: taken for that")
    elif len(parts) <= 1:
        yield _trace(summary, spans, entry.text.encode("utf-8", "surrogatepass"))
        return
    for trace_id, own in parts.items():
        is_told = summary is not None and trace_id == summary.id
        part = {"trace_info": info, "spans": own} if is_told else {"spans": own}
        yield _trace(summary if is_told else None, own, json.dumps(part).encode())


def _by_trace(spans: Sequence[Object], summary: TraceSummary | None) -> dict[str | None, list[Object]]:
    """Spans by the trace they belong to; those that say none by the trace that the body tells of.

    Raises `UnreadableTrace` when the body tells of a trace and MLflow's attribute says that none of the spans is its.
    """
    parts: dict[str | None, list[Object]] = {}
    for span in spans:
        is_told = summary is not None and belongs(span, summary.id)
        parts.setdefault(summary.id if summary and is_told else owner(span), []).append(span)
    if summary is not None and parts and summary.id not in parts and any(map(request_id, spans)):
        check_owner(spans, summary.id)
    return parts


def _trace(
    summary: TraceSummary | None, spans: Sequence[Object], payload: bytes, trace_id: str | None = None
) -> RawTrace:
    """Return a trace under the ID it is told with, else under the one its spans name or, naming none, its bytes give
    it.
    """
    if summary is None:
        decoded = decode_all(spans)
        if not decoded:
            raise Unusable("is a trace without a single span")
        summary = summary_of(trace_id or next(filter(None, map(owner, spans)), None), decoded, payload)
    elif not summary.name and spans:
        summary = replace(summary, name=roots_of(decode_all(spans))[0].name)
    if why := why_no_id(summary.id):
        raise Unusable(f"has an ID that no trace can have: {short_id(summary.id)} {why}")
    return RawTrace(summary, payload)
