import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.trace import NOT_RECORDED, Span, TraceState, TraceSummary
from labeler.reading.wire.spans import UnreadableTrace, decode, decode_all, encoded_spans
from labeler.reading.wire.summary import roots_of, summary_of
from tests.reading.corpus import ARTIFACTS, NAMES, artifact, body, recording, span, trace_of
from tests.reading.wire_forms import as_artifact, as_legacy, as_otlp

SUMMARY = TraceSummary("tr-1", "1", 0, 1, TraceState.OK, "test")


def decoded(payload: bytes) -> tuple[Span, ...]:
    return decode_all(encoded_spans(payload))


def comparable(spans: tuple[Span, ...]) -> str:
    return json.dumps(
        [
            [s.id, s.parent_id, s.name, s.type, s.start_ns, s.end_ns, s.status, s.status_message, dict(s.attributes)]
            + [[e.name, e.at_ns, dict(e.attributes)] for e in s.events]
            for s in spans
        ]
    )


@pytest.mark.parametrize("name", ARTIFACTS)
def test_both_recorded_forms_of_a_trace_decode_alike(name: str) -> None:
    assert comparable(decode(recording(name)).spans) == comparable(decode(artifact(name)).spans)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_every_recording_decodes_alike(name: str) -> None:
    expected = comparable(decode(recording(name)).spans)
    for form in (as_artifact, as_legacy, as_otlp):
        assert comparable(decoded(form(body(name)))) == expected


def test_ids_become_hexadecimal_and_roots_are_spans_without_a_parent_in_the_set() -> None:
    spans = decode(recording("openai_tool_roundtrip")).spans
    assert [each.id for each in spans][:1] == ["1fec9b5f68937403"]
    assert [each.name for each in roots_of(spans)] == ["tide_agent"]
    assert {each.parent_id for each in spans[1:]} == {spans[0].id}
    orphaned = decode(recording("otlp_orphans_two_roots")).spans
    assert [each.name for each in roots_of(orphaned)] == ["left", "right", "orphan"]


def test_a_recorded_null_is_not_the_same_as_nothing_recorded() -> None:
    (with_null,) = decode(recording("plain_none_io")).spans
    assert (with_null.inputs, with_null.outputs) == ({}, None)
    (failed,) = decode(recording("plain_exception_root")).spans
    assert failed.outputs is NOT_RECORDED
    (without,) = decode(trace_of(span())).spans
    assert (without.inputs, without.outputs) == (NOT_RECORDED, NOT_RECORDED)


def test_a_text_that_holds_json_is_decoded_once() -> None:
    (only,) = decode(trace_of(span(inputs='"quoted"', outputs="[1]"))).spans
    assert (only.inputs, only.outputs) == ('"quoted"', "[1]")


def test_not_a_number_is_read_from_either_spelling() -> None:
    any_value = {"spans": [{"attributes": [{"key": "mlflow.spanOutputs", "value": {"double_value": "NaN"}}]}]}
    assert math.isnan(float(str(decoded(json.dumps(any_value).encode())[0].outputs)))
    assert math.isnan(float(str(decode(trace_of(span(outputs=math.nan))).spans[0].outputs)))


def test_unfinished_spans_have_no_end() -> None:
    assert decode(trace_of(span(end=None))).spans[0].end_ns == 0


def test_text_that_is_not_json_stays_as_it_is() -> None:
    raw = {"spans": [{"attributes": {"mlflow.spanInputs": "plain {text", "n": 4}}]}
    (only,) = decoded(json.dumps(raw).encode())
    assert (only.inputs, only.attributes["n"]) == ("plain {text", 4)


HOSTILE_PAYLOADS = {
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"spans":' * 10_000 + b"1" + b"}" * 10_000,
    "deep in a span": b'{"spans":[{"attributes":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001 + b"]}",
    "deep JSON text": json.dumps({"spans": [{"attributes": {"mlflow.spanInputs": "[" * 10_000}}]}).encode(),
    "deep AnyValue": json.dumps({"spans": [{"attributes": [{"key": "mlflow.spanInputs", "value": None}]}]})
    .encode()
    .replace(b"null", b'{"array_value":{"values":[' * 150 + b"{}" + b"]}}" * 150),
    "huge integer": b'{"spans":[{"start_time_unix_nano":'
    + b"9" * 100_000
    + b',"attributes":{"mlflow.spanInputs":'
    + b"8" * 100_000
    + b"}}]}",
    "huge exponent": b'{"spans":[{"start_time_unix_nano":1e999999999,"attributes":{"mlflow.spanInputs":"1e99999"}}]}',
    "duplicate keys": b'{"spans":[],"spans":[{"name":"a","name":"b"}]}',
    "half characters": b'{"spans":[{"name":"\\ud800","attributes":{"mlflow.spanInputs":"\\"\\\\udfff\\""}}]}',
    "broken UTF-8": b'{"spans":[{"name":"\xff\xc3"}]}',
    "empty": b"",
    "nothing": b"null",
    "wrong types": b'{"spans":[1,null,{"attributes":7,"events":[3],"status":[],"context":"x","span_id":9,"name":{}}]}',
    "a ring of parents": json.dumps(
        {"spans": [span(number=1, parent=2, inputs="a"), span(number=2, parent=1, inputs="b")]}
    ).encode(),
}


@pytest.mark.parametrize("payload", HOSTILE_PAYLOADS.values(), ids=HOSTILE_PAYLOADS.keys())
def test_hostile_payloads_are_decoded_or_called_unreadable(payload: bytes) -> None:
    try:
        spans = decoded(payload)
    except UnreadableTrace:
        return
    assert summary_of(None, spans, payload).id


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["spans", "trace", "data", "attributes", "events", "status", "key", "value", "span_id"])
            | st.sampled_from(["string_value", "array_value", "kvlist_value", "values", "resourceSpans", "scopeSpans"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200)
@given(ANY_JSON)
def test_any_json_is_decoded_or_called_unreadable(value: Any) -> None:
    for payload in (value, {"spans": value}, {"spans": [value]}, {"resourceSpans": value}):
        try:
            decoded(json.dumps(payload).encode())
        except UnreadableTrace:
            continue


def test_a_summary_is_made_from_spans_alone() -> None:
    raw = recording("otlp_openinference_flat_only")
    made = summary_of("tr-2", decode(raw).spans, raw.payload)
    assert (made.name, made.session_id, made.user) == ("ChatCompletion", "rope-1", "bosun")
    assert (made.requested_at_ms, made.duration_ms) == (raw.summary.requested_at_ms, raw.summary.duration_ms)
    assert made.state is TraceState.OK
    unfinished = decode(trace_of(span(end=0, status="STATUS_CODE_UNSET"))).spans
    assert summary_of("tr-3", unfinished, b"").state is TraceState.IN_PROGRESS
    failed = [replace(unfinished[0], status="ERROR")]
    assert summary_of("tr-4", failed, b"").state is TraceState.ERROR
