"""One small file of every form, as its product writes it, and what a reviewer must be able to read in it."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

ASKED: Final = "When does the ferry to Pell leave?"
ANSWER: Final = "At ten past six, from the north pier."
SYSTEM: Final = "You answer for the harbour office."
RESULT: Final = "pell: 18:10, north pier"
CALL_ARGUMENTS: Final = {"harbour": "pell"}


class Example(NamedTuple):
    """The rows of a file, a line each, with what must be read in it: `is_tool`: a tool's call and result as well."""

    rows: list[Any]
    is_tool: bool = False
    is_system: bool = False
    is_asked: bool = True


_TURNS: Final = [
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
_ASKED: Final = _TURNS[:2]
_CALL: Final = _TURNS[2]
_ANSWERED: Final = _TURNS[4]


def _observation(number: int, kind: str, **sides: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}.000Z"
    known = {"id": f"o{number}", "traceId": "lf-7", "type": kind, "name": kind.lower(), "startTime": at, "endTime": at}
    return known | {"parentObservationId": "o1" if number > 1 else None, "level": "DEFAULT"} | sides


_OBSERVATIONS: Final = [
    _observation(1, "AGENT", input=ASKED, output=ANSWER),
    _observation(
        2,
        "GENERATION",
        input=json.dumps(_ASKED),
        output=json.dumps(_CALL),
        model="m4",
        usageDetails={"input": 30, "output": 12, "total": 42},
    ),
    _observation(3, "TOOL", name="sailings", input=json.dumps(CALL_ARGUMENTS), output=RESULT),
    _observation(4, "GENERATION", input=_TURNS[:4], output=_ANSWERED, model="m4"),
]


def _run(number: int, kind: str, inputs: Any, outputs: Any, **more: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}"
    run = {"id": f"r{number}", "trace_id": "r1", "name": kind, "run_type": kind, "start_time": at, "end_time": at}
    return run | {"parent_run_id": "r1" if number > 1 else None, "inputs": inputs, "outputs": outputs} | more


_RUNS: Final = [
    _run(1, "chain", {"messages": [_TURNS[1]]}, {"messages": [_ANSWERED]}),
    _run(2, "llm", {"messages": _ASKED}, {"choices": [{"message": _CALL}]}),
    _run(3, "tool", {"input": json.dumps(CALL_ARGUMENTS)}, {"output": RESULT}, name="sailings"),
    _run(4, "llm", {"messages": _TURNS[:4]}, {"choices": [{"message": _ANSWERED}]}),
]


def _phoenix(number: int, kind: str, **attributes: Any) -> dict[str, Any]:
    at = f"2026-05-01T10:00:0{number}+00:00"
    context = {"trace_id": "ab" * 16, "span_id": f"000000000000000{number}"}
    parent = f"{1:016}" if number > 1 else None
    known = {"name": kind.lower(), "context": context, "span_kind": kind, "parent_id": parent, "start_time": at}
    return known | {"end_time": at, "status_code": "OK", "status_message": "", "events": [], "attributes": attributes}


_PHOENIX: Final = [
    _phoenix(1, "AGENT", **{"input.value": ASKED, "output.value": ANSWER}),
    _phoenix(
        2,
        "LLM",
        llm={
            "input_messages": [{"message": each} for each in _ASKED],
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
_PHOENIX_TOOLS: Final = [
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


def _parts(*messages: Any) -> str:
    told = [{"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in messages]
    return json.dumps(told)


_JAEGER: Final = {
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
                _tag("gen_ai.input.messages", _parts(*_ASKED)),
                _tag("gen_ai.output.messages", _parts(_ANSWERED)),
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


_DATADOG: Final = [
    _datadog(1, "agent", {"value": ASKED}, {"value": ANSWER}),
    _datadog(2, "llm", {"messages": _ASKED}, {"messages": [_ANSWERED]}),
]


def _claude(number: int, kind: str, content: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content}
    if kind == "assistant":
        message |= {"id": f"m{number}", "model": "c5", "usage": {"input_tokens": 10, "output_tokens": 4}}
    at = f"2026-05-01T10:00:0{number}Z"
    return {"type": kind, "uuid": f"u{number}", "sessionId": "s-1", "isSidechain": False, "timestamp": at} | {
        "message": message
    }


_CLAUDE: Final = [
    {"type": "summary", "summary": "Ferry times", "leafUuid": "u4"},
    _claude(1, "user", ASKED),
    _claude(2, "assistant", [{"type": "tool_use", "id": "t1", "name": "sailings", "input": CALL_ARGUMENTS}]),
    _claude(3, "user", [{"type": "tool_result", "tool_use_id": "t1", "content": RESULT}]),
    _claude(4, "assistant", [{"type": "text", "text": ANSWER}]),
]


def _codex(number: int, kind: str, payload: Any) -> dict[str, Any]:
    return {"timestamp": f"2026-05-01T10:00:0{number}Z", "type": kind, "payload": payload}


_CODEX: Final = [
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
_ADK: Final = {
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
_WEAVE: Final = {
    "id": "w1",
    "op_name": "weave:///e/p/op/chat:v1",
    "trace_id": "w-t",
    "parent_id": None,
    "started_at": "2026-05-01T10:00:00Z",
    "ended_at": "2026-05-01T10:00:02Z",
    "inputs": {"model": "m4", "messages": _ASKED},
    "output": {"choices": [{"message": _ANSWERED}]},
}
_INSPECT: Final = {
    "eval": {"task": "ferries"},
    "samples": [
        {
            "id": 1,
            "epoch": 1,
            "input": ASKED,
            "target": "18:10",
            "messages": [
                *_ASKED,
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": "c1", "function": "sailings", "arguments": CALL_ARGUMENTS}],
                },
                *_TURNS[3:],
            ],
            "scores": {"match": {"value": "C", "explanation": "as expected"}},
        }
    ],
}

EXAMPLES: Final[dict[str, Example]] = {
    "chat messages": Example([{"messages": _TURNS}], is_tool=True, is_system=True),
    "bare messages": Example([_TURNS], is_tool=True, is_system=True),
    "a message a line": Example(_TURNS, is_tool=True, is_system=True),
    "sharegpt": Example(
        [
            {
                "conversations": [
                    {"from": "system", "value": SYSTEM},
                    {"from": "human", "value": ASKED},
                    {"from": "gpt", "value": ANSWER},
                ]
            }
        ],
        is_system=True,
    ),
    "prompt and response": Example([{"prompt": ASKED, "response": ANSWER, "system": SYSTEM}], is_system=True),
    "input and output": Example([{"id": 4, "input": ASKED, "output": ANSWER}]),
    "question and answer": Example([{"question": ASKED, "answer": ANSWER, "contexts": [RESULT]}]),
    "instruction and completion": Example([{"instruction": ASKED, "completion": ANSWER}]),
    "Alpaca without an input": Example([{"instruction": ASKED, "input": "", "output": ANSWER}]),
    "a request's and a response's bodies": Example(
        [{"request_body": {"messages": _ASKED}, "response_body": {"choices": [{"message": _ANSWERED}]}}],
        is_system=True,
    ),
    "sharegpt with a tool": Example(
        [
            {
                "system": SYSTEM,
                "conversations": [
                    {"from": "human", "value": ASKED},
                    {"from": "function_call", "value": json.dumps({"name": "sailings", "arguments": CALL_ARGUMENTS})},
                    {"from": "observation", "value": RESULT},
                    {"from": "gpt", "value": ANSWER},
                ],
            }
        ],
        is_tool=True,
        is_system=True,
    ),
    "turns of RAGAS": Example(
        [
            {
                "user_input": [
                    {"type": "human", "content": ASKED},
                    {"type": "ai", "content": "", "tool_calls": [{"name": "sailings", "args": CALL_ARGUMENTS}]},
                    {"type": "tool", "content": RESULT},
                    {"type": "ai", "content": ANSWER},
                ],
                "reference": "18:10",
            }
        ],
        is_tool=True,
    ),
    "contents of Gemini": Example(
        [
            {
                "systemInstruction": {"role": "system", "parts": [{"text": SYSTEM}]},
                "contents": [
                    {"role": "user", "parts": [{"text": ASKED}]},
                    {"role": "model", "parts": [{"text": ANSWER}]},
                ],
            }
        ],
        is_system=True,
    ),
    "columns in capitals": Example([{"Prompt": ASKED, "Response": ANSWER, "System": SYSTEM}], is_system=True),
    "Vercel's messages for pages": Example(
        [
            {
                "messages": [
                    {"role": "user", "parts": [{"type": "text", "text": ASKED}]},
                    {
                        "role": "assistant",
                        "parts": [
                            {
                                "type": "tool-sailings",
                                "toolCallId": "c1",
                                "state": "output-available",
                                "input": CALL_ARGUMENTS,
                                "output": RESULT,
                            },
                            {"type": "text", "text": ANSWER},
                        ],
                    },
                ]
            }
        ],
        is_tool=True,
    ),
    "user and system prompt": Example(
        [{"user_prompt": ASKED, "system_prompt": SYSTEM, "response": ANSWER}], is_system=True
    ),
    "rows listed by an API": Example([{"object": "list", "data": [{"prompt": ASKED, "response": ANSWER}]}]),
    "Hugging Face's data set server": Example(
        [{"rows": [{"row_idx": 0, "row": {"prompt": ASKED, "response": ANSWER}}]}]
    ),
    "messages and a response": Example([{"messages": _ASKED, "response": ANSWER}], is_system=True),
    "OpenAI request and response": Example(
        [{"request": {"model": "m4", "messages": _ASKED}, "response": {"choices": [{"message": _ANSWERED}]}}],
        is_system=True,
    ),
    "Anthropic request and response": Example(
        [
            {
                "request": {"model": "c5", "system": SYSTEM, "messages": [{"role": "user", "content": ASKED}]},
                "response": {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "text", "text": ANSWER}],
                    "stop_reason": "end_turn",
                },
            }
        ],
        is_system=True,
    ),
    "OpenAI batch result": Example(
        [
            {
                "id": "b1",
                "custom_id": "q-1",
                "response": {"status_code": 200, "body": {"choices": [{"message": _ANSWERED}]}},
                "error": None,
            }
        ],
        is_asked=False,
    ),
    "Langfuse download": Example(
        [
            {
                "trace": {
                    "id": "lf-7",
                    "name": "ferries",
                    "timestamp": "2026-05-01T10:00:00.000Z",
                    "input": ASKED,
                    "output": ANSWER,
                    "userId": "ana",
                    "sessionId": "s-9",
                    "tags": ["pier"],
                    "latency": 4.5,
                    "scores": [
                        {"name": "correct", "value": 1, "dataType": "BOOLEAN", "source": "ANNOTATION", "comment": "so"}
                    ],
                },
                "observations": _OBSERVATIONS,
            }
        ],
        is_tool=True,
        is_system=True,
    ),
    "Langfuse observations": Example(_OBSERVATIONS, is_tool=True, is_system=True),
    "LangSmith tree": Example([_RUNS[0] | {"child_runs": _RUNS[1:]}], is_tool=True, is_system=True),
    "LangSmith runs": Example(_RUNS, is_tool=True, is_system=True),
    "Phoenix spans": Example(_PHOENIX, is_system=True),
    "Phoenix tools without IDs": Example(_PHOENIX_TOOLS, is_tool=True),
    "OpenTelemetry's console in JavaScript": Example(
        [
            {
                "resource": {"attributes": {}},
                "instrumentationScope": {"name": "ai"},
                "traceId": "cd" * 16,
                "id": "12" * 8,
                "name": "chat m4",
                "timestamp": 1790000000000000,
                "duration": 1000000,
                "attributes": {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.input.messages": _parts(*_ASKED),
                    "gen_ai.output.messages": _parts(_ANSWERED),
                },
                "status": {"code": 0},
                "events": [],
            }
        ],
        is_system=True,
    ),
    "Phoenix answer of its API": Example([{"data": _PHOENIX}], is_system=True),
    "Jaeger download": Example([{"data": [_JAEGER]}], is_system=True),
    "Jaeger spans": Example(_JAEGER["spans"], is_system=True),  # type: ignore[arg-type]
    "Claude Code": Example(_CLAUDE, is_tool=True),
    "Codex": Example(_CODEX, is_tool=True, is_system=True),
    "Claude Code's stream": Example(
        [
            {"type": "system", "subtype": "init", "session_id": "s-2", "model": "c5"},
            *(
                {"type": entry["type"], "message": entry["message"], "session_id": "s-2", "parent_tool_use_id": None}
                for entry in _CLAUDE[1:]
            ),
            {"type": "result", "subtype": "success", "result": ANSWER, "session_id": "s-2"},
        ],
        is_tool=True,
    ),
    "Codex's earlier files": Example(
        [
            {"id": "cx-2", "timestamp": "2026-05-01T10:00:00Z", "instructions": SYSTEM},
            {"record_type": "state"},
            *(entry["payload"] for entry in _CODEX[2:]),
        ],
        is_tool=True,
        is_system=True,
    ),
    "ADK session": Example([_ADK], is_tool=True),
    "Datadog spans": Example(_DATADOG, is_system=True),
    "Datadog request": Example(
        [{"data": {"type": "span", "attributes": {"ml_app": "harbour", "spans": _DATADOG}}}], is_system=True
    ),
    "Weave": Example([_WEAVE], is_system=True),
    "Inspect": Example([_INSPECT], is_tool=True, is_system=True),
    "a text": Example([ANSWER], is_asked=False),
    "a column of texts": Example([{"Text": ANSWER}], is_asked=False),
    "a text in an object": Example([{"text": ANSWER}], is_asked=False),
}


def lines(rows: list[Any]) -> bytes:
    """Rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
