import gzip
import json

import pytest

from labeler.reading.wire import files
from labeler.reading.wire.files import UnusableFile, read_traces
from labeler.reading.wire.spans import decode
from tests.reading.corpus import ARTIFACTS, CORPUS, NAMES, artifact, body, recording, span
from tests.reading.wire_forms import as_legacy, as_otlp

GET = (CORPUS / "openai_tool_roundtrip.json").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_body_of_traces_get_is_the_trace_itself(name: str) -> None:
    (trace,) = read_traces("a.json", recording(name).payload).traces
    assert trace.payload == recording(name).payload
    assert trace.summary.id == recording(name).summary.id
    assert trace.summary.name


@pytest.mark.parametrize("name", ARTIFACTS)
def test_a_saved_artifact_gets_its_summary_from_its_spans(name: str) -> None:
    (trace,) = read_traces("a.json", artifact(name).payload).traces
    known = recording(name).summary
    assert (trace.summary.id, trace.summary.name, trace.summary.state) == (known.id, known.name, known.state)
    assert trace.summary.requested_at_ms == known.requested_at_ms


def test_a_client_s_to_json_is_read() -> None:
    saved = body("plain_bool_number")["trace"]
    written = json.dumps({"info": saved["trace_info"], "data": {"spans": saved["spans"]}}).encode()
    (trace,) = read_traces("a.json", written).traces
    assert trace.summary == recording("plain_bool_number").summary
    assert decode(trace).spans == decode(recording("plain_bool_number")).spans


def test_a_trace_of_an_mlflow_2_client_keeps_its_bare_id() -> None:
    (trace,) = read_traces("a.json", as_legacy(body("openai_tool_roundtrip"))).traces
    assert trace.summary.id == "7ccf10c2843c4ddd25e71c05bf3213c6"


@pytest.mark.parametrize("wrap", [lambda bodies: b"[" + b" , ".join(bodies) + b"]", b"\n".join, b"\n\n".join])
def test_lists_and_lines_hold_many_traces_each_with_its_exact_bytes(wrap: object) -> None:
    bodies = [recording(name).payload.strip() for name in NAMES[:7]]
    assert callable(wrap)
    found = read_traces("a.jsonl", wrap(bodies))
    assert [trace.payload for trace in found.traces] == bodies
    assert found.problems == ()


def test_one_bad_entry_is_named_by_its_place_and_costs_no_other() -> None:
    listed = read_traces("a.json", b"[" + GET + b', 7, {"error_code": "NOT_FOUND", "message": "gone"},' + GET + b"]")
    assert len(listed.traces) == 2
    assert listed.problems == (
        "a.json: entry 2 is a number, not a trace.",
        "a.json: entry 3 is an error that a server answered (NOT_FOUND: gone).",
    )
    lines = read_traces("a.jsonl", GET + b'\n{"half\n' + GET + b"\n")
    assert len(lines.traces) == 2
    assert lines.problems[0].startswith("a.jsonl: line 2 is not JSON")


def test_otlp_lines_are_regrouped_by_trace() -> None:
    one, other = as_otlp(body("openai_tool_roundtrip")), as_otlp(body("plain_bool_number"))
    late = json.loads(one)
    scope = late["resourceSpans"][0]["scopeSpans"][0]
    first, rest = dict(scope), dict(scope)
    first["spans"], rest["spans"] = scope["spans"][:1], scope["spans"][1:]
    halves = [json.dumps({"resourceSpans": [{"scopeSpans": [half]}]}).encode() for half in (first, rest)]
    found = read_traces("spans.jsonl", b"\n".join([halves[0], other, halves[1]]))
    assert [trace.summary.id for trace in found.traces] == [
        recording(name).summary.id for name in ("openai_tool_roundtrip", "plain_bool_number")
    ]
    assert decode(found.traces[0]).spans == decode(recording("openai_tool_roundtrip")).spans
    assert found.traces[1].payload == other


def test_gzip_is_unpacked() -> None:
    assert read_traces("a.json.gz", gzip.compress(GET)).traces[0].payload == GET


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    with pytest.raises(UnusableFile, match="larger than 1 MB"):
        read_traces("bomb.gz", gzip.compress(b" " * (5 << 20)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "f is empty"),
        (b"hello", "f is not JSON"),
        (b"\x1f\x8bnot gzip", "f is a damaged gzip file"),
        (b"[]", "empty list"),
        (b'{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Trace not found"}', "RESOURCE_DOES_NOT_EXIST"),
        ((CORPUS / "plain_none_io.info.json").read_bytes(), "trace info without spans"),
        (b'{"trace_id":"tr-1","name":"q","value":4}', "is a label"),
        (b'{"model":"m","messages":[]}', "keys model, messages"),
        (b'{"spans":[]}', "without a single span"),
        (b'{"trace":{"trace_info":{"trace_id":5},"spans":[]}}', "trace_id"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
    ],
)
def test_anything_else_is_called_what_it_is(data: bytes, told: str) -> None:
    with pytest.raises(UnusableFile, match=told):
        read_traces("f", data)


def test_a_trace_without_an_id_always_gets_the_same_one() -> None:
    bare = span(inputs="q")
    del bare["trace_id"]
    data = json.dumps({"spans": [bare]}).encode()
    assert read_traces("a", data).traces[0].summary.id == read_traces("b", data).traces[0].summary.id
