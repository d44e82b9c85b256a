import gzip
import json

import pytest

from labeler.reading.files import containers
from labeler.reading.files.entry import UnusableFile
from labeler.reading.files.read import read_traces
from labeler.reading.wire.spans import decode
from tests.reading.corpus import ARTIFACTS, CORPUS, NAMES, artifact, body, recording, span
from tests.reading.wire_forms import as_otlp

GET = (CORPUS / "openai_tool_roundtrip.json").read_bytes()
OTHER = (CORPUS / "plain_bool_number.json").read_bytes()


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


@pytest.mark.parametrize("form", ["artifact", "to_json"])
def test_a_trace_of_an_mlflow_2_client_has_the_id_its_server_gave_it_and_not_open_telemetry_s(form: str) -> None:
    known = "3bb33c972a3b43bc84da67f6eebad661"
    recorded = (CORPUS / "identity" / f"mlflow-2.22-{form}-{known}.json").read_bytes()
    (trace,) = read_traces("a.json", recorded).traces
    assert trace.summary.id == known
    assert [span.name for span in decode(trace).spans] == ["desk", "lookup"]


def test_two_traces_whose_ids_end_alike_behind_a_slash_are_two() -> None:
    found = read_traces("two.jsonl", (CORPUS / "identity" / "two.jsonl").read_bytes())
    assert [trace.summary.id for trace in found.traces] == [
        "tr-000000000000000000000000000000fc",
        "tr-041041041041041041041041041041fc",
    ]
    answers = [str(span.outputs) for trace in found.traces for span in decode(trace).spans]
    assert [answer.strip('"') for answer in answers] == ["first answer", "second answer"]


def test_a_saved_artifact_is_known_by_the_id_its_spans_name() -> None:
    (path,) = (CORPUS / "identity").glob("artifact-*.json")
    (trace,) = read_traces(path.name, path.read_bytes()).traces
    assert trace.summary.id == path.stem.removeprefix("artifact-")


def test_spans_of_several_traces_in_one_body_are_told_apart() -> None:
    mine, theirs = body("openai_tool_roundtrip")["trace"], body("plain_bool_number")["trace"]
    mixed = [theirs["spans"][0], *mine["spans"]]
    told = json.dumps({"trace": {"trace_info": mine["trace_info"], "spans": mixed}}).encode()
    by_id = {trace.summary.id: trace for trace in read_traces("mixed.json", told).traces}
    assert by_id.keys() == {mine["trace_info"]["trace_id"], theirs["trace_info"]["trace_id"]}
    own = by_id[mine["trace_info"]["trace_id"]]
    assert decode(own).spans == decode(recording("openai_tool_roundtrip")).spans
    assert own.summary == recording("openai_tool_roundtrip").summary
    bare = read_traces("bare.json", json.dumps({"spans": mixed}).encode()).traces
    assert {trace.summary.id for trace in bare} == by_id.keys()


def test_trace_info_with_nothing_but_spans_of_another_trace_is_no_trace() -> None:
    mine, theirs = body("openai_tool_roundtrip")["trace"], body("plain_bool_number")["trace"]
    told = {"trace": {"trace_info": mine["trace_info"], "spans": theirs["spans"]}}
    found = read_traces("a.jsonl", b"\n".join([GET, json.dumps(told).encode()]))
    assert len(found.traces) == 1
    assert f"spans of another trace, {theirs['trace_info']['trace_id']}" in found.problems[0]


def test_a_trace_whose_id_cannot_be_costs_no_other() -> None:
    saved = body("plain_bool_number")["trace"]
    for wrong, told in (("x" * 100_000, "100,000 characters"), ("tr-\x00", "no ID has"), ("tr-\ud800", "trace_id")):
        info = saved["trace_info"] | {"trace_id": wrong}
        bare = [{key: value for key, value in each.items() if key in ("name", "span_id")} for each in saved["spans"]]
        line = json.dumps({"trace": {"trace_info": info, "spans": bare}}).encode()
        found = read_traces("a.jsonl", b"\n".join([GET, line]))
        assert len(found.traces) == 1
        assert told in found.problems[0]
        assert len(found.problems[0]) < 400


@pytest.mark.parametrize("wrap", [lambda bodies: b"[" + b" , ".join(bodies) + b"]", b"\n".join, b"\n\n".join])
def test_lists_and_lines_hold_many_traces_each_with_its_exact_bytes(wrap: object) -> None:
    bodies = [recording(name).payload.strip() for name in NAMES[:7]]
    assert callable(wrap)
    found = read_traces("a.jsonl", wrap(bodies))
    assert [trace.payload for trace in found.traces] == bodies
    assert found.problems == ()


def test_one_bad_entry_is_named_by_its_place_and_costs_no_other() -> None:
    listed = read_traces("a.json", b"[" + GET + b', 7, {"error_code": "NOT_FOUND", "message": "gone"},' + OTHER + b"]")
    assert len(listed.traces) == 2
    assert listed.problems == (
        "a.json: entry 2 is a number, not a trace.",
        "a.json: entry 3 is an error that a server answered (NOT_FOUND: gone).",
    )
    lines = read_traces("a.jsonl", GET + b'\n{"half\n' + OTHER + b"\n")
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
    monkeypatch.setattr(containers, "MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(UnusableFile, match="larger than 1 MB"):
        read_traces("bomb.gz", gzip.compress(b" " * (5 << 20)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "f is empty"),
        (b"hello", "f is not JSON"),
        (b"\x1f\x8bnot gzip", "f is a damaged gzip file"),
        (gzip.compress(gzip.compress(GET)), "twice over"),
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
