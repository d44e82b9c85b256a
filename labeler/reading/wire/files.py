"""Files of traces: what people saved from MLflow's API and clients, and OTLP/JSON, plain or gzip.

Known contents: bodies of ``traces/get``, ``batchGet`` and ``get-trace-artifact``, ``Trace.to_json()`` of MLflow 2 and
3, OTLP/JSON exports (``resourceSpans``), lists of these and JSON Lines of these.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from labeler.domain.byte_size import limit_words
from labeler.domain.trace import RawTrace, TraceSummary, short_id, why_no_id
from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import NotJson, decode_text, parse_deep, raw_values
from labeler.reading.wire.envelopes import MalformedEnvelope, trace_summary
from labeler.reading.wire.identifiers import Object, belongs, owner
from labeler.reading.wire.otlp import is_otlp, split_by_trace
from labeler.reading.wire.spans import UnreadableTrace, check_owner, decode_all, encoded_spans, raw_spans
from labeler.reading.wire.summary import roots_of, summary_of

MAX_BYTES: Final = 1 << 29
"""The most a file may hold once uncompressed (512 MB)."""

MAX_ENTRIES: Final = 1_000_000
"""The most lines or list members a file may have."""

_PACKED_AT_MOST: Final = 100
"""How much larger than itself a file may unpack to, once that is a lot: text packs to a tenth, made-up zeros to less
than a thousandth."""

_A_LOT: Final = 1 << 26
_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"


class UnusableFile(ValueError):
    """A file that holds no trace. The message is a sentence that says what it holds instead."""


@dataclass(frozen=True, slots=True)
class TraceFile:
    """The traces of a file in its order; `problems` are sentences about the entries that could not be used."""

    traces: tuple[RawTrace, ...]
    problems: tuple[str, ...]
    notices: tuple[str, ...] = ()
    """Sentences about what was done with the entries and is nobody's mistake."""


def read_traces(name: str, data: bytes) -> TraceFile:
    """The traces in a file's bytes. Raises `UnusableFile` when there is none; `name` is for its message."""
    try:
        text = decode_text(_uncompressed(data))
        traces, problems, notices = _read(text)
    except _Unusable as reason:
        raise UnusableFile(f"{name} {reason}.") from None
    if not traces:
        if not problems:
            raise UnusableFile(f"{name} holds no trace: it is an empty list.")
        more = f" ({len(problems) - 1} more entries are unusable too)" if len(problems) > 1 else ""
        raise UnusableFile(f"{name} holds no trace: {problems[0]}{more}.")
    return TraceFile(tuple(traces), *(tuple(f"{name}: {each}." for each in told) for told in (problems, notices)))


class _Unusable(Exception):
    """Why nothing can be read; completes the sentence that the file's name begins."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One JSON value of a file: where it stands, its text, its value or why it has none."""

    position: str
    text: str
    value: JsonValue
    problem: str = ""


def _uncompressed(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        if len(data) > MAX_BYTES:
            raise _Unusable(f"is larger than {limit_words(MAX_BYTES)}, more than can be read")
        return data
    chunks: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise _Unusable(f"is larger than {limit_words(MAX_BYTES)} when uncompressed, more than can be read")
                if size > max(_A_LOT, _PACKED_AT_MOST * len(data)):
                    raise _Unusable(f"unpacks to more than {_PACKED_AT_MOST} times its size, as no file of traces does")
                chunks.append(chunk)
    except (OSError, EOFError, zlib.error):
        raise _Unusable("is a damaged gzip file") from None
    if chunks and chunks[0].startswith(_GZIP):
        raise _Unusable("is packed with gzip twice over; unpack it once")
    return b"".join(chunks)


def _read(text: str) -> tuple[list[RawTrace], list[str], list[str]]:
    traces: list[RawTrace] = []
    problems: list[str] = []
    notices: list[str] = []
    exports: list[_Entry] = []
    for entry in _entries(text):
        try:
            if entry.problem:
                raise _Unusable(entry.problem)
            if is_otlp(entry.value):
                exports.append(entry)
            else:
                traces.extend(_traces_of(entry))
        except _Unusable as reason:
            problems.append(f"{entry.position} {reason}")
    traces.extend(_traces_of_exports(exports, problems, notices))
    return traces, problems, notices


def _entries(text: str) -> Iterator[_Entry]:
    """The values of the file: the one it is, the members of its one list, or a value a line."""
    stripped = text.strip()
    if not stripped:
        raise _Unusable("is empty")
    try:
        value = parse_deep(stripped)
    except NotJson as whole:
        if text.count("\n") > MAX_ENTRIES:
            raise _Unusable(f"has more than {MAX_ENTRIES:,} lines, more than can be read") from None
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not _is_json(lines[0][1]):
            raise _Unusable(f"is not JSON ({whole})") from None
        yield from (_line_entry(number, line) for number, line in lines)
        return
    if isinstance(value, list):
        if len(value) > MAX_ENTRIES:
            raise _Unusable(f"is a list of more than {MAX_ENTRIES:,} entries, more than can be read")
        bounds = raw_values(stripped, 1)
        for number, (member, (start, end)) in enumerate(zip(value, bounds, strict=True), 1):
            yield _Entry(f"entry {number}", stripped[start:end], member)
    else:
        yield _Entry("it", stripped, value)


def _line_entry(number: int, line: str) -> _Entry:
    try:
        return _Entry(f"line {number}", line.strip(), parse_deep(line))
    except NotJson as error:
        return _Entry(f"line {number}", line, None, f"is not JSON ({error})")


def _is_json(text: str) -> bool:
    try:
        parse_deep(text)
    except NotJson:
        return False
    return True


def _traces_of(entry: _Entry) -> Iterator[RawTrace]:
    value = entry.value
    if not isinstance(value, Mapping):
        raise _Unusable(f"is {_kind(value)}, not a trace")
    members = value.get("traces")
    if isinstance(members, list) and members and all(isinstance(member, Mapping) for member in members):
        for member in members:
            yield from _traces_of(replace(entry, text=json.dumps(member), value=member))
        return
    body = value["trace"] if isinstance(value.get("trace"), Mapping) else value
    if not isinstance(body, Mapping) or not ("spans" in body or isinstance(body.get("data"), Mapping)):
        raise _Unusable(_told(value))
    try:
        yield from _traces_in(body, entry)
    except (MalformedEnvelope, UnreadableTrace) as error:
        raise _Unusable(f"is not a readable trace: {str(error).rstrip('.')}") from None


def _traces_in(body: Mapping[str, JsonValue], entry: _Entry) -> Iterator[RawTrace]:
    """The traces whose spans a body holds: one as a rule, with its exact text; several are taken apart."""
    info = body.get("trace_info") or body.get("info")
    summary = None if info is None else trace_summary(info)
    spans = raw_spans(entry.value)
    parts = _by_trace(spans, summary)
    if len(parts) <= 1:
        yield _trace(summary, spans, entry.text.encode("utf-8", "surrogatepass"))
        return
    for trace_id, own in parts.items():
        is_told = summary is not None and trace_id == summary.id
        part = {"trace_info": info, "spans": own} if is_told else {"spans": own}
        yield _trace(summary if is_told else None, own, json.dumps(part).encode())


def _by_trace(spans: Sequence[Object], summary: TraceSummary | None) -> dict[str | None, list[Object]]:
    """Spans by the trace they belong to; those that say none by the trace that the body tells of.

    Raises `UnreadableTrace` when the body tells of a trace and none of the spans is its.
    """
    parts: dict[str | None, list[Object]] = {}
    for span in spans:
        is_told = summary is not None and belongs(span, summary.id)
        parts.setdefault(summary.id if summary and is_told else owner(span), []).append(span)
    if summary is not None and parts and summary.id not in parts:
        check_owner(spans, summary.id)
    return parts


def _trace(
    summary: TraceSummary | None, spans: Sequence[Object], payload: bytes, trace_id: str | None = None
) -> RawTrace:
    """A trace under the ID it is told with, else under the one its spans name or, naming none, its bytes give it."""
    if summary is None:
        decoded = decode_all(spans)
        if not decoded:
            raise _Unusable("is a trace without a single span")
        summary = summary_of(trace_id or next(filter(None, map(owner, spans)), None), decoded, payload)
    elif not summary.name and spans:
        summary = replace(summary, name=roots_of(decode_all(spans))[0].name)
    if why := why_no_id(summary.id):
        raise _Unusable(f"has an ID that no trace can have: {short_id(summary.id)} {why}")
    return RawTrace(summary, payload)


def _traces_of_exports(exports: list[_Entry], problems: list[str], notices: list[str]) -> Iterator[RawTrace]:
    """OTLP spans regrouped by trace: an export holds many traces, and a trace may be spread over many exports."""
    found = split_by_trace([(entry.text, entry.value) for entry in exports])
    if exports and not found:
        problems.append(f"{exports[0].position} is OTLP data without a single span")
    for number, trace in enumerate(found, 1):
        try:
            if trace.problem:
                raise _Unusable(trace.problem)
            yield _trace(None, encoded_spans(trace.payload), trace.payload, trace.trace_id)
        except (_Unusable, UnreadableTrace) as reason:
            problems.append(f"trace {number} of the OTLP data {reason}")
    if spread := [trace for trace in found if trace.exports > 1]:
        traces = "1 trace is" if len(spread) == 1 else f"{len(spread):,} traces are"
        notices.append(f"{traces} put together by ID from several of its {len(exports):,} exports")


def _told(value: Mapping[str, JsonValue]) -> str:
    if "error_code" in value:
        message = value.get("message")
        return f"is an error that a server answered ({value['error_code']}: {message})"
    if "trace_info" in value or isinstance(value.get("trace"), Mapping) or "traces" in value:
        return "is trace info without spans, as a search returns it; save the body of traces/get instead"
    if "assessment_id" in value or {"trace_id", "name", "value"} <= value.keys():
        return "is a label, not a trace; labels are queued with `labeler push`"
    keys = ", ".join(list(value)[:6])
    return f"is an object with the keys {keys}, not a trace" if keys else "is an empty object, not a trace"


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case _:
            return "a list"
