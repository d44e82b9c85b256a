"""OTLP/JSON as exporters, collectors and servers write it: values with null members, JSON texts, logs beside spans."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from labeler.reading.files.entry import UnusableFile
from labeler.reading.files.read import read_traces
from labeler.reading.wire.spans import decode
from tests.reading.must_texts import shown

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAID: list[tuple[str, dict[str, Any]]] = [
    ("gen_ai.system.message", {"content": "Keep the log."}),
    ("gen_ai.user.message", {"content": "Who rang last?"}),
    ("gen_ai.choice", {"index": 0, "message": {"role": "assistant", "content": "Sefa rang at noon."}}),
]
CONVERSATION = [("system", "Keep the log."), ("user", "Who rang last?"), ("assistant", "Sefa rang at noon.")]


def value(plain: Any) -> dict[str, Any]:
    if isinstance(plain, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": value(each)} for key, each in plain.items()]}}
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(each) for each in plain]}}
    kind = "boolValue" if isinstance(plain, bool) else "intValue" if isinstance(plain, int) else "stringValue"
    return {kind: plain}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value(each)} for key, each in attributes.items()]


def span(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": "1790000001000000000"}
    return {"traceId": TRACE, "spanId": SPAN, "name": "chat m4", **times, "attributes": pairs(attributes), **more}


def spans(*each: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(each)}]}]}


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}


def record(name: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"traceId": TRACE, "spanId": SPAN, "eventName": name, "body": value(body), **more}


def read(*documents: dict[str, Any]) -> list[list[tuple[str, str]]]:
    lines = "\n".join(map(json.dumps, documents)).encode()
    found = read_traces("a.jsonl", lines).traces
    return [[(each["role"], each["text"]) for each in shown(raw)["messages"]] for raw in found]


MODEL = span({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m4"})


@pytest.mark.parametrize(
    "documents",
    [
        [spans(MODEL) | logs(*(record(*each) for each in SAID))],
        [spans(MODEL), logs(*(record(*each) for each in SAID))],
        [logs(*(record(*each) for each in SAID)), spans(MODEL)],
        [logs(record(*each)) for each in SAID] + [spans(MODEL)],
        [spans(MODEL), logs(*(record(*each, spanId="") for each in SAID))],
        [spans(MODEL), logs(*(record("", body, attributes=pairs({"event.name": name})) for name, body in SAID))],
        [
            spans(MODEL),
            logs(*(record(*each, traceId=base64.b64encode(bytes.fromhex(TRACE)).decode()) for each in SAID)),
        ],
    ],
    ids=["one document", "after", "before", "one a line", "of the trace alone", "named by an attribute", "base64"],
)
def test_what_was_said_may_lie_in_the_logs(documents: list[dict[str, Any]]) -> None:
    assert read(*documents) == [CONVERSATION]


def test_logs_of_other_traces_and_of_other_things_are_not_taken_for_it() -> None:
    others = [record(name, body, traceId="f" * 32) for name, body in SAID]
    (messages,) = read(spans(MODEL) | logs(*others, record("http.request", {"content": "GET /"})))
    assert "captured" not in str(messages)
    assert not any("Sefa" in text or "GET" in text for _, text in messages)


def test_logs_without_spans_are_called_so() -> None:
    with pytest.raises(UnusableFile, match="without a single span"):
        read(logs(*(record(*each) for each in SAID)))


def test_values_with_their_unset_members_written_as_null_are_values() -> None:
    unset = dict.fromkeys(("stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue"))
    messages = [{"role": "user", "parts": [{"type": "text", "content": "Who rang last?"}]}]

    def with_nulls(each: Any) -> Any:
        if isinstance(each, list):
            return [with_nulls(one) for one in each]
        if not isinstance(each, dict):
            return each
        inner = {key: with_nulls(one) for key, one in each.items()}
        return {**unset, **inner} if inner.keys() & unset.keys() else inner

    attributes = with_nulls(pairs({"gen_ai.input.messages": messages, "n": 0, "off": False, "empty": ""}))
    document = spans({**MODEL, "attributes": [*attributes, {"key": "null", "value": unset}]})
    (raw,) = read_traces("a.json", json.dumps(document).encode()).traces
    (decoded,) = decode(raw).spans
    assert decoded.attributes == {"gen_ai.input.messages": messages, "n": 0, "off": False, "empty": "", "null": None}
    assert read(document)[0][0] == ("user", "Who rang last?")


@pytest.mark.parametrize("marked", [True, False])
def test_mlflow_s_attributes_may_be_json_texts(marked: bool) -> None:
    asked = {"messages": [{"role": "user", "content": "Who rang last?"}]}
    said = {"choices": [{"message": {"role": "assistant", "content": "Sefa rang at noon."}}]}
    own = {"mlflow.traceRequestId": f'"tr-{TRACE}"', "mlflow.spanType": '"CHAT_MODEL"', "model": '"m4"'}
    sides = {"mlflow.spanInputs": json.dumps(asked), "mlflow.spanOutputs": json.dumps(said)}
    document = spans(span({**own, **sides} if marked else {"mlflow.spanType": "CHAT_MODEL", **sides}))
    assert read(document) == [CONVERSATION[1:]]
    (raw,) = read_traces("a.json", json.dumps(document).encode()).traces
    assert decode(raw).spans[0].type == "CHAT_MODEL"
    text = {"mlflow.spanInputs": '"Who rang last?"', "mlflow.spanOutputs": '"{\\"a\\": 1}"'}
    (raw,) = read_traces("a.json", json.dumps(spans(span({**own, **text}))).encode()).traces
    assert (decode(raw).spans[0].inputs, decode(raw).spans[0].outputs) == ("Who rang last?", '{"a": 1}')


def adk(number: int, parent: int, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    start = str(1790000000000000000 + number)
    return span(attributes, spanId=f"{number:016x}", parentSpanId=f"{parent:016x}", name=name, startTimeUnixNano=start)


@pytest.mark.parametrize("tool", [{"gen_ai.operation.name": "execute_tool"}, {}])
def test_adk_s_empty_objects_are_not_taken_for_what_was_recorded_under_other_names(tool: dict[str, Any]) -> None:
    contents = [{"role": "user", "parts": [{"text": "Which lamps are lit?"}]}]
    call = {"role": "model", "parts": [{"function_call": {"name": "lamps", "args": {"pier": "2"}}}]}
    answer = {"role": "user", "parts": [{"function_response": {"name": "lamps", "response": {"north": "lit"}}}]}
    last = {"role": "model", "parts": [{"text": "Only the north lamp."}]}
    key = "gcp.vertex.agent."
    empty = {f"{key}llm_request": "{}", f"{key}llm_response": "{}"}
    result = {f"{key}tool_call_args": '{"pier": "2"}', f"{key}tool_response": '{"north": "lit"}'}

    def llm(asked: list[Any], said: Any) -> dict[str, Any]:
        return {
            f"{key}llm_request": json.dumps({"contents": asked}),
            f"{key}llm_response": json.dumps({"content": said}),
        }

    (messages,) = read(
        spans(
            adk(1, 0, "invocation", {}),
            adk(2, 1, "call_llm", llm(contents, call)),
            adk(3, 1, "execute_tool lamps", {**tool, **empty, **result}),
            adk(4, 1, "call_llm", llm([*contents, call, answer], last)),
        )
    )
    assert messages[0] == ("user", "Which lamps are lit?")
    assert messages[2] == ("tool", '{"north": "lit"}')
    assert messages[3] == ("assistant", "Only the north lamp.")
    assert len(messages) == 4


@pytest.mark.parametrize("written", [TRACE, TRACE.upper(), f"0x{TRACE}"])
def test_a_trace_is_called_as_the_file_calls_it(written: str) -> None:
    (raw,) = read_traces("a.json", json.dumps(spans({**MODEL, "traceId": written})).encode()).traces
    assert raw.summary.id == written
    assert len(decode(raw).spans) == 1
    encoded = base64.b64encode(bytes.fromhex(TRACE)).decode()
    (raw,) = read_traces("a.json", json.dumps(spans({**MODEL, "traceId": encoded})).encode()).traces
    assert raw.summary.id == TRACE


def test_mlflow_s_id_names_a_trace_of_which_other_services_recorded_spans_as_well() -> None:
    other = {**MODEL, "spanId": "1" * 16, "name": "GET /"}
    own = span({"mlflow.traceRequestId": f"tr-{TRACE}"})
    for order in ([other, own], [own, other]):
        (raw,) = read_traces("a.json", json.dumps(spans(*order)).encode()).traces
        assert (raw.summary.id, len(decode(raw).spans)) == (f"tr-{TRACE}", 2)


@pytest.mark.parametrize("wrong", ["", "0" * 32, "abc", TRACE[:-1], f"{TRACE}0", "x" * 32, None, 7])
def test_an_id_that_open_telemetry_does_not_have_costs_that_trace_alone(wrong: object) -> None:
    found = read_traces("a.json", json.dumps(spans({**MODEL, "traceId": wrong}, MODEL)).encode())
    assert [raw.summary.id for raw in found.traces] == [TRACE]
    (problem,) = found.problems
    assert "32 hexadecimal digits" in problem


def test_that_traces_were_put_together_by_id_is_said() -> None:
    lines = [spans(MODEL), spans({**MODEL, "spanId": "1" * 16}), spans({**MODEL, "traceId": "a" * 32})]
    found = read_traces("a.jsonl", "\n".join(map(json.dumps, lines)).encode())
    assert [len(decode(raw).spans) for raw in found.traces] == [2, 1]
    assert found.notices == ("a.jsonl: 1 trace is put together by ID from several of its 3 exports.",)
    assert found.problems == ()
