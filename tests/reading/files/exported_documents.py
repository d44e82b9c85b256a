"""The documents that the examples are made of: the same exchange as each product exports it."""

from __future__ import annotations

import json
from typing import Any, Final

ASKED: Final = "When does the ferry to Pell leave?"
ANSWER: Final = "At ten past six, from the north pier."
SYSTEM: Final = "You answer for the harbour office."
RESULT: Final = "pell: 18:10, north pier"
CALL_ARGUMENTS: Final = {"harbour": "pell"}


TURNS: Final = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": ASKED},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "sailings", "arguments": json.dumps(CALL_ARGUMENTS)}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": RESULT},
    {"role": "assistant", "content": ANSWER},
]
REQUEST_MESSAGES: Final = TURNS[:2]
_CALL: Final = TURNS[2]
RESPONSE_MESSAGE: Final = TURNS[4]


def _observation(number: int, kind: str, **sides: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}.000Z"
    known = {"id": f"o{number}", "traceId": "lf-7", "type": kind, "name": kind.lower(), "startTime": at, "endTime": at}
    return known | {"parentObservationId": "o1" if number > 1 else None, "level": "DEFAULT"} | sides


OBSERVATIONS: Final = [
    _observation(1, "AGENT", input=ASKED, output=ANSWER),
    _observation(
        2,
        "GENERATION",
        input=json.dumps(REQUEST_MESSAGES),
        output=json.dumps(_CALL),
        model="m4",
        usageDetails={"input": 30, "output": 12, "total": 42},
    ),
    _observation(3, "TOOL", name="sailings", input=json.dumps(CALL_ARGUMENTS), output=RESULT),
    _observation(4, "GENERATION", input=TURNS[:4], output=RESPONSE_MESSAGE, model="m4"),
]


def _run(number: int, kind: str, inputs: Any, outputs: Any, **more: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}"
    run = {"id": f"r{number}", "trace_id": "r1", "name": kind, "run_type": kind, "start_time": at, "end_time": at}
    return run | {"parent_run_id": "r1" if number > 1 else None, "inputs": inputs, "outputs": outputs} | more


RUNS: Final = [
    _run(1, "chain", {"messages": [TURNS[1]]}, {"messages": [RESPONSE_MESSAGE]}),
    _run(2, "llm", {"messages": REQUEST_MESSAGES}, {"choices": [{"message": _CALL}]}),
    _run(3, "tool", {"input": json.dumps(CALL_ARGUMENTS)}, {"output": RESULT}, name="sailings"),
    _run(4, "llm", {"messages": TURNS[:4]}, {"choices": [{"message": RESPONSE_MESSAGE}]}),
]


def _phoenix(number: int, kind: str, **attributes: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}+00:00"
    context = {"trace_id": "ab" * 16, "span_id": f"000000000000000{number}"}
    parent = f"{1:016}" if number > 1 else None
    known = {"name": kind.lower(), "context": context, "span_kind": kind, "parent_id": parent, "start_time": at}
    return known | {"end_time": at, "status_code": "OK", "status_message": "", "events": [], "attributes": attributes}


PHOENIX: Final = [
    _phoenix(1, "AGENT", **{"input.value": ASKED, "output.value": ANSWER}),
    _phoenix(
        2,
        "LLM",
        llm={
            "input_messages": [{"message": each} for each in REQUEST_MESSAGES],
            "output_messages": [{"message": {"role": "assistant", "content": ANSWER}}],
            "model_name": "m4",
        },
    ),
]


def _phoenix_message(role: str, **more: Any) -> dict[str, Any]:
    return {"message": {"role": role, **more}}


_PHOENIX_CALL: Final = _phoenix_message(
    "assistant",
    tool_calls=[{"tool_call": {"function": {"name": "sailings", "arguments": json.dumps(CALL_ARGUMENTS)}}}],
)
_PHOENIX_TURNS: Final = [
    _phoenix_message("user", content=ASKED),
    _PHOENIX_CALL,
    _phoenix_message("tool", content=RESULT),
]
PHOENIX_TOOLS: Final = [
    _phoenix(1, "AGENT", **{"input.value": ASKED, "output.value": ANSWER}),
    _phoenix(2, "LLM", llm={"input_messages": _PHOENIX_TURNS[:1], "output_messages": [_PHOENIX_CALL]}),
    _phoenix(3, "TOOL", **{"tool.name": "sailings", "input.value": json.dumps(CALL_ARGUMENTS), "output.value": RESULT}),
    _phoenix(
        4,
        "LLM",
        llm={
            "input_messages": _PHOENIX_TURNS,
            "output_messages": [_phoenix_message("assistant", content=ANSWER)],
        },
    ),
]


def _tag(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "type": "string", "value": value}


def parts(*messages: Any) -> str:
    told = [{"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in messages]
    return json.dumps(told)


JAEGER: Final = {
    "traceID": "cd" * 16,
    "spans": [
        {
            "traceID": "cd" * 16,
            "spanID": "1" * 16,
            "operationName": "chat m4",
            "references": [],
            "startTime": 1790000000000000,
            "duration": 2500000,
            "tags": [
                _tag("gen_ai.operation.name", "chat"),
                _tag("gen_ai.input.messages", parts(*REQUEST_MESSAGES)),
                _tag("gen_ai.output.messages", parts(RESPONSE_MESSAGE)),
            ],
            "logs": [],
            "processID": "p1",
        }
    ],
    "processes": {"p1": {"serviceName": "harbour"}},
}


def _datadog(number: int, kind: str, given: Any, said: Any) -> dict[str, Any]:
    ids = {"trace_id": "900", "span_id": f"90{number}", "parent_id": "901" if number > 1 else "undefined"}
    times = {"start_ns": 1790000000000000000 + number, "duration": 1500000000, "status": "ok"}
    return ids | times | {"name": kind, "meta": {"kind": kind, "input": given, "output": said}}


DATADOG: Final = [
    _datadog(1, "agent", {"value": ASKED}, {"value": ANSWER}),
    _datadog(2, "llm", {"messages": REQUEST_MESSAGES}, {"messages": [RESPONSE_MESSAGE]}),
]


def _claude(number: int, kind: str, content: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content}
    if kind == "assistant":
        message |= {"id": f"m{number}", "model": "c5", "usage": {"input_tokens": 10, "output_tokens": 4}}
    at = f"2026-05-01T10:00:0{number}Z"
    return {"type": kind, "uuid": f"u{number}", "sessionId": "s-1", "isSidechain": False, "timestamp": at} | {
        "message": message
    }


CLAUDE: Final = [
    {"type": "summary", "summary": "Ferry times", "leafUuid": "u4"},
    _claude(1, "user", ASKED),
    _claude(2, "assistant", [{"type": "tool_use", "id": "t1", "name": "sailings", "input": CALL_ARGUMENTS}]),
    _claude(3, "user", [{"type": "tool_result", "tool_use_id": "t1", "content": RESULT}]),
    _claude(4, "assistant", [{"type": "text", "text": ANSWER}]),
]


def _codex(number: int, kind: str, payload: Any) -> dict[str, Any]:
    return {"timestamp": f"2026-05-01T10:00:0{number}Z", "type": kind, "payload": payload}


CODEX: Final = [
    _codex(0, "session_meta", {"id": "cx-1", "cwd": "/srv", "instructions": SYSTEM}),
    _codex(0, "turn_context", {"model": "m4"}),
    _codex(
        1,
        "response_item",
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ASKED}]},
    ),
    _codex(
        2,
        "response_item",
        {"type": "function_call", "name": "sailings", "arguments": json.dumps(CALL_ARGUMENTS), "call_id": "c1"},
    ),
    _codex(3, "response_item", {"type": "function_call_output", "call_id": "c1", "output": RESULT}),
    _codex(
        4,
        "response_item",
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": ANSWER}]},
    ),
]
ADK: Final = {
    "id": "adk-1",
    "appName": "harbour",
    "userId": "ana",
    "state": {},
    "events": [
        {"author": "user", "timestamp": 1790000000.5, "content": {"role": "user", "parts": [{"text": ASKED}]}},
        {
            "author": "harbour",
            "timestamp": 1790000001.5,
            "content": {"role": "model", "parts": [{"functionCall": {"name": "sailings", "args": CALL_ARGUMENTS}}]},
        },
        {
            "author": "harbour",
            "timestamp": 1790000002.5,
            "content": {
                "role": "user",
                "parts": [{"functionResponse": {"name": "sailings", "response": {"result": RESULT}}}],
            },
        },
        {"author": "harbour", "timestamp": 1790000003.5, "content": {"role": "model", "parts": [{"text": ANSWER}]}},
    ],
}
WEAVE: Final = {
    "id": "w1",
    "op_name": "weave:///e/p/op/chat:v1",
    "trace_id": "w-t",
    "parent_id": None,
    "started_at": "2026-05-01T10:00:00Z",
    "ended_at": "2026-05-01T10:00:02Z",
    "inputs": {"model": "m4", "messages": REQUEST_MESSAGES},
    "output": {"choices": [{"message": RESPONSE_MESSAGE}]},
}
INSPECT: Final = {
    "eval": {"task": "ferries"},
    "samples": [
        {
            "id": 1,
            "epoch": 1,
            "input": ASKED,
            "target": "18:10",
            "messages": [
                *REQUEST_MESSAGES,
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": "c1", "function": "sailings", "arguments": CALL_ARGUMENTS}],
                },
                *TURNS[3:],
            ],
            "scores": {"match": {"value": "C", "explanation": "as expected"}},
        }
    ],
}
