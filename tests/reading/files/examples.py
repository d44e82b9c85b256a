"""One small file of every form, as its product writes it, and what a reviewer must be able to read in it."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from tests.reading.files.exported_documents import (
    ADK,
    ANSWER,
    ASKED,
    CALL_ARGUMENTS,
    CLAUDE,
    CODEX,
    DATADOG,
    INSPECT,
    JAEGER,
    OBSERVATIONS,
    PHOENIX,
    PHOENIX_TOOLS,
    REQUEST_MESSAGES,
    RESPONSE_MESSAGE,
    RESULT,
    RUNS,
    SYSTEM,
    TURNS,
    WEAVE,
    parts,
)


class Example(NamedTuple):
    """The rows of a file, a line each, with what must be read in it: `is_tool`: a tool's call and result as well."""

    rows: list[Any]
    is_tool: bool = False
    is_system: bool = False
    is_asked: bool = True


EXAMPLES: Final[dict[str, Example]] = {
    "chat messages": Example([{"messages": TURNS}], is_tool=True, is_system=True),
    "bare messages": Example([TURNS], is_tool=True, is_system=True),
    "a message a line": Example(TURNS, is_tool=True, is_system=True),
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
        [
            {
                "request_body": {"messages": REQUEST_MESSAGES},
                "response_body": {"choices": [{"message": RESPONSE_MESSAGE}]},
            }
        ],
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
    "messages and a response": Example([{"messages": REQUEST_MESSAGES, "response": ANSWER}], is_system=True),
    "OpenAI request and response": Example(
        [
            {
                "request": {"model": "m4", "messages": REQUEST_MESSAGES},
                "response": {"choices": [{"message": RESPONSE_MESSAGE}]},
            }
        ],
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
                "response": {"status_code": 200, "body": {"choices": [{"message": RESPONSE_MESSAGE}]}},
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
                "observations": OBSERVATIONS,
            }
        ],
        is_tool=True,
        is_system=True,
    ),
    "Langfuse observations": Example(OBSERVATIONS, is_tool=True, is_system=True),
    "LangSmith tree": Example([RUNS[0] | {"child_runs": RUNS[1:]}], is_tool=True, is_system=True),
    "LangSmith runs": Example(RUNS, is_tool=True, is_system=True),
    "Phoenix spans": Example(PHOENIX, is_system=True),
    "Phoenix tools without IDs": Example(PHOENIX_TOOLS, is_tool=True),
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
                    "gen_ai.input.messages": parts(*REQUEST_MESSAGES),
                    "gen_ai.output.messages": parts(RESPONSE_MESSAGE),
                },
                "status": {"code": 0},
                "events": [],
            }
        ],
        is_system=True,
    ),
    "Phoenix answer of its API": Example([{"data": PHOENIX}], is_system=True),
    "Jaeger download": Example([{"data": [JAEGER]}], is_system=True),
    "Jaeger spans": Example(JAEGER["spans"], is_system=True),  # type: ignore[arg-type]
    "Claude Code": Example(CLAUDE, is_tool=True),
    "Codex": Example(CODEX, is_tool=True, is_system=True),
    "Claude Code's stream": Example(
        [
            {"type": "system", "subtype": "init", "session_id": "s-2", "model": "c5"},
            *(
                {"type": entry["type"], "message": entry["message"], "session_id": "s-2", "parent_tool_use_id": None}
                for entry in CLAUDE[1:]
            ),
            {"type": "result", "subtype": "success", "result": ANSWER, "session_id": "s-2"},
        ],
        is_tool=True,
    ),
    "Codex's earlier files": Example(
        [
            {"id": "cx-2", "timestamp": "2026-05-01T10:00:00Z", "instructions": SYSTEM},
            {"record_type": "state"},
            *(entry["payload"] for entry in CODEX[2:]),
        ],
        is_tool=True,
        is_system=True,
    ),
    "ADK session": Example([ADK], is_tool=True),
    "Datadog spans": Example(DATADOG, is_system=True),
    "Datadog request": Example(
        [{"data": {"type": "span", "attributes": {"ml_app": "harbour", "spans": DATADOG}}}], is_system=True
    ),
    "Weave": Example([WEAVE], is_system=True),
    "Inspect": Example([INSPECT], is_tool=True, is_system=True),
    "a text": Example([ANSWER], is_asked=False),
    "a column of texts": Example([{"Text": ANSWER}], is_asked=False),
    "a text in an object": Example([{"text": ANSWER}], is_asked=False),
}


def lines(rows: list[Any]) -> bytes:
    """Rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
